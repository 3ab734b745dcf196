"""The issue's own words: subject, preheader, "in this issue".

Does not invent: every word is a headline's, or one of a handful of fixed English ones, which a digest's settings
replace. Invariants: a subject is at most `SUBJECT_CHARS` long, one line, never the one before; a preheader is never
the subject; nothing is cut inside a user-perceived character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from digest.curate.scripts import clusters

SUBJECT_CHARS = 60
PREHEADER_CHARS = 130
PREHEADER_MIN = 40
LISTED_CHARS = 70


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_CLAUSE = re.compile(r"(?:\s[–—-]|[:;,.!?।،؛。，：；！？]) *$")
_ACRONYM = re.compile(r"(?:\w\.){2,}")
_BOUNDARIES = re.compile(r"\s+|(?<=[、。，：；！？])")
_DANGLING = _set(
    "a an and as at but by for from in into nor of on or over per the to up via vs with is are was were his her their "
    "its our my your that this which who will not no"
)


def clean(text: str) -> str:
    """One line without control characters or characters that only steer direction; white space collapsed."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in text)
    return " ".join(re.sub("[\u202a-\u202e\u2066-\u2069\ufeff]", "", kept).split())


def calm(title: str) -> str:
    """A headline without shouting: written in capitals, it becomes a sentence; marks of excitement become one."""
    title = re.sub(r"([!?])[!?]+", r"\1", clean(title))
    cased = [c for c in title if c.lower() != c.upper()]
    if len(cased) < 8 or sum(c.isupper() for c in cased) < 0.8 * len(cased) or " " not in title:
        return title
    words = title.split()
    return " ".join(_calm_word(word, first=i == 0 or _ends(words[i - 1])) for i, word in enumerate(words))


def _ends(word: str) -> bool:
    return word[-1] in ".!?:" and not _ACRONYM.fullmatch(word)


def _calm_word(word: str, *, first: bool) -> str:
    """Dotted acronyms and what has digits in it keep their capitals."""
    if _ACRONYM.fullmatch(word) or any(map(str.isdigit, word)):
        return word
    lowered = word.lower()
    return lowered[:1].upper() + lowered[1:] if first else lowered


def trim(text: str, limit: int) -> str:
    """At most `limit` code points: cut at a clause if that keeps half of them, else at a word, with an ellipsis."""
    text = clean(text)
    if len(text) <= limit:
        return text
    ends = [match.start() for match in _BOUNDARIES.finditer(text) if 0 < match.start() <= limit - 1]
    for end in reversed(ends):
        if end * 2 >= limit and _CLAUSE.search(text[: end + 1]):
            return text[:end].rstrip(" ,;:–—-،؛，、：；。.।")
    if ends and ends[-1] * 3 >= limit:
        return _without_dangling(text[: ends[-1]]) + "…"
    return _by_clusters(text, limit - 1) + "…"


def _without_dangling(text: str) -> str:
    """A cut title does not end in "the" or a comma."""
    words = text.rstrip(" ,;:–—-،؛，、：；").split(" ")
    while len(words) > 2 and words[-1].lower() in _DANGLING:
        words.pop()
    return " ".join(words).rstrip(" ,;:–—-")


def _by_clusters(text: str, limit: int) -> str:
    kept, used = [], 0
    for cluster in clusters(text):
        used += len(cluster)
        if used > limit:
            break
        kept.append(cluster)
    return "".join(kept).rstrip()


def make_subject(
    titles: Sequence[str], *, pattern: str = "", number: int | None = None, site: str = "", last: str = "",
    now: datetime | None = None,
) -> str:  # fmt: skip
    """The top headline and how many more (without headlines, `site`).

    An operator's `pattern` with {title}, {n}, {number} and {site} in it wins. Never equal to `last`:
    the number, or else the day of `now`, is added.
    """
    count, titles = len(titles), _headlines(titles)
    top = titles[0] if titles else clean(site)
    if pattern and titles:
        subject = _filled(pattern, top, count, number, site)
    else:
        subject = _headline(top, count - 1)
    if last and subject == clean(last):
        subject = _different(subject, number, now, clean(last))
    return subject


def _headlines(titles: Sequence[str]) -> list[str]:
    """Calm, and without those that say nothing."""
    return [title for title in map(calm, titles) if title.strip(" .,:;!?–—-…·")]


def _filled(pattern: str, title: str, count: int, number: int | None, site: str) -> str:
    """The pattern's own words stay whole: only the title gives way."""
    values = {"{n}": str(count), "{number}": "" if number is None else str(number), "{site}": clean(site)}
    fixed = len(re.sub(r"\{(?:title|n|number|site)\}", lambda m: values.get(m[0], ""), pattern))
    room = max(12, (SUBJECT_CHARS - fixed) // max(1, pattern.count("{title}")))
    values["{title}"] = trim(title, room)
    return trim(re.sub(r"\{(?:title|n|number|site)\}", lambda m: values[m[0]], pattern), SUBJECT_CHARS)


def _headline(top: str, more: int) -> str:
    tail = f" and {more} more" if more > 0 else ""
    if tail and len(top) + len(tail) <= SUBJECT_CHARS:
        return top.rstrip(" .!") + tail
    return trim(top, SUBJECT_CHARS)


def _different(subject: str, number: int | None, now: datetime | None, last: str) -> str:
    marks = [f" (no. {number})"] if number is not None else []
    marks += [f" ({now.day} {now:%B})", f" ({now:%Y-%m-%d %H:%M})"] if now else [" (again)"]
    for mark in marks:
        other = trim(subject, SUBJECT_CHARS - len(mark)) + mark
        if other != last:
            return other
    return subject


def make_preheader(titles: Sequence[str], *, subject: str, fixed: str = "", fallback: str = "", site: str = "") -> str:
    """40 to 130 characters that go on where the subject stops: the headlines after the first.

    `fallback` is the top article's summary, for an issue of one. `fixed` may use {title} and {n}, as the subject.
    """
    if fixed:
        top = calm(titles[0]) if titles else ""
        return trim(
            fixed.replace("{title}", top).replace("{n}", str(len(titles))).replace("{site}", site), PREHEADER_CHARS
        )
    parts = _headlines(titles)[1:4]
    text = ""
    for part in parts:
        longer = f"{text} · {part}" if text else part
        if text and len(longer) > PREHEADER_CHARS:
            break
        text = longer
    for extra in (clean(fallback), f"New on {clean(site)}: {listing(titles)}" if titles else clean(site)):
        if extra and (len(text) < PREHEADER_MIN or text == subject):
            text = f"{text} · {extra}" if text and text != subject else extra
    text = trim(text, PREHEADER_CHARS)
    return text if text != subject else trim(f"From {clean(site)}: {text}", PREHEADER_CHARS)


def listing(titles: Sequence[str], most: int = 3) -> str:
    """ "A, B and C": the first headlines, each short enough to be read in passing."""
    short = [trim(title, LISTED_CHARS).rstrip(" .!") for title in _headlines(titles)[:most]]
    if len(short) < 2:
        return "".join(short)
    return f"{', '.join(short[:-1])} and {short[-1]}"
