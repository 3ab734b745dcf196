"""The few words of an issue that are nobody's headline, as a value: a digest in German says them in German.

Does not know languages: whoever has catalogues makes a `Wording` of them. `ENGLISH` is what is said without one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wording:
    """`and_more(title, count)`: "Bridge opens and 3 more"; `listed`: "A, B and C"; `new_on(site, titles)`: "New on
    Makers: A and B"; `from_site(site, text)`: "From Makers: A"; `numbered`: "no. 8"; `day`: "23 November".
    """

    and_more: Callable[[str, int], str]
    listed: Callable[[Sequence[str]], str]
    new_on: Callable[[str, str], str]
    from_site: Callable[[str, str], str]
    numbered: Callable[[int], str]
    day: Callable[[datetime], str]


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


ENGLISH = Wording(
    and_more=lambda title, count: f"{title} and {count} more",
    listed=_listed,
    new_on=lambda site, titles: f"New on {site}: {titles}",
    from_site=lambda site, text: f"From {site}: {text}",
    numbered=lambda number: f"no. {number}",
    day=lambda moment: f"{moment.day} {moment:%B}",
)
