"""What a check says: a finding, and findings as text and as JSON.

Knows no rule and no email. Invariant: the order of findings is by severity, then as found; equal inputs print equally.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

SEVERITIES = ("error", "warning", "hint")


@dataclass(frozen=True, slots=True)
class Finding:
    """`id` is stable, for `accept`; `what` says what is wrong here, `why` the rule and its source, `fix` what to do.

    `severity` is "error" (readers are harmed, or the mail is refused), "warning" (some readers see it broken) or
    "hint". `place` is where: "html line 30, p > a "The quay"", "subject", "header List-Id", "item 3", "text line 7".
    """

    id: str
    severity: str
    what: str
    why: str
    fix: str
    place: str


def as_text(findings: Iterable[Finding]) -> str:
    """For a terminal: three lines a finding and a last line that counts."""
    found = list(findings)
    lines = [
        f"{one.severity} {one.id}: {one.place}: {one.what}\n    Why: {one.why}\n    Try: {one.fix}" for one in found
    ]
    counts = [(severity, sum(finding.severity == severity for finding in found)) for severity in SEVERITIES]
    said = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts if count)
    return "\n".join([*lines, said or "nothing found"])


def as_json(findings: Iterable[Finding]) -> str:
    """A JSON array of objects with the fields of `Finding`."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2)
