"""Preflight of the issue that is about to go out: errors hold it, whoever asked for it.

Looks and tells; changes nothing. Invariant: what an operator has accepted, with a reason, in digest.toml is not told
again; what they released in spite of it is sent, once, for that issue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.editorial import UNFIT
from digest.errors import DigestError
from digest.http.addresses import AllowList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.config import Config
    from digest.model import Issue, IssueRow
    from digest.pipeline.workspace import Workspace
    from digest.render import Rendition
    from digest.render.preflight import Finding

TOLD = 5  # errors named in a hold's note; `digest send --dry-run` names them all
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class Unfit(DigestError):
    """Preflight finds errors in an issue. `findings` are all of them."""

    def __init__(self, row: IssueRow, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        count = len(self.findings)
        told = "; ".join(f"{one.what} ({one.id}, {one.place})" for one in self.findings[:TOLD])
        more = f"; and {count - TOLD} more" if count > TOLD else ""
        super().__init__(
            f"{UNFIT} {count} error{'' if count == 1 else 's'}",
            why=f"{told}{more}",
            try_=f"{self.findings[0].fix}; or accept it for good in digest.toml: [preflight] accept = "
            f'{{ {self.findings[0].id} = "your reason" }}; or send this issue all the same: '
            f"digest issue release {row.name}",
        )


def examine(workspace: Workspace, issue: Issue, rendition: Rendition, *, frequency: str) -> tuple[Finding, ...]:
    """What is wrong with `rendition` as it would be sent to the readers of this cadence."""
    from digest.render import Theme
    from digest.render.preflight import preflight

    settings = workspace.digest(issue.digest).render
    return preflight(
        rendition,
        issue,
        theme=Theme.from_settings(settings),
        accepted=workspace.config.accepted,
        previous_subject=workspace.store.issues.last_subject(issue.digest, frequency) or "",
        reachable=reachable(workspace.config),
    )


def errors(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.severity == "error")


def reachable(config: Config) -> Callable[[str, int], bool]:
    """Which private addresses readers are meant to reach: those an operator has allowed, and the site's own machine."""
    allowed = AllowList(config.fetch.allow_hosts)
    host = urlsplit(config.site.url).hostname or ""
    here = _THIS_MACHINE if host in _THIS_MACHINE else frozenset({host})
    return lambda asked, port: asked in here or allowed.allows(asked, port, asked)
