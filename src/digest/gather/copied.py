"""Text copied from a page to an article: the page's furniture becomes data, the article stays whole. Pure.

    resolve entities, split what is glued -> `copied_head`: menus, byline, title -> `copied_tail`: where it ends,
    counters, other posts -> join lines to paragraphs

Invariant: only whole lines at the edges are taken away; a sentence of the article is never lost, also when it speaks of
views and comments. What was left out can be seen: `origin["chrome"]` counts it and shows its beginning, and warnings
name the lines that were taken for the page's own, or kept, only because of where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digest.gather.chrome import Meta, read_counters
from digest.gather.copied_head import LIST_ITEM, TERMINAL, Head, is_headline, is_prose, read_head
from digest.gather.copied_tail import Tail, read_tail
from digest.gather.dates import read_date
from digest.gather.entry import title_without
from digest.gather.furniture.names import is_person
from digest.gather.furniture.plain import plain, shown, without_entities
from digest.gather.furniture.sections import BOTTOM, TOP
from digest.gather.markup import paragraphs_html
from digest.gather.words import clean_text, first_sentence
from digest.model import Article, Author

SAMPLE_LINES = 6
GUESS = "taken for the page's own because of their place"
DOUBT = "kept, though they may be the page's own (topics, a menu)"
_GLUED = re.compile(r"(?<=[.!?…”\"’»)。।؟！？])(?<!\d\.)\s*(?=\d)")
_SENTENCE_END = '.!?…。！？।؟۔”»"’)'


def read_text(text: str, *, name: str) -> Article:
    """Text as copied from a browser window, or simply typed. `name` is its identity and names it in messages.

    Views, comments, date and authors are read from the lines around the article and never remain in it. A leading
    headline becomes the title; without one the title is derived from the first sentence (`title_derived`).
    """
    lines = _lines(text)
    head = read_head(lines)
    tail = read_tail(lines, head.start, medium=head.meta.medium, title=head.title, authors=head.meta.authors)
    meta = head.meta.merge(tail.meta)
    head = _without_category(lines, head, tail)
    own = [*head.kept, *(index for index in range(head.start, tail.end) if index not in head.contents)]
    body = _paragraphs([lines[index] for index in own])
    title, origin = (head.title, "headline") if head.title else title_without(body, f"/{name}")
    published, confidence = read_date(meta.date)
    updated, _ = read_date(meta.updated)
    people = meta.authors or ((meta.handle,) if meta.posted or is_person(meta.handle) else ())
    places = {"title": origin, "text": "copied text"}
    places |= {"authors": "byline" if meta.authors else "poster"} if people else {}
    places |= {"published": "page line"} if published else {}
    places |= {
        field: "page counter" for field in ("views", "comments", "reactions") if getattr(meta, field) is not None
    }
    dropped = _dropped(lines, own, head.title)
    places |= {"chrome": _told(dropped)} if dropped else {}
    guessed = [lines[index] for index in (*head.guessed, *tail.guessed)]
    doubtful = [lines[index] for index in tail.doubtful]
    warnings = (*_warning(guessed, GUESS), *_warning(doubtful, DOUBT))
    return Article(
        source="", guid=name, url=None, title=title, title_derived=origin != "headline", text=body,
        html=paragraphs_html(body), authors=tuple(Author(shown(person)) for person in people), published=published,
        published_confidence=confidence, updated=updated, tags=meta.tags, views=meta.views, comments=meta.comments,
        reactions=meta.reactions, origin=places, warnings=warnings,
    )  # fmt: skip


def _without_category(lines: list[str], head: Head, tail: Tail) -> Head:
    """Forums print a topic's category, a word or three, between its headline and its first sentence."""
    near = [index for index in range(head.start, min(head.start + 10, tail.end)) if lines[index]][:3]
    if not tail.forum or head.kept or not near:
        return head
    title = head.title
    if not title and len(near) == 3 and is_headline(lines[near[0]]):
        title, near = lines[near[0]], near[1:]
    if not title or len(near) < 2 or not _is_category(lines[near[0]]) or not _closed(lines[near[1]]):
        return head
    return replace(head, start=near[1], title=shown(title), guessed=(*head.guessed, near[0]))


def _is_category(line: str) -> bool:
    few = len(line) <= 30 and len(line.split()) <= 3
    return few and not TERMINAL.search(line) and not LIST_ITEM.match(line) and line[-1] not in ":,;：、،"


def _closed(line: str) -> bool:
    return is_prose(line) or TERMINAL.search(line) is not None


def _dropped(lines: list[str], own: Sequence[int], title: str) -> list[str]:
    kept = set(own)
    return [line for index, line in enumerate(lines) if line and index not in kept and line.strip("#* ") != title]


def _told(dropped: Sequence[str]) -> str:
    """`9 lines: “top of page”, “• someone”, ...`"""
    sample = ", ".join(f"“{_short(line)}”" for line in dropped[:SAMPLE_LINES])
    more = ", ..." if len(dropped) > SAMPLE_LINES else ""
    return f"{len(dropped)} line{'s' if len(dropped) > 1 else ''}: {sample}{more}"


def _warning(doubted: Sequence[str], why: str) -> tuple[str, ...]:
    """For the operator: what was left out, or kept, only because of where it stands."""
    return (f"{why}: {_told(doubted)}",) if doubted else ()


def _short(line: str) -> str:
    return line if len(line) <= 60 else line[:57] + "..."


def _lines(text: str) -> list[str]:
    """Stripped lines, blank ones kept, with glued furniture on lines of its own."""
    lines = [
        line if line.isascii() else _without_edges(line) for line in clean_text(without_entities(text)).split("\n")
    ]
    while lines and not lines[-1]:
        lines.pop()
    if lines:
        lines[-1:] = _unglue(lines[-1], at_end=True)
        lines[:1] = _unglue(lines[0], at_end=False)
    for index in [index for index in range(len(lines) - 1, max(-1, len(lines) - 60), -1) if lines[index]][:24]:
        split = _split_counters(lines[index])
        if split:
            lines[index : index + 1] = split
            break
    return lines


def _without_edges(line: str) -> str:
    """A line of nothing but marks that show nothing is a blank one; directional marks inside a sentence stay."""
    return line if shown(line) else ""


def _unglue(line: str, *, at_end: bool) -> list[str]:
    """`...comments` + `bottom of page` without a blank between is two lines; with a blank it may be a sentence."""
    low = plain(line).lower()
    if len(low) != len(line):
        return [line]
    for anchor in sorted(BOTTOM if at_end else TOP, key=len, reverse=True):
        if len(low) <= len(anchor):
            continue
        if at_end and low.endswith(anchor):
            rest = line[: -len(anchor)]
            if not rest[-1].isspace() or rest.rstrip()[-1:] in _SENTENCE_END:
                return [rest.rstrip(), line[-len(anchor) :]]
        if not at_end and low.startswith(anchor) and not low[len(anchor)].isspace() and low[len(anchor)].isalnum():
            return [line[: len(anchor)], line[len(anchor) :].lstrip()]
    return [line]


def _split_counters(line: str) -> list[str]:
    """Counters glued to the last sentence: `...the end.1 view0 comments`."""
    text = plain(line)
    for match in _GLUED.finditer(text, max(0, len(text) - 200)):
        rest = line[match.end() :]
        counters = read_counters(rest) if match.start() else None
        if counters is None:
            continue
        if _several(counters) or match.end() == match.start():
            return [line[: match.start()], rest]
    return []


def _several(counters: Meta) -> bool:
    return sum(value is not None for value in (counters.views, counters.comments, counters.reactions)) > 1


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
    if len(group) > 1 and sum(bool(LIST_ITEM.match(line)) for line in group) * 2 >= len(group):
        return "\n".join(group)
    if _is_wrapped(group):
        return " ".join(group)
    return "\n".join(group) if _is_verse(group) else "\n\n".join(group)


def _is_wrapped(group: list[str]) -> bool:
    """Lines that end at about one width and break in mid-sentence were wrapped by a program."""
    full = group[:-1]
    if not full or max(map(len, group)) > 110 or min(map(len, full)) < 40:
        return False
    return sum(TERMINAL.search(line) is None for line in full) * 2 > len(full)


def _is_verse(group: list[str]) -> bool:
    return len(group) > 2 and max(map(len, group)) < 60 and first_sentence(group[0]) == group[0] and not all(
        TERMINAL.search(line) for line in group
    )  # fmt: skip
