"""Which readers an issue is for, by the topics they chose and those its articles have. Pure.

Does not know addresses. An article's topics are its tags, the source it comes from (by name or title) and the heading
it stands under. Invariant: who chose no topics gets every issue; nobody is left out of an issue for topics that it does
not tell of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.audience.segments import wants

if TYPE_CHECKING:
    from digest.model import Issue


def concerns(issue: Issue, sources: Iterable[str]) -> Callable[[tuple[str, ...] | None], bool]:
    """A function that says of a reader's topics (None: all) whether the issue has something for them.

    `sources` are the names and titles of every source of the digest. Where no article carries a tag, only readers who
    chose sources can be left out: of any other topic such an issue does not tell.
    """
    about = [
        name for item in issue.items for name in (*item.tags, item.source, item.source_title, item.section) if name
    ]
    tagged = any(item.tags for item in issue.items)
    known = tuple(name for name in sources if name)

    @lru_cache(maxsize=4096)  # a list holds few combinations of topics
    def concerned(topics: tuple[str, ...] | None) -> bool:
        return wants(topics, about) or not (tagged or (known and wants(topics, known)))

    return concerned
