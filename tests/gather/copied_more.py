"""More pages as people paste them: other layouts than in copied_cases.py, and the words of each page written out anew.

    for case in more_cases():       # always the same list

Five layouts in fifteen languages: a magazine (breadcrumbs, one line of facts, a box of tags, a footer), an older
WordPress theme (everything after the text on one line), a newsletter site (subscribe boxes, bare counters with their
words), a forum with a menu over it, and a blog with its archive in the sidebar. The articles speak of views, comments
and sharing themselves. Written after the grammar and before its first run on them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from copied_cases import Case, flat

SEED = 42
DATA: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))


def more_cases(seed: int = SEED) -> list[Case]:
    """Every language in every layout."""
    rng = random.Random(seed)
    layouts = (_magazine, _older_theme, _newsletter, _forum, _archive)
    return [_made(rng, language, layout) for language in DATA for layout in layouts]


class _Page:
    """A page being written: its lines, its words that are not the article's, and what an editor would take from it."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self.rng, self.language, self.words_of = rng, language, DATA[language]
        self.title, self.sentences, self.name = (self.words_of[key] for key in ("title", "sentences", "name"))
        self.lines: list[str] = []
        self.words: list[str] = []
        self.author: str | None = None
        self.views: int | None = None
        self.comments: int | None = None
        self.shown_title: str | None = None

    def add(self, *lines: str) -> None:
        self.lines += lines
        self.words += lines

    def headline(self) -> None:
        self.lines.append(self.title)
        self.shown_title = self.title

    def body(self) -> None:
        half = self.rng.randrange(1, len(self.sentences))
        gap = "" if self.language in ("ja", "zh") else " "
        self.lines += [gap.join(self.sentences[:half]), *self.sentences[half:]]

    def signed(self, key: str) -> str:
        self.author = self.name
        return str(self.words_of[key]).format(name=self.name, date=self.words_of["date"])

    def counted(self, key: str) -> str:
        value = self.rng.choice([2, 17, 365, 1204])
        setattr(self, key, value)
        return str(self.words_of[key]).format(
            n=f"{value:,}" if self.language in ("en", "ja", "zh", "hi") else str(value)
        )


def _made(rng: random.Random, language: str, layout: Callable[[_Page], None]) -> Case:
    page = _Page(rng, language)
    layout(page)
    gap = rng.choice(["\n", "\n\n", "\r\n\r\n", "\n \n\u200b\n"])
    lines = [f"{line}\u00a0" if rng.random() < 0.1 else line for line in page.lines]
    own = flat(" ".join([*page.sentences, page.title]))
    words = tuple(dict.fromkeys(word for word in page.words if flat(word) not in own))
    return Case(
        name=f"{language}-{layout.__name__[1:]}", text=gap.join(lines), language=language, platform=layout.__name__[1:],
        author=page.author, views=page.views, comments=page.comments, title=page.shown_title,
        sentences=tuple(page.sentences), chrome_words=words,
    )  # fmt: skip


def _magazine(page: _Page) -> None:
    said = page.words_of
    page.add(said["cookies"], *said["menu"], " » ".join(said["crumbs"]))
    page.headline()
    page.add(f"{page.signed('by')} | {said['date']} | {said['reading']}")
    page.body()
    page.add(said["tags"], said["share"], *said["related"], said["footer"])


def _older_theme(page: _Page) -> None:
    said = page.words_of
    page.headline()
    page.add(page.signed("dated"))
    page.body()
    page.add(f"{said['tags']} | {page.counted('comments')}", *said["neighbours"], said["box"], said["footer"])


def _newsletter(page: _Page) -> None:
    said = page.words_of
    page.add(said["subscribe"], said["menu"][2])
    page.headline()
    page.add(page.signed("by"), said["date"], said["share"])
    page.body()
    separator = page.rng.choice(["", " ", " · "])
    page.add(f"{page.counted('views')}{separator}{page.counted('comments')}")
    page.add(said["share"], said["subscribe"], *said["related"])


def _forum(page: _Page) -> None:
    said = page.words_of
    page.add(said["menu"][1], said["menu"][2], page.signed("by"), said["short"])
    page.body()
    page.comments = page.rng.choice([2, 46])
    gap = page.rng.choice(["\n", " "])
    page.add(f"{page.rng.choice([3, 9])} {said['likes']}", said["share"], f"{said['last']} {said['short']}")
    page.lines.append(f"{page.comments}{gap}{said['replies']}")
    page.add(said["suggested"], f"{said['related'][1]} 4 81 {said['short']}")


def _archive(page: _Page) -> None:
    said = page.words_of
    page.add(said["date"])
    page.headline()
    page.body()
    none = page.rng.random() < 0.5
    count = said["none"] if none else page.counted("comments")
    page.comments = 0 if none else page.comments
    page.add(page.signed("by"), said["share"], said["tags"], count, said["box"], said["older"], said["archive"])
    page.add("► 2025 (12)", "▼ 2026 (3)", said["related"][1])
