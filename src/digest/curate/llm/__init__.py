"""Summaries by a language model, optional: what is asked (`prompt`), what may pass (`gate`, `numbers`), who asks
(`client`), and how a whole issue stays inside its time and cost (`writer`).

Nothing here chooses articles. Invariants: an article's text is data and never an instruction; a reply that says what
the article does not say is refused and the extract stands; the key goes to one origin only; whatever the server does,
every article has a summary within the time cap.
"""

from digest.curate.llm.gate import grounded
from digest.curate.llm.settings import ModelSettings

__all__ = ["ModelSettings", "grounded"]
