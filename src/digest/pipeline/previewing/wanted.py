"""What somebody at the studio wants to see: a digest's next issue, one of its past ones, or a made-up one; as whom."""

from __future__ import annotations

from dataclasses import dataclass

from digest.errors import UsageError

NEXT, ISSUE, FIXTURE = "next", "issue", "fixture"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`what` is "next", "issue:12" (its database id) or "fixture:week".

    `reader` is "" (somebody on the list), "id:7" (a subscriber), or the name of a telling case ("no-name"). `template`
    "" is the digest's own. `test` asks for the message `digest test --as` would send to `to`.
    """

    digest: str
    what: str = NEXT
    reader: str = ""
    template: str = ""
    test: bool = False
    to: str = ""

    @property
    def kind(self) -> str:
        return self.what.partition(":")[0]

    @property
    def name(self) -> str:
        return self.what.partition(":")[2]

    @property
    def issue_id(self) -> int:
        if not self.name.isdecimal() or len(self.name) > 15:
            raise UsageError(f"{self.what!r} names no issue", try_="choose one of the list")
        return int(self.name)
