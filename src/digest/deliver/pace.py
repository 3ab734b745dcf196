"""Asked before a message is put on a connection: may it go now? The place where limits of any kind take hold.

Does not choose who is next and does not wait: it answers at once, from memory. Invariant of the caller: a message goes
out only after `ask` has said 0 for it, once; whoever must wait is set aside without holding up other domains.

A `Pace` that shares its tokens with other workers gets them in its own time (for example where it is also the
`Ledger`, whose calls may read and write a database); `ask` only spends what is there.
"""

from __future__ import annotations

from typing import Final, Protocol

from digest.model import Outcome


class Pace(Protocol):
    """Called on one thread, for every message: at most some microseconds each."""

    def ask(self, relay: str, domain: str) -> float:
        """Seconds until a message for `domain` (lower-case) may be handed to `relay`.

        0 means now, and the message counts as sent: a token is gone. A wait is a promise to ask again, not a
        reservation; it is believed for a minute at most.
        """
        ...

    def group(self, domain: str) -> str:
        """Domains of one group always get the same answer, so who waits for one waits for all of them."""
        ...

    def limits(self, relay: str) -> bool:
        """Whether anybody may have to wait for `relay`. Then a message leaves as soon as it was allowed to."""
        ...

    def heard(self, relay: str, domain: str, outcome: Outcome) -> None:
        """What became of a message that `ask` let go. kind "queued": nothing was tried, its token may be given back."""
        ...


class Unlimited:
    """Everybody may go at once."""

    def ask(self, relay: str, domain: str) -> float:
        return 0.0

    def group(self, domain: str) -> str:
        return ""

    def limits(self, relay: str) -> bool:
        return False

    def heard(self, relay: str, domain: str, outcome: Outcome) -> None:
        return None


UNLIMITED: Final = Unlimited()
