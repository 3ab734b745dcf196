"""Where the article begins in a copied page, and what the lines above it say. Pure.

Does not know words: `chrome.read_line` reads each line. Invariant: only lines above the last line of furniture that
stands before the first sentence are ever taken away; of those nobody understands, only short ones without the marks of
a sentence, and they are named in `guessed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from digest.gather.chrome import Meta, merged, read_handle, read_line
from digest.gather.furniture.credits import is_labelled, is_photo_credit
from digest.gather.furniture.labels import is_contents_head
from digest.gather.furniture.names import is_account, is_caseless_name, is_handle, is_name, is_person
from digest.gather.furniture.plain import bare, shown

HEAD_LINES = 40
MAX_UNKNOWN_RUN = 6
MAX_TITLE_CHARS = 160
LIST_ITEM = re.compile(r"(?:[-*•‣–]\s+|\d{1,3}[.)]\s+)\S")
TERMINAL = re.compile(r"[.!?…。！？।؟۔][\"'”’»)\]」]*$")
_FULL_STOP = re.compile(r"[.。।۔][\"'”’»)\]」]*$")
_NUMBERED = re.compile(r"^(?:[\d.]+[.)]?|[-*•–])\s*")


@dataclass(frozen=True, slots=True)
class Head:
    """Where the body starts, what the lines above it say, and which of them are the article's own."""

    start: int
    meta: Meta
    title: str = ""
    kept: tuple[int, ...] = ()
    guessed: tuple[int, ...] = ()
    contents: frozenset[int] = frozenset()


def read_head(lines: list[str]) -> Head:
    zone, metas = _zone(lines)
    if not zone:
        return Head(len(lines), Meta())
    posters = _accounts(lines, zone, metas)
    last = _last_strong(zone, metas, posters)
    unknown = [index for index in zone if index < last and index not in metas and index not in posters]
    after = next((index for index in zone if index > last), len(lines))
    name_at = _poster(lines, zone, unknown, metas)
    title_at = _find_title(
        lines, [index for index in unknown if index != name_at], after, _signed_at(zone, metas, last)
    )
    if name_at is None:
        name_at = _name_beside_date(lines, zone, unknown, metas, title_at)
    meta = _said(lines, zone, metas, last, posters, name_at)
    strong = [index for index in metas if index <= last and not metas[index].weak]
    others = [index for index in unknown if index not in (title_at, name_at)]
    menu = [index for index in others if _is_menu(lines, index, title_at, strong)]
    menu += [
        index
        for index in others
        if index not in menu and _is_category(lines, zone, index, {*metas, *posters}, title_at)
    ]
    kept = [index for index in unknown if index not in (title_at, name_at, *menu)]
    start = after if title_at != after else after + 1
    title = shown(lines[title_at]).strip("#* ") if title_at is not None else ""
    return Head(start, meta, title, tuple(kept), tuple(menu), _contents(lines, start))


def is_prose(line: str) -> bool:
    """A line long enough, and closed like one, that it can only be a sentence."""
    return len(line) >= MAX_TITLE_CHARS or (len(line.split()) >= 8 and TERMINAL.search(line) is not None) or (
        len(line) >= 30 and not line.isascii() and TERMINAL.search(line) is not None
    )  # fmt: skip


def _zone(lines: list[str]) -> tuple[list[int], dict[int, Meta]]:
    """The lines that may be furniture, from the top to the first sentence, and what those that are say."""
    zone: list[int] = []
    metas: dict[int, Meta] = {}
    unknown = 0
    for index, line in enumerate(lines):
        if not line:
            continue
        zone.append(index)
        meta = _furniture(lines, index)
        if meta is not None:
            metas[index] = meta
        unknown = unknown + 1 if meta is None else 0
        if len(zone) == HEAD_LINES or unknown > MAX_UNKNOWN_RUN or (meta is None and _is_sentence(line)):
            break
    return zone, metas


def _is_sentence(line: str) -> bool:
    words = len(line.split())
    closed = _FULL_STOP.search(line) is not None and re.search(r"\b(?:[A-Z]\.){2,}$", line) is None
    return is_prose(line) or (closed and (words >= 3 or (not line.isascii() and len(line) >= 12)))


def _furniture(lines: list[str], index: int) -> Meta | None:
    handle = read_handle(lines[index])
    if handle and not any(LIST_ITEM.match(line) for line in _beside(lines, index)) and read_line(handle) is None:
        return Meta(handle=handle)
    found = read_line(lines[index])
    return Meta() if found is None and _is_photo_credit(lines, index) else found


def _is_photo_credit(lines: list[str], index: int) -> bool:
    """Above the text only, where its picture stood: an article may end in one. Among other labels it is a list's."""
    if not is_photo_credit(lines[index]):
        return False
    return not any(is_labelled(line) and read_line(line) is None for line in _beside(lines, index))


def _beside(lines: list[str], index: int) -> list[str]:
    before = next((lines[at] for at in range(index - 1, max(index - 4, -1), -1) if lines[at]), "")
    after = next((lines[at] for at in range(index + 1, min(index + 4, len(lines))) if lines[at]), "")
    return [before, after]


def _accounts(lines: list[str], zone: list[int], metas: dict[int, Meta]) -> dict[int, str]:
    """Forums: the name of an account over the age or the date of its post."""
    found = {}
    for index, following in pairwise(zone):
        near = metas[following].near_name if following in metas else ""
        line = shown(lines[index])
        if index in metas or near not in ("age", "date") or metas[following].authors or not is_account(line):
            continue
        if (
            near == "age"
            or line[0].islower()
            or re.search(r"[\d._\-@]", line)
            or (is_caseless_name(line) and len(line) < 5)
        ):
            found[index] = line.lstrip("@")
    return dict(list(found.items())[:1])


def _last_strong(zone: list[int], metas: dict[int, Meta], posters: dict[int, str]) -> int:
    """The last line of furniture; a loose number or age counts only beside an account or among stronger ones."""
    strong = [index for index in metas if not metas[index].weak]
    for poster in posters:
        strong.append(zone[zone.index(poster) + 1])
    last = max(strong, default=-1)
    medium = any(meta.medium for index, meta in metas.items() if index <= last)
    for index in zone:
        if index > last >= 0 and index in metas and medium and metas[index].weak:
            last = index
        elif index > last:
            break
    return last


def _poster(lines: list[str], zone: list[int], unknown: list[int], metas: dict[int, Meta]) -> int | None:
    """A name over a reading time or a Follow button is who posted it."""
    if any(meta.authors for meta in metas.values()):
        return None
    for index in reversed(unknown):
        block = _block_after(zone, metas, index)
        nears = [meta.near_name for meta in block]
        follows = bool(nears) and nears[0] == "follow"
        if follows and is_handle(lines[index]) and (is_person(lines[index]) or len(lines[index].split()) <= 3):
            return index
        if ("reading" in nears or "follow" in nears) and nears[0] and is_person(lines[index]):
            return index
    return None


def _block_after(zone: list[int], metas: dict[int, Meta], index: int) -> list[Meta]:
    at = zone.index(index) + 1
    block: list[Meta] = []
    while at < len(zone) and zone[at] in metas and len(block) < 5:
        block.append(metas[zone[at]])
        at += 1
    return block


def _name_beside_date(
    lines: list[str], zone: list[int], unknown: list[int], metas: dict[int, Meta], title_at: int | None
) -> int | None:
    """With a headline of its own, a name next to a date is nobody else's; without one it might be the headline."""
    if title_at is None or any(metas[index].authors for index in metas):
        return None
    for index in unknown:
        place = zone.index(index)
        beside = [metas[zone[at]] for at in (place - 1, place + 1) if 0 <= at < len(zone) and zone[at] in metas]
        if index != title_at and is_person(lines[index]) and any(meta.near_name in ("date", "age") for meta in beside):
            return index
    return None


def _said(
    lines: list[str], zone: list[int], metas: dict[int, Meta], last: int, posters: dict[int, str], name_at: int | None
) -> Meta:
    meta = merged([metas[index] for index in zone if index in metas and index <= last])
    if meta.authors:
        return meta
    if name_at is not None:
        return replace(meta, handle=lines[name_at], posted=True)
    account = next(iter(posters.values()), "")
    return replace(meta, handle=account, posted=True) if account else meta


def _signed_at(zone: list[int], metas: dict[int, Meta], last: int) -> int:
    """The line that names the author or the day, -1 without one: a headline stands above it more often than below."""
    facts = [index for index in zone if index <= last and index in metas and _is_fact(metas[index])]
    return facts[0] if facts else last


def _is_fact(meta: Meta) -> bool:
    return bool(meta.authors) or meta.near_name in ("date", "reading", "follow")


def _find_title(lines: list[str], unknown: list[int], after: int, signed_at: int) -> int | None:
    """The most headline-like of the unknown lines between the furniture, or the first line below it."""
    candidates = [index for index in unknown if is_headline(lines[index])]
    if any(index < signed_at for index in candidates):
        candidates = [index for index in candidates if index < signed_at]
    wordy = [index for index in candidates if _is_wordy(lines[index])]
    first = lines[after] if after < len(lines) else ""
    below = bool(first) and is_headline(first) and not is_prose(first) and _starts_article(lines, after)
    if below and not (wordy and max(len(lines[index]) for index in wordy) > 20):
        return after
    if wordy:
        return max(wordy, key=lambda index: (len(lines[index]) > 15, len(lines[index].split()), -index))
    return candidates[-1] if candidates and signed_at >= 0 else None


def _is_wordy(line: str) -> bool:
    if len(line.split()) > 1:
        return not (is_name(line) and line.isascii())
    return not line.isascii() and len(line) >= 6


def is_headline(line: str) -> bool:
    """A line that could stand above an article: some words, no full stop, not a greeting, not a list item."""
    if len(line) > MAX_TITLE_CHARS or not any(char.isalpha() for char in line) or LIST_ITEM.match(line):
        return False
    if line[-1] in ".,;:。،…" and not re.search(r"\b(?:[A-Z]\.){2,}$", line):
        return False
    return line[-1] not in "!！" or len(line.split()) > 2


def _starts_article(lines: list[str], index: int) -> bool:
    """Whether something that is not a headline follows, so that this line is the title of it and not a verse."""
    following: list[str] = []
    for line in lines[index + 1 : index + 12]:
        following += [line] if line else []
    if not following or LIST_ITEM.match(lines[index]):
        return False
    separated = index + 1 < len(lines) and not lines[index + 1]
    longer = len(following[0]) > len(lines[index])
    return (separated and (longer or any(is_prose(line) for line in following[:4]))) or is_prose(following[0])


def _is_menu(lines: list[str], index: int, title_at: int | None, strong: list[int]) -> bool:
    """A short unknown line among furniture above the title: a menu entry, a category, the site's name.

    Or the title once more, or its address among others (`Home » News » Title` is furniture already).
    """
    line = lines[index]
    if title_at is not None and bare(line) == bare(lines[title_at]):
        return True
    above = title_at is None or index < title_at
    short = len(line.split()) <= 4 and len(line) <= 40 and not TERMINAL.search(line)
    return above and short and bool(strong) and (len(strong) > 1 or min(strong) < index)


def _is_category(lines: list[str], zone: list[int], index: int, known: set[int], title_at: int | None) -> bool:
    """A word or three between the headline and the line that names the author or the day; a subheading is longer."""
    place = zone.index(index)
    if title_at is None or place == 0 or zone[place - 1] != title_at or place + 1 == len(zone):
        return False
    few = len(lines[index].split()) <= 3 and len(lines[index]) <= 30 and not TERMINAL.search(lines[index])
    return few and zone[place + 1] in known


def _contents(lines: list[str], start: int) -> frozenset[int]:
    """A table of contents: its heading, and the lines below it that are headings again further down."""
    near = [index for index in range(start, min(start + 80, len(lines))) if lines[index]]
    head = next((index for index in near if is_contents_head(lines[index])), None)
    if head is None:
        return frozenset()
    later: dict[str, int] = {}
    for index in range(head + 1, min(len(lines), 20_000)):
        if 0 < len(lines[index]) <= MAX_TITLE_CHARS:
            later[_entry(lines[index])] = index
    entries = []
    for index in (index for index in near if index > head):
        if later.get(_entry(lines[index]), index) == index:
            break
        entries.append(index)
    return frozenset([head, *entries]) if len(entries) >= 2 else frozenset()


def _entry(line: str) -> str:
    return bare(_NUMBERED.sub("", line))
