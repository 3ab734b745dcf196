"""What changed in a list, whether it changed too much, and who wants an issue.

Pure: rows and numbers in, decisions out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.model.subscriber import SubscriberRow

# Scripts and languages written from right to left (Unicode CLDR 46, "characterOrder").
_RTL_LANGUAGES = frozenset(
    {"ar", "arc", "ckb", "dv", "fa", "glk", "he", "iw", "lrc", "mzn", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
)
_RTL_SCRIPTS = frozenset({"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})


@dataclass(frozen=True, slots=True)
class Change:
    """What importing rows would do: `changed` holds (as it was, as it will be)."""

    new: tuple[SubscriberRow, ...]
    same: tuple[SubscriberRow, ...]
    changed: tuple[tuple[SubscriberRow, SubscriberRow], ...]


def compare(before: Mapping[str, SubscriberRow], rows: Iterable[SubscriberRow]) -> Change:
    """Sort `rows` by what they do to `before` (keyed by `SubscriberRow.key`). Where a row stands is no change."""
    new, same, changed = [], [], []
    for row in rows:
        old = before.get(row.key)
        if old is None:
            new.append(row)
        elif replace(old, line=0) == replace(row, line=0):
            same.append(row)
        else:
            changed.append((old, row))
    return Change(tuple(new), tuple(same), tuple(changed))


def change_guard(before: int | None, after: int, *, max_shrink: float, max_grow: float) -> str | None:
    """A sentence when a list went from `before` to `after` people by more than the given shares; else None.

    `before` None or 0 (no issue yet, or nobody to compare with) allows anything, and so does a change of one person:
    of a list of three, one is a third.
    """
    if not before or abs(after - before) < 2:
        return None
    change = (after - before) / before
    if -max_shrink <= change <= max_grow:
        return None
    way, limit = ("shrank", max_shrink) if change < 0 else ("grew", max_grow)
    return (
        f"the list {way} from {before:,} to {after:,} people ({_percent(abs(change))}; the limit is {_percent(limit)})"
    )


def wants(topics: Sequence[str] | None, issue_topics: Sequence[str]) -> bool:
    """Whether a subscriber of `topics` (None: all) wants an issue about `issue_topics` (none named: everybody)."""
    if topics is None or not issue_topics:
        return True
    return not {topic.casefold() for topic in topics}.isdisjoint(topic.casefold() for topic in issue_topics)


def locale_direction(locale: str) -> str:
    """`rtl` or `ltr` for a BCP 47 tag; its script decides where it names one (RFC 5646 section 2.2.3)."""
    language, *rest = locale.lower().replace("_", "-").split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), "")
    return "rtl" if (script in _RTL_SCRIPTS if script else language in _RTL_LANGUAGES) else "ltr"


def _percent(share: float) -> str:
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + "%"
