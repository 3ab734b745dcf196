"""Text copied from a page to an article: the page's furniture becomes data, the article stays whole. Pure.

    strip the anchors of the page -> cut what follows the article -> peel furniture off both edges
    -> find the title -> join lines to paragraphs

Invariant: only whole lines at the edges are taken away, and only those the grammar in `chrome` understands
completely; a sentence of the article is never lost, also when it speaks of views and comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.gather.chrome import (
    BOTTOM,
    TOP,
    Meta,
    is_name,
    is_reply_box,
    is_tail_marker,
    read_counters,
    read_handle,
    read_line,
)
from digest.gather.dates import read_date
from digest.gather.entry import title_without
from digest.gather.markup import paragraphs_html
from digest.gather.words import clean_text, first_sentence
from digest.model import Article, Author

HEAD_LINES = 16
TAIL_LINES = 30
MAX_TITLE_CHARS = 160
_LIST_ITEM = re.compile(r"(?:[-*•‣–]\s+|\d{1,3}[.)]\s+)\S")
_TERMINAL = re.compile(r"[.!?…。！？।؟][\"'”’»)\]」]*$")
_GLUED = re.compile(r"(?<=[.!?…”\"’»)。])(?<!\d\.)\s*(?=\d)")


@dataclass(frozen=True, slots=True)
class _Head:
    """Where the body starts, what the lines above it say, and those of them that are the article's own."""

    start: int
    meta: Meta
    title: str = ""
    kept: tuple[int, ...] = ()


def read_text(text: str, *, name: str) -> Article:
    """Text as copied from a browser window, or simply typed. `name` is its identity and names it in messages.

    Views, comments, date and authors are read from the lines around the article and never remain in it. A leading
    headline becomes the title; without one the title is derived from the first sentence (`title_derived`).
    """
    lines = _lines(text)
    head = _read_head(lines)
    end, tail = _read_tail(lines, head.start)
    meta = head.meta.merge(tail)
    body = _paragraphs([*(lines[index] for index in head.kept), *lines[head.start : end]])
    title, origin = (head.title, "headline") if head.title else title_without(body, f"/{name}")
    published, confidence = read_date(meta.date)
    updated, _ = read_date(meta.updated)
    people = meta.authors or ((meta.handle,) if is_name(meta.handle) else ())
    places = {"title": origin, "text": "copied text"}
    places |= {"authors": "byline" if meta.authors else "poster"} if people else {}
    places |= {"published": "page line"} if published else {}
    places |= {
        field: "page counter" for field in ("views", "comments", "reactions") if getattr(meta, field) is not None
    }
    return Article(
        source="", guid=name, url=None, title=title, title_derived=origin != "headline", text=body,
        html=paragraphs_html(body), authors=tuple(Author(person) for person in people), published=published,
        published_confidence=confidence, updated=updated, tags=meta.tags, views=meta.views, comments=meta.comments,
        reactions=meta.reactions, origin=places,
    )  # fmt: skip


def _lines(text: str) -> list[str]:
    """Stripped lines, blank ones kept, with glued furniture on lines of its own."""
    lines = clean_text(text).split("\n")
    while lines and not lines[-1]:
        lines.pop()
    if lines:
        lines[-1:] = _unglue(lines[-1], BOTTOM, at_end=True)
        lines[:1] = _unglue(lines[0], TOP[:8], at_end=False)
    for index in [index for index, line in enumerate(lines) if line][-4:]:
        split = _split_counters(lines[index])
        if split:
            lines[index : index + 1] = split
            break
    return lines


def _unglue(line: str, anchors: tuple[str, ...], *, at_end: bool) -> list[str]:
    """`...comments` + `bottom of page` without a blank between is two lines; with a blank it may be a sentence."""
    low = line.casefold()
    for anchor in anchors:
        if low == anchor or len(low) <= len(anchor):
            continue
        if at_end and low.endswith(anchor) and not low[-len(anchor) - 1].isspace():
            return [line[: -len(anchor)].rstrip(), line[-len(anchor) :]]
        if not at_end and low.startswith(anchor) and not low[len(anchor)].isspace():
            return [line[: len(anchor)], line[len(anchor) :].lstrip()]
    return [line]


def _split_counters(line: str) -> list[str]:
    """Counters glued to the last sentence: `...the end.1 view0 comments`."""
    for match in _GLUED.finditer(line, max(0, len(line) - 200)):
        rest = line[match.end() :]
        counters = read_counters(rest) if match.start() else None
        if counters is None:
            continue
        several = sum(value is not None for value in (counters.views, counters.comments, counters.reactions)) > 1
        if several or match.end() == match.start():
            return [line[: match.start()], rest]
    return []


def _read_head(lines: list[str]) -> _Head:
    zone = _zone(lines)
    if not zone:
        return _Head(len(lines), Meta())
    metas = {index: meta for index in zone if (meta := _furniture(lines, zone, index)) is not None}
    strong = [index for index in metas if not metas[index].weak]
    last = max(strong, default=-1)
    unknown = [index for index in zone if index < last and index not in metas]
    after = next((index for index in zone if index > last), len(lines))
    title_at = _find_title(lines, unknown, after, has_furniture=bool(strong))
    meta = _merged([metas[index] for index in sorted(metas) if index <= last])
    poster = _poster(lines, unknown, metas, title_at) if not meta.authors else None
    if poster is not None:
        meta = meta.merge(Meta(handle=lines[poster]))
    kept = tuple(
        index
        for index in unknown
        if index not in (title_at, poster) and not _is_menu(lines[index], index, title_at, strong)
    )
    start = after if title_at != after else after + 1
    return _Head(start, meta, lines[title_at].strip("#* ") if title_at is not None else "", kept)


def _zone(lines: list[str]) -> list[int]:
    """The lines that may be furniture: from the top to the first one that is prose."""
    zone: list[int] = []
    for index, line in enumerate(lines):
        if not line:
            continue
        if len(zone) == HEAD_LINES or (_is_prose(line) and read_line(line) is None):
            zone.append(index)
            break
        zone.append(index)
    return zone


def _furniture(lines: list[str], zone: list[int], index: int) -> Meta | None:
    handle = read_handle(lines[index])
    if handle:
        near = [lines[other] for other in zone if 0 < abs(zone.index(other) - zone.index(index)) <= 1]
        if not any(_LIST_ITEM.match(line) for line in near):
            return Meta(handle=handle)
    return read_line(lines[index])


def _is_prose(line: str) -> bool:
    return len(line) >= MAX_TITLE_CHARS or (len(line.split()) >= 8 and _TERMINAL.search(line) is not None) or (
        len(line) >= 30 and not line.isascii() and _TERMINAL.search(line) is not None
    )  # fmt: skip


def _is_headline(line: str) -> bool:
    """A line that could stand above an article: some words, no full stop, not a greeting, not a list item."""
    if len(line) > MAX_TITLE_CHARS or not any(char.isalpha() for char in line) or _LIST_ITEM.match(line):
        return False
    if line[-1] in ".,;:。،…" and not re.search(r"\b(?:[A-Z]\.){2,}$", line):
        return False
    return line[-1] not in "!！" or len(line.split()) > 2


def _find_title(lines: list[str], unknown: list[int], after: int, *, has_furniture: bool) -> int | None:
    """The most headline-like of the unknown lines between the furniture, or the first line below it."""
    candidates = [index for index in unknown if _is_headline(lines[index])]
    wordy = [index for index in candidates if len(lines[index].split()) > 1 and not is_name(lines[index])]
    first = lines[after] if after < len(lines) else ""
    below = bool(first) and _is_headline(first) and not _is_prose(first) and _starts_article(lines, after)
    if below and not (wordy and max(len(lines[index]) for index in wordy) > 20):
        return after
    if wordy:
        return max(wordy, key=lambda index: (len(lines[index]) > 15, len(lines[index].split()), -index))
    return candidates[-1] if candidates and has_furniture else None


def _starts_article(lines: list[str], index: int) -> bool:
    """Whether something that is not a headline follows, so that this line is the title of it and not a verse."""
    following = [line for line in lines[index + 1 :] if line]
    if not following or _LIST_ITEM.match(lines[index]):
        return False
    separated = index + 1 < len(lines) and not lines[index + 1]
    longer = len(following[0]) > len(lines[index])
    return (separated and (longer or any(_is_prose(line) for line in following[:4]))) or _is_prose(following[0])


def _poster(lines: list[str], unknown: list[int], metas: dict[int, Meta], title_at: int | None) -> int | None:
    """A name alone on its line beside a date, a reading time or a Follow button is who posted it."""
    for index in unknown:
        beside = [other for other in metas if 0 < abs(other - index) <= 2]
        if index != title_at and beside and is_name(lines[index]):
            return index
    return None


def _is_menu(line: str, index: int, title_at: int | None, strong: list[int]) -> bool:
    """A short unknown line among furniture above the title: a menu entry, a category, the site's name."""
    above = title_at is None or index < title_at
    return above and len(line.split()) <= 4 and not _TERMINAL.search(line) and (len(strong) > 1 or min(strong) < index)


def _read_tail(lines: list[str], start: int) -> tuple[int, Meta]:
    """(where the body ends, what the lines below it say)."""
    end = _cut_at_marker(lines, start)
    below = [meta for line in lines[end:] if (meta := _counter_line(line)) is not None]
    found: list[Meta] = []
    last, weak_from, taken = end, end, 0
    while last > start and taken < TAIL_LINES:
        line = lines[last - 1]
        meta = read_line(line) if line else Meta(weak=True)
        if meta is None and not is_tail_marker(line):
            break
        last -= 1
        taken += bool(line)
        if meta is None or not meta.weak:
            weak_from = last
        found.append(meta or Meta(weak=True))
    # A number or a name is furniture only below something stronger: an article may end in one.
    kept = found[: end - weak_from]
    return weak_from, _merged([*reversed(kept), *below])


def _counter_line(line: str) -> Meta | None:
    return read_counters(line) if line else None


def _cut_at_marker(lines: list[str], start: int) -> int:
    """The first line from which on there is nothing of the article: other posts, or the readers' comments."""
    total = sum(len(line) for line in lines[start:]) or 1
    last_reply_box = max((index for index, line in enumerate(lines) if is_reply_box(line)), default=-1)
    last_long = max((index for index, line in enumerate(lines) if len(line) > 240), default=-1)
    seen = 0
    for index in range(start, len(lines)):
        line = lines[index]
        if seen * 2 >= total and _opens_tail(line, boxed=last_reply_box >= index, prose=last_long > index):
            return index
        seen += len(line)
    return len(lines)


def _opens_tail(line: str, *, boxed: bool, prose: bool) -> bool:
    """`boxed`: a box for replies follows, so this is where the comments begin. `prose`: long paragraphs follow."""
    if not line or len(line) >= 60:
        return False
    if is_tail_marker(line):
        return boxed or not prose
    counters = read_counters(line) if boxed else None
    return counters is not None and counters.comments is not None


def _paragraphs(lines: list[str]) -> str:
    """Blank lines separate paragraphs; where there are none, every line is one. Hard-wrapped lines are joined."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return clean_text("\n\n".join(_join(group) for group in groups if group))


def _join(group: list[str]) -> str:
    if len(group) > 1 and sum(bool(_LIST_ITEM.match(line)) for line in group) * 2 >= len(group):
        return "\n".join(group)
    if _is_wrapped(group):
        return " ".join(group)
    return "\n".join(group) if _is_verse(group) else "\n\n".join(group)


def _is_wrapped(group: list[str]) -> bool:
    """Lines that end at about one width and break in mid-sentence were wrapped by a program."""
    full = group[:-1]
    if not full or max(map(len, group)) > 110 or min(map(len, full)) < 40:
        return False
    return sum(_TERMINAL.search(line) is None for line in full) * 2 > len(full)


def _is_verse(group: list[str]) -> bool:
    return len(group) > 2 and max(map(len, group)) < 60 and first_sentence(group[0]) == group[0] and not all(
        _TERMINAL.search(line) for line in group
    )  # fmt: skip


def _merged(metas: list[Meta]) -> Meta:
    result = Meta(weak=True)
    for meta in metas:
        result = result.merge(meta)
    return result
