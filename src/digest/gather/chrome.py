"""The grammar of one line of a page's furniture: what it would mean if it were one. Pure.

Does not decide where the article is: `copied_head` and `copied_tail` do, and only at the edges. The words of all
languages are in `furniture`. Invariant: a line is furniture only as a whole, so no sentence that merely mentions views
or comments ever is; a line that ends like a sentence is furniture only where a platform prints exactly that sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from digest.gather.furniture.answers import ANSWERS
from digest.gather.furniture.buttons import BUTTONS
from digest.gather.furniture.bylines import read_byline
from digest.gather.furniture.counters import comment_heading, counter_at, counters_in, lone_number, lone_unit
from digest.gather.furniture.footers import is_cookie_notice, is_footer
from digest.gather.furniture.labels import (
    comments_on,
    follows_up,
    is_breadcrumb,
    is_comment_head,
    is_contents_head,
    is_list_caption,
    is_neighbour,
    is_share_line,
    tags_in,
)
from digest.gather.furniture.moments import age_at, is_read_time, read_moment, split_read_time
from digest.gather.furniture.names import is_name, is_person
from digest.gather.furniture.plain import bare, plain, shown
from digest.gather.furniture.sections import BOTTOM, MEDIUM, OTHERS, TOP

__all__ = ["Meta", "is_name", "is_platforms", "merged", "read_counters", "read_handle", "read_line"]

MAX_CHARS = 280
_HANDLE = re.compile(r"[•·∙◦@]\s*(?P<name>[^•·|,;:!?]{2,40})")
_SEPARATORS = re.compile(r"\s*[·•∙|]\s*|\s+[\-–—/]\s+|\s{3,}|\t+")
_LEADING = re.compile(r"^[\-–—*•·|»›]\s*")
_MEDIUM_COUNTS = re.compile(r"[\d.,]+\s?[kKmM]?\s(?:followers?|following)", re.I)
_VOCABULARY = BUTTONS | OTHERS | ANSWERS | TOP | BOTTOM
_LONGEST = max(map(len, _VOCABULARY))
_GLUE = re.compile(r"[\s·•|/!:…>»→]*")


@dataclass(frozen=True, slots=True)
class Meta:
    """What furniture says. `weak` lines (a bare number, a time) count as furniture only next to stronger ones.

    `opens`: "others" or "answers" where such a line opens what is not the article any more. `near_name`: a line that
    platforms print beside the poster's name (a date, a reading time, Follow). `number`: a counter without its unit,
    `unit`: a unit without its counter; `text`: either as written. `medium`: only Medium prints such a line.
    `posted`: the handle is whoever posted the article.
    """

    authors: tuple[str, ...] = ()
    handle: str = ""
    date: str = ""
    updated: str = ""
    views: int | None = None
    comments: int | None = None
    reactions: int | None = None
    tags: tuple[str, ...] = ()
    weak: bool = False
    opens: str = ""
    near_name: str = ""
    number: int | None = None
    unit: str = ""
    text: str = ""
    medium: bool = False
    posted: bool = False

    def merge(self, other: Meta) -> Meta:
        """This line's words first, the other's where this one is silent."""
        return Meta(
            authors=self.authors or other.authors,
            handle=self.handle or other.handle,
            date=self.date or other.date,
            updated=self.updated or other.updated,
            views=other.views if self.views is None else self.views,
            comments=other.comments if self.comments is None else self.comments,
            reactions=other.reactions if self.reactions is None else self.reactions,
            tags=self.tags + tuple(tag for tag in other.tags if tag not in self.tags),
            weak=self.weak and other.weak,
            near_name=self.near_name or other.near_name,
            medium=self.medium or other.medium,
            posted=self.posted or other.posted,
        )


def merged(metas: Iterable[Meta]) -> Meta:
    """What furniture says from its top down: the first word on each thing."""
    return reduce(Meta.merge, metas, Meta(weak=True))


def read_line(line: str) -> Meta | None:
    """What `line` means as page furniture, or None when any part of it is something else."""
    line = shown(line)
    if not line or len(line) > MAX_CHARS:
        return None
    found = _whole(line) or _segment(line) or _parts(line)
    rest = _LEADING.sub("", line)
    if found is None and rest != line and rest:
        found = _segment(rest)  # `- March 3, 2026`, `* 3 comments`
    return found


def is_platforms(line: str, meta: Meta) -> bool:
    """Whether nobody but a platform writes this line: more than one everyday word such as `Contact` or a date."""
    if meta.weak or meta.near_name in ("date", "age"):
        return False
    key = bare(line)
    told = meta.views is not None or meta.comments is not None or meta.reactions is not None
    return told or bool(meta.tags or meta.opens or meta.medium or meta.near_name) or len(key.split()) >= 2 or (
        not key.isascii() and len(key) >= 3 and " " not in key and key[0] > "\u2e80"
    )  # fmt: skip


def read_counters(text: str) -> Meta | None:
    """`text` as nothing but counters, glued or not: `1 view0 comments`, `1,204 views · 3 comments`, `Comments (3)`."""
    found = counters_in(text)
    return Meta(views=found.views, comments=found.comments, reactions=found.reactions) if found else None


def read_handle(line: str) -> str:
    """The poster's name after a bullet (`• name`), or ""."""
    match = _HANDLE.fullmatch(shown(line))
    name = match["name"].strip() if match else ""
    return name if name and len(name.split()) <= 4 and name[-1] != "." else ""


def _whole(line: str) -> Meta | None:
    """Lines that are furniture as they stand, whatever is in them."""
    key = bare(line)
    if not any(char.isalnum() for char in key):
        return Meta(weak=True, number=lone_number(line), text=line)
    opens = "others" if key in OTHERS else "answers" if key in ANSWERS else ""
    if opens or key in BUTTONS or key in TOP or key in BOTTOM:
        near = "follow" if key in ("follow", "following", "subscribe") else ""
        return Meta(opens=opens, medium=key in MEDIUM, near_name=near, unit=lone_unit(line) or "", text=line)
    whom = follows_up(line)
    if whom is not None:
        return Meta(opens="others", medium=plain(line).lower().startswith("more from ") and is_person(whom))
    if is_neighbour(line) or is_list_caption(line):
        return Meta(opens="others")
    is_on, count = comments_on(line)
    if is_on:
        return Meta(comments=count, opens="answers")
    if is_footer(line) or is_breadcrumb(line) or is_share_line(line):
        return Meta()
    return Meta(weak=True) if is_contents_head(line) or is_cookie_notice(line) else None


def _segment(text: str) -> Meta | None:
    """One piece between separators."""
    part = text.strip()
    number = lone_number(part)
    if number is not None:
        return Meta(weak=True, number=number, text=part)
    counters = read_counters(part)
    if counters is not None:
        return replace(
            counters,
            opens="answers" if counters.comments is not None and counters.views is None else "",
            medium=_MEDIUM_COUNTS.fullmatch(part) is not None or bare(part).startswith("responses ("),
        )
    heading = comment_heading(part)
    if heading is not None:
        return Meta(comments=heading, opens="answers")
    unit = lone_unit(part)
    if unit:
        return Meta(weak=True, unit=unit, text=part)
    if is_read_time(plain(part)):
        return Meta(near_name="reading", medium=plain(part).lower().endswith(" min read"))
    return _worded(part)


def _worded(part: str) -> Meta | None:
    moment = read_moment(plain(part))
    if moment is not None:
        return Meta(date=moment.date, weak=moment.loose, near_name=moment.kind)
    byline = read_byline(part)
    if byline is not None:
        date = byline.moment.date if byline.moment else ""
        dates = Meta(updated=date) if byline.updated else Meta(date=date)
        medium = plain(part).lower().startswith("written by ")
        return replace(dates, authors=byline.names, medium=medium, near_name="" if byline.names else "date")
    tags = tags_in(part)
    if tags is not None:
        return Meta(tags=tags)
    if is_comment_head(part):
        return Meta(weak=True, opens="answer")
    return Meta() if _is_glued(part) else _row(part)


def _row(part: str) -> Meta | None:
    """A forum's row of facts, `created 14d last reply 3h 2 replies`: labels, ages, counters, dates and nothing else."""
    text = plain(part)
    if len(text) > 160 or (text[-1] in ".!?。" and not text[-2:-1].isalpha()):
        return None
    found: dict[str, int] = {}
    at = 0
    while at < len(text):
        if at and read_moment(text[at:]) is not None:
            break
        end = counter_at(text, at, found) or age_at(text, at) or _label_end(text, at)
        if end is None:
            return None
        at = end + len(text[end:]) - len(text[end:].lstrip(" ·•|/,;:"))
    return Meta(views=found.get("views"), comments=found.get("comments"), reactions=found.get("reactions"))


def _label_end(text: str, at: int) -> int | None:
    """The longest button whose words begin at `at` and are followed by a number."""
    ends = [match.start() for match in re.finditer(r"\s*[:：]?\s*(?=\d)|$", text[at : at + 40])]
    known = [end for end in ends if end and bare(text[at : at + end]) in _VOCABULARY]
    digits = [end for end in known if at + end == len(text) or text[at + end :].lstrip(" :：")[:1].isdigit()]
    return at + max(digits) if digits else None


def _parts(line: str) -> Meta | None:
    """`Mar 3, 2023 · 2 min read · 1.2K views`: every piece understood."""
    pieces = [piece for piece in _SEPARATORS.split(line) if piece.strip()]
    if len(pieces) < 2:
        timed = split_read_time(plain(line))
        pieces = [line[: len(timed[0])], timed[1]] if timed else []
    meta = Meta(weak=True)
    for piece in pieces[:14]:
        found = _whole(piece) or _segment(piece) or _read_timed(piece)
        if found is None:
            return None
        meta = meta.merge(found)
    return meta if 2 <= len(pieces) <= 14 else None


def _read_timed(piece: str) -> Meta | None:
    timed = split_read_time(plain(piece))
    moment = read_moment(timed[0]) if timed else None
    return Meta(date=moment.date, near_name="reading") if moment else None


def _is_glued(line: str) -> bool:
    """Nothing but buttons one after the other: `Newer PostOlder PostHome`, `Email This BlogThis! Share to X`.

    Reaches every place of the line at which a known phrase may end; each phrase must begin like one, so that no word
    is cut out of a longer word.
    """
    text = plain(line)
    low = text.lower()
    if len(text) > 240 or len(low) != len(text) or text[0].islower():
        return False
    if text[-1] in ".,;?。" and not text.endswith(("..", "…")):
        return False
    ends = {0: 0}
    for at in range(len(text)):
        if at not in ends:
            continue
        match = _GLUE.match(text, at)
        begin = match.end() if match else at
        for end in _phrase_ends(text, low, begin):
            ends[end] = max(ends.get(end, 0), ends[at] + 1)
    tail = next((at for at in sorted(ends) if ends[at] >= 2 and not text[at:].strip(" .!:…·•|>»→")), None)
    return tail is not None


def _phrase_ends(text: str, low: str, begin: int) -> list[int]:
    """Where a known phrase that begins at `begin` may end."""
    if begin >= len(text) or text[begin].islower():
        return []
    found = []
    for end in range(begin + 1, min(len(text), begin + _LONGEST) + 1):
        following = text[end : end + 1]
        if following.islower() or (following.isdigit() and text[end - 1].isdigit()):
            continue
        if low[begin:end] in _VOCABULARY and (end - begin > 2 or not following.isalpha() or text[begin].isupper()):
            found.append(end)
    return found
