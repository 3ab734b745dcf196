"""The doctor's visit: the configuration as a `Sender`, the checks, and whether a bulk send may go out.

Writes nothing and sends no message. A bulk send is refused only when mail to more than `BULK` people at one provider
is about to go out and something that provider demands was seen to be missing; what could not be looked at is no reason.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.config import Config
    from digest.deliver.doctor.dns import Names
    from digest.deliver.doctor.finding import Finding
    from digest.deliver.doctor.sender import Sender
    from digest.deliver.doctor.unsubscribing import Post

BULK = 5000  # Gmail's and Microsoft's threshold for one day; Yahoo names none
_GATE_S = 15.0
_POST_S = 10.0
_USUAL_BYTES = 150_000
_SAMPLE_TOKEN = "doctor" + "a" * 26  # as long as a token, and no token


@dataclass(frozen=True, slots=True)
class Visit:
    """How to look: addresses that mail leaves from, and a name server in place of the machine's own."""

    outgoing: tuple[str, ...] = ()
    nameserver: tuple[str, int] | None = None


def visit(config: Config, visit: Visit) -> list[Finding]:
    """Every check. Works without a database, which then leaves the unsubscribe page unasked."""
    from digest.deliver.doctor.dns import Dns
    from digest.deliver.doctor.examination import Tokens, all_checks, examine

    size, token = _from_database(config)
    sender = replace(_sender(config), outgoing=visit.outgoing, message_bytes=size)
    tokens = Tokens(token, _forged(token)) if token else Tokens()
    post = _post(config) if token else None
    return examine(all_checks(sender, Dns(visit.nameserver), post, tokens))


def refusal(workspace: Workspace, digest: str, *, names: Names | None = None) -> str:
    """Why this digest's next issue must not go out as things stand, or "". Asks the network only for bulk sends."""
    config = workspace.config
    if not config.delivery.bulk_checks:
        return ""
    crowded = _crowded(workspace, config.digests[digest].list)
    if not crowded:
        return ""
    found = _bulk_objections(workspace, names)
    if not found:
        return ""
    whom = " and ".join(f"{count:,} people at {provider}" for provider, count in crowded.items())
    listed = "\n".join(f"- {one.area}: {one.what}" for one in found)
    return f"it goes to {whom}, where mail to many is refused for what digest doctor finds:\n{listed}"


def _bulk_objections(workspace: Workspace, names: Names | None) -> list[Finding]:
    from digest.deliver.doctor.dns import Dns
    from digest.deliver.doctor.examination import Tokens, examine, objections, policy_checks
    from digest.deliver.doctor.unsubscribing import unsubscribe
    from digest.pipeline.unsubscribing import probe_token

    sender, token = _sender(workspace.config), probe_token(workspace)
    checks = policy_checks(sender, names or Dns(total_s=_GATE_S))
    post, tokens = _post(workspace.config), Tokens(token, _forged(token))
    checks["unsubscribe"] = lambda: unsubscribe(sender, post, probe=tokens.probe, forged=tokens.forged)
    return objections(examine(checks, seconds=_GATE_S))


def _crowded(workspace: Workspace, list_name: str) -> dict[str, int]:
    """The providers with more than `BULK` readers of this list."""
    from digest.deliver.providers import provider_of

    counts: Counter[str] = Counter()
    for domain, count in workspace.store.audience.domains(list_name).items():
        counts[provider_of(domain)] += count
    return {provider: count for provider, count in counts.most_common() if count > BULK}


def _sender(config: Config) -> Sender:
    from digest.deliver.doctor.sender import Sender

    address = config.site.sender.address
    return Sender(
        from_domain=address.domain,
        envelope=config.bounce_address.replace("{token}", _SAMPLE_TOKEN) or str(address),
        relays=tuple(config.relays.values()),
        dkim=config.dkim,
        public_url=config.site.public_url,
    )


def _from_database(config: Config) -> tuple[int, str]:
    """The size of the largest message of the last issues, and a token of nobody; what is usual, and "", without one."""
    from digest.pipeline.unsubscribing import probe_token
    from digest.store import open_store

    try:
        workspace = Workspace(config, open_store(config.storage_url))
    except DigestError:
        return _USUAL_BYTES, ""
    try:
        issues = workspace.store.issues
        frozen = [one for row in issues.all(limit=5) for one, *_ in issues.renditions(row.id)]
        return max((len(issues.rendition(one)) for one in frozen), default=_USUAL_BYTES), probe_token(workspace)
    finally:
        workspace.close()


def _forged(token: str) -> str:
    return token[:20] + ("A" if token[20] != "A" else "B") + token[21:]


def _post(config: Config) -> Post | None:
    """A one-click POST as a mail program makes it (RFC 8058 section 3.2), to our own public address only."""
    from digest.http import EndpointHttp, split_endpoint

    url = config.site.public_url
    if url is None:
        return None
    origin, path = split_endpoint(url)
    endpoint = EndpointHttp(origin, timeout_s=_POST_S, max_bytes=1 << 20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    def post(token: str) -> int:
        body = b"List-Unsubscribe=One-Click"
        return endpoint.post(f"{path.rstrip('/')}/u/{token}", body=body, headers=headers).status

    return post
