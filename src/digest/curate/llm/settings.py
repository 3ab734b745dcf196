"""What `config` hands to the model's writer."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """One OpenAI-compatible endpoint. `url` ends where `/chat/completions` follows, such as `http://host:11434/v1`.

    `key` None: there is one, and it could not be read; then nothing is asked, and what is known already stands.
    `call_s` bounds one call, `issue_s` all calls for one draft. Tokens are counted as the server reports them, and
    estimated before each call; beyond `issue_tokens` or `day_tokens` (24 hours) the extracts stand. `private` allows
    articles that were fetched with credentials to be sent.
    """

    url: str
    name: str
    key: str | None = field(default="", repr=False)
    call_s: float = 20.0
    issue_s: float = 60.0
    issue_tokens: int = 60_000
    day_tokens: int = 300_000
    threads: int = 2
    private: bool = False
