"""Where the article ends in a copied page, and what the lines below it say. Pure.

    find the line that opens other posts or the readers' comments -> above it, peel furniture off line by line

Does not know words: `chrome.read_line` reads each line. Invariant: a line that nobody understands goes only below an
opening line, and never together with a sentence, unless the form of readers' comments (a name and a time over each, a
box for replies under all) leaves no doubt. A sentence alone goes only where something beside its words tells whose it
is: this article's title in "The post ... appeared first on ...", its author's name below a byline, the button under a
cookie notice. What went by its place is named in `guessed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise

from digest.gather.chrome import Meta, is_platforms, merged, read_counters, read_line
from digest.gather.copied_head import LIST_ITEM, TERMINAL, is_prose
from digest.gather.furniture.answers import ANSWERS
from digest.gather.furniture.counters import lone_number
from digest.gather.furniture.credits import is_bio
from digest.gather.furniture.footers import is_consent_button, is_cookie_notice
from digest.gather.furniture.labels import is_list_caption
from digest.gather.furniture.moments import read_moment
from digest.gather.furniture.plain import bare, plain, words
from digest.gather.furniture.sections import WORDS_OF_BOTH
from digest.model import Article

SCANNED_LINES = 400
SCANNED_COMMENTS = 4000
MAX_TOPICS = 5
MAX_STRAY = 3
MAX_FOOTER, MAX_FOOTER_WORDS = 520, 14
_BOXES = frozenset(key for key in ANSWERS if key not in WORDS_OF_BOTH)
_REPLY = words(
    "reply|antworten|répondre|responder|rispondi|beantwoorden|odpowiedz|svara|yanıtla|ответить|رد|الرد|返信|回复|回覆|답글"
)
_REPLIES = re.compile(
    r"\d\W*(?:repl|antwort|répons|respuest|respost|rispost|antwoord|odpowied|svar|yanıt|ответ|رد|जवाब|उत्तर|"
    r"件の返信|返信|[条个則则]?回[复覆]|답글)"
)
_ROW = re.compile(r"\s\d[\d.,]*\w?\s+\d[\d.,]*\w?\s+(?P<when>\d{1,3}\s?\w{1,6}\.?|\D{0,12}\d.{0,20})$")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the body ends, what the lines below it say, which of those nobody understood, and whether it is a forum.

    `doubtful`: short lines that close the body and may be a page's topics as well as a greeting, an address or a list.
    They stay: nothing in them tells which.
    """

    end: int
    meta: Meta
    guessed: tuple[int, ...] = ()
    forum: bool = False
    doubtful: tuple[int, ...] = ()


def read_tail(
    lines: list[str], start: int, *, medium: bool = False, title: str = "", authors: tuple[str, ...] = ()
) -> Tail:
    """`medium`: the lines above the article were Medium's, which prints topics right below it.

    `title` and `authors` as the lines above say: pages end in sentences that name them.
    """
    reader = _Reader(lines, title, authors)
    cut = min(_comments_cut(reader, start), _others_cut(reader, start))
    below = [index for index in range(cut, len(lines)) if lines[index]]
    end, found, guessed = _peel(reader, start, cut, medium=medium)
    above_meta = _counted([meta for _, meta in found])
    guessed += [index for index in below[:SCANNED_LINES] if reader.read(index) is None]
    guessed += [index for index in reader.banners if index >= end]  # a sentence, taken for its button's sake
    forum = any(_is_forums(lines[index]) for index in range(end, min(end + SCANNED_LINES, len(lines))) if lines[index])
    meta = above_meta.merge(_counts_below(reader, below))
    closing = _topics(reader, start, end)
    return Tail(end, meta, tuple(guessed), forum, tuple(closing) if len(closing) > 1 else ())


def _is_forums(line: str) -> bool:
    """A Reply button, a number of replies, the caption over a list of topics."""
    return bare(line) in _REPLY or _REPLIES.search(bare(line[:60])) is not None or is_list_caption(line)


class _Reader:
    """Reads each line at most once."""

    def __init__(self, lines: list[str], title: str, authors: tuple[str, ...]) -> None:
        self.lines = lines
        self.authors = authors
        self.banners: list[int] = []
        self._title = title
        self._metas: dict[int, Meta | None] = {}

    def read(self, index: int) -> Meta | None:
        if index not in self._metas:
            meta = read_line(self.lines[index])
            if meta is not None and meta.near_name == "date" and meta.date and not meta.authors:
                meta = replace(meta, weak=True)  # an article may well end with the day of the event
            if meta is not None and meta.unit and meta.opens and self._number_above(index):
                meta = replace(meta, opens="")  # `46` over `replies` counts them, it does not open them
            if meta is not None and meta.weak and self._is_banner(index):
                meta = replace(meta, weak=False)
                self.banners.append(index)
            if meta is None and self._appeared_first(self.lines[index]):
                meta = Meta()
            self._metas[index] = meta
        return self._metas[index]

    def follows_furniture(self, index: int) -> bool:
        """Whether the line above is furniture beyond doubt: a heading of the article follows its sentences."""
        above = self._above(index)
        meta = self.read(above) if above is not None else None
        return meta is not None and not meta.weak

    def _is_banner(self, index: int) -> bool:
        """A cookie notice over its button: an article about cookies may end in the sentence, never in both."""
        if not is_cookie_notice(self.lines[index]):
            return False
        below = next((at for at in range(index + 1, min(index + 4, len(self.lines))) if self.lines[at]), None)
        meta = read_line(self.lines[below]) if below is not None and is_consent_button(self.lines[below]) else None
        return meta is not None and not meta.weak

    def _appeared_first(self, line: str) -> bool:
        """`The post TITLE appeared first on SITE.`, with this article's title: another's is a sentence about it."""
        title, text = plain(self._title), plain(line)
        if not title or len(text) > MAX_FOOTER or title not in text:
            return False
        before, _, after = text.partition(title)
        few = len(_WORD.findall(before)) <= 2 and len(_WORD.findall(after)) <= MAX_FOOTER_WORDS
        return few and _is_footer_of(self._title, line)

    def _number_above(self, index: int) -> bool:
        above = self._above(index)
        return above is not None and lone_number(self.lines[above]) is not None

    def _above(self, index: int) -> int | None:
        return next((at for at in range(index - 1, max(index - 6, -1), -1) if self.lines[at]), None)


def _is_footer_of(title: str, line: str) -> bool:
    """Whether `boilerplate` takes `line` for what feeds append to the article with this title."""
    from digest.gather.boilerplate import without_boilerplate  # its tables are seldom needed here

    article = Article(source="", guid="tail", url=None, title=title, text=f"{title}\n\n{line}")
    return without_boilerplate(article, frozenset()).text == title


def _others_cut(reader: _Reader, start: int) -> int:
    """The first opening line below the last sentence: after it come titles, not sentences."""
    lines = reader.lines
    region: list[int] = []
    for index in range(len(lines) - 1, start - 1, -1):
        if not lines[index]:
            continue
        if len(region) == SCANNED_LINES or (_may_be_sentence(lines[index]) and reader.read(index) is None):
            break
        region.append(index)
    region.reverse()
    strong_below = 0
    unknown_below = 0
    cut = len(lines)
    for index in reversed(region):
        meta = reader.read(index)
        if meta is None:
            unknown_below += 1
        elif meta.opens in ("others", "answers"):
            if not unknown_below or strong_below or _is_clear(lines[index]) or reader.follows_furniture(index):
                cut = index
            strong_below += 1
        elif not meta.weak:
            strong_below += 1
    return cut if any(lines[index] for index in range(start, min(cut, len(lines)))) else len(lines)


def _is_clear(line: str) -> bool:
    key = bare(line)
    return key not in WORDS_OF_BOTH and not any(char.isdigit() for char in key)


def _may_be_sentence(line: str) -> bool:
    """Titles of other posts may ask or exclaim; what ends in a full stop, or is long, may be the article's own."""
    if len(line) > 160:
        return True
    if _is_row(line):
        return False
    end = line.rstrip("\"'”’»)]」")[-1:]
    return end in ".。।۔" and (len(line.split()) >= 3 or (not line.isascii() and len(line) >= 12))


def _is_row(line: str) -> bool:
    """A row of a list of topics: `TITLE 7 86 3 godz.`"""
    match = _ROW.search(plain(line)[-60:])
    return match is not None and read_moment(match["when"]) is not None


def _comments_cut(reader: _Reader, start: int) -> int:
    """Where the readers' comments begin: an opening, a name or a time right below, a box or Reply buttons later."""
    lines = reader.lines
    shown = [index for index in range(max(start, 0), len(lines)) if lines[index]][-SCANNED_COMMENTS:]
    short = {index: bare(lines[index]) for index in shown if len(lines[index]) <= 70}
    boxes = [index for index, key in short.items() if key in _BOXES or key in _REPLY]
    if not boxes:
        return len(lines)
    for place, index in enumerate(shown[:-1]):
        if place == 0 or index >= boxes[-1] or not _opens_answers(reader, index, short):
            continue
        near = [reader.read(other) for other in shown[place + 1 : place + 5]]
        if any(meta is not None and (meta.opens == "answer" or meta.near_name in ("age", "date")) for meta in near):
            return index
    return len(lines)


def _opens_answers(reader: _Reader, index: int, short: dict[int, str]) -> bool:
    key = short.get(index, "")
    if not key or not (key in ANSWERS or any(char.isdigit() for char in key)):
        return False
    meta = reader.read(index)
    return meta is not None and meta.opens == "answers"


def _peel(reader: _Reader, start: int, cut: int, *, medium: bool) -> tuple[int, list[tuple[int, Meta]], list[int]]:
    """(where the body ends, the furniture below it from the top, the lines below it that nobody understood)."""
    lines = reader.lines
    found: list[tuple[int, Meta]] = []
    guessed: list[int] = []
    end, pending = cut, 0
    below = [meta for index in range(cut, min(cut + 40, len(lines))) if lines[index] and (meta := reader.read(index))]
    medium = medium or any(meta.medium for meta in below)
    at = cut
    while at > start and len(found) < SCANNED_LINES:
        at -= 1
        if not lines[at]:
            continue
        meta = reader.read(at)
        if meta is None:
            if _is_bio(reader, start, at):
                found.append((at, Meta()))
                guessed.append(at)
                end, pending = at, 0
                continue
            run = [at] if _is_profile(reader, at, found) else _below_platform(reader, start, at)
            if not run:
                break
            guessed += run
            at = run[-1]
            continue
        found.append((at, meta))
        medium = medium or meta.medium
        if _holds(meta, found, medium=medium):
            end, pending = at, 0
        else:
            pending += 1
    found = found[: len(found) - pending] if pending else found
    if end < cut == len(lines) and not _convinces(reader, start, end, found):
        return cut, [], []
    topics = _topics(reader, start, end) if medium and end <= cut and not pending else []
    if topics:
        found.append((topics[0], Meta(tags=tuple(lines[index] for index in topics))))
        guessed += topics
        end = topics[0]
    return end, found[::-1], [index for index in guessed if index >= end]


def _convinces(reader: _Reader, start: int, end: int, found: list[tuple[int, Meta]]) -> bool:
    """Everyday words alone (`Home`, `Contact`) are furniture only below a sentence: a verse may end in one."""
    if any(is_platforms(reader.lines[at], meta) or meta.authors for at, meta in found):
        return True
    last = next((reader.lines[at] for at in range(end - 1, start - 1, -1) if reader.lines[at]), "")
    return not last or TERMINAL.search(last) is not None


def _holds(meta: Meta, found: list[tuple[int, Meta]], *, medium: bool) -> bool:
    """Whether this line is furniture by itself, or with the one below: `46` over `replies`, Medium's `214` over `3`."""
    if not meta.weak:
        return True
    if meta.number is None:
        return False
    below = found[-2][1] if len(found) > 1 else None
    return medium or (below is not None and bool(below.unit))


def _is_profile(reader: _Reader, index: int, found: list[tuple[int, Meta]]) -> bool:
    """What an author says of themselves, between the number of their followers and the Follow button (Medium)."""
    above = next((at for at in range(index - 1, max(index - 5, -1), -1) if reader.lines[at]), None)
    if not found or above is None or len(reader.lines[index]) > 220:
        return False
    before = reader.read(above)
    return found[-1][1].near_name == "follow" and before is not None and before.medium and not before.weak


def _is_bio(reader: _Reader, start: int, index: int) -> bool:
    """The sentence about the author below the article, a paragraph of its own; the article never speaks of them."""
    lines = reader.lines
    if index == 0 or lines[index - 1]:
        return False
    name = next((author for author in reader.authors if is_bio(lines[index], author)), "")
    above = [line for line in lines[start:index] if line] if name else []
    return bool(above) and not any(name.split()[-1] in line for line in above)


def _below_platform(reader: _Reader, start: int, at: int) -> list[int]:
    """Up to three short lines, none of them a sentence, right below a line that only a platform writes; from `at` up.

    A translation nobody listed, the name of another post, a caption of a button: what stands between or below
    furniture is furniture, as long as it cannot be read as an ending of the article.
    """
    run: list[int] = []
    for index in range(at, max(start - 1, at - 12), -1):
        line = reader.lines[index]
        if not line:
            continue
        meta = reader.read(index)
        if meta is not None:
            return run if _stands_on_platform(reader, start, index) else []
        if len(run) == MAX_STRAY or len(line) > 60 or len(line.split()) > 8 or _closes(line) or LIST_ITEM.match(line):
            return []
        run.append(index)
    return []


def _stands_on_platform(reader: _Reader, start: int, at: int) -> bool:
    """Whether one of the next few lines of furniture upwards is one that only a platform writes."""
    for index in range(at, max(start - 1, at - 12), -1):
        meta = reader.read(index) if reader.lines[index] else None
        if reader.lines[index] and meta is None:
            return False
        if meta is not None and is_platforms(reader.lines[index], meta):
            return True
    return False


def _closes(line: str) -> bool:
    return TERMINAL.search(line) is not None and not _is_row(line)


def _topics(reader: _Reader, start: int, end: int) -> list[int]:
    """The topics that Medium prints below an article: a few short lines right under its last sentence."""
    lines = reader.lines
    run: list[int] = []
    at = end
    while at > start and len(run) <= MAX_TOPICS:
        at -= 1
        if not lines[at]:
            continue
        if not _is_topic(lines[at]):
            closed = is_prose(lines[at]) or TERMINAL.search(lines[at]) is not None
            return run[::-1] if run and closed and len(run) <= MAX_TOPICS else []
        run.append(at)
    return []


def _is_topic(line: str) -> bool:
    return (
        len(line) <= 40
        and len(line.split()) <= 4
        and (line[-1].isalnum() or not line.isascii())
        and TERMINAL.search(line) is None
        and line[-1] not in ",;:،、，：；"
        and not LIST_ITEM.match(line)
    )


def _counted(metas: list[Meta]) -> Meta:
    """What furniture says from its top down; a number and the unit below it, or Medium's two numbers, are one."""
    meta = merged(metas)
    pairs: dict[str, int] = {}
    for first, second in pairwise(metas):
        if first.number is not None and second.unit in ("views", "comments", "reactions"):
            pair = read_counters(f"{first.text} {second.text}")  # what `B` is depends on the unit's language
            pairs.setdefault(second.unit, getattr(pair, second.unit) if pair else first.number)
        elif first.number is not None and second.number is not None and meta.medium:
            pairs.setdefault("reactions", first.number)
            pairs.setdefault("comments", second.number)
    return meta.merge(Meta(views=pairs.get("views"), comments=pairs.get("comments"), reactions=pairs.get("reactions")))


def _counts_below(reader: _Reader, below: list[int]) -> Meta:
    """Counters below the opening are this article's only where there is one of a kind: other posts have theirs too."""
    metas = [meta for index in below[:SCANNED_LINES] if (meta := reader.read(index)) is not None]
    counted = _counted(metas)
    views = {meta.views for meta in metas if meta.views is not None}
    headings = [meta.comments for meta in metas if meta.comments is not None]
    return Meta(
        authors=next((meta.authors for meta in metas if meta.authors and meta.medium), ()),
        views=counted.views if len(views) < 2 else None,
        comments=headings[0] if headings else counted.comments,
        reactions=counted.reactions,
        tags=next((meta.tags for meta in metas if meta.tags), ()),
    )
