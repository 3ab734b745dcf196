"""The issue's own words: subject, preheader, "in this issue".

Does not invent: every word is a headline's, or one of the handful in `Wording`, which a digest's settings replace.
Invariants: a subject is at most `SUBJECT_CHARS` long, one line, never the one before; a preheader is never the subject;
nothing is cut inside a user-perceived character; a headline in capitals that is calmed keeps those of its words that
the article's own text writes in capitals.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from digest.curate.scripts import clusters
from digest.curate.wording import ENGLISH, Wording

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
    "its our my your that this which who will not no "
    "der die das den dem des ein eine einen einem einer und oder mit für von vom zu zum zur im am auf bei nach "
    "le la les un une du de et ou à au aux pour par avec sur dans en el los las del y o con para por "
    "os um uma e do da dos das na nos nas com il lo gli di che il nel per"
)
_NAME = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:»”\"]\s+)[\W_]*$")
_LOUD_RUN = re.compile(r"[^\W\d_a-zß-öø-ÿ]{2,}(?: [^\W\d_a-zß-öø-ÿ]{2,}){2,}")  # "LONDON HAS FALLEN": no acronyms
_SHOUTING = 0.8  # this share of large letters is shouting
_READ_CHARS = 20_000  # of the text, for how its words are written


def clean(text: str) -> str:
    """One line without control characters or characters that only steer direction; white space collapsed."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in text)
    return " ".join(re.sub("[\u202a-\u202e\u2066-\u2069\ufeff]", "", kept).split())


def calm(title: str, text: str = "") -> str:
    """A headline without shouting: written in capitals, it becomes a sentence; marks of excitement become one.

    `text` is the article's own, and shows how each word is written in it: "NATO" and "Galway" keep their capitals.
    """
    title = re.sub(r"([!?])[!?]+", r"\1", clean(title))
    if not _shouts(title):
        return title
    spelling = _spelling(text.replace(title, " "))
    words = title.split()
    if len(words) == 1 and _NAME.sub("", title) == title[len(title.rstrip(".!?…")) :]:
        own = title.rstrip(".!?…").casefold()
        if own not in spelling or spelling[own].isupper():
            return title  # a name or an acronym, for all anybody can tell
    return " ".join(_calm_word(word, spelling, first=i == 0 or _ends(words[i - 1])) for i, word in enumerate(words))


def _shouts(text: str) -> bool:
    cased = [c for c in text if c.lower() != c.upper()]
    return len(cased) >= 8 and sum(c.isupper() for c in cased) >= _SHOUTING * len(cased)


def _ends(word: str) -> bool:
    return word[-1] in ".!?:" and not _ACRONYM.fullmatch(word)


def _calm_word(word: str, spelling: Mapping[str, str], *, first: bool) -> str:
    """As the article writes it; dotted acronyms and what has digits in it keep their capitals; the rest is small."""
    if _ACRONYM.fullmatch(word):
        return word
    calmed = _NAME.sub(lambda match: _as_written(match[0], spelling), word)
    start = next((i for i, c in enumerate(calmed) if c.isalnum()), 0)
    if not first or not calmed.islower():  # "iPhone" begins a sentence as it is
        return calmed
    return calmed[:start] + calmed[start : start + 1].upper() + calmed[start + 1 :]


def _as_written(word: str, spelling: Mapping[str, str]) -> str:
    key = word.casefold().replace("’", "'")
    if key in spelling:
        return spelling[key]
    stem, apostrophe, ending = key.rpartition("'")
    if apostrophe and stem in spelling:
        return f"{spelling[stem]}{word[len(stem)]}{ending}"
    return word if any(map(str.isdigit, word)) else word.lower()


def _spelling(text: str) -> dict[str, str]:
    """Each word of `text` as it is written most often in the middle of a sentence; at the beginning of one, where
    every word has a capital, only what has more of them counts. What shouts itself tells nothing."""
    inside: dict[str, Counter[str]] = {}
    for line in text[:_READ_CHARS].splitlines():
        quiet = _LOUD_RUN.sub(lambda run: " " if run[0].isupper() else run[0], line)
        for match in _NAME.finditer("" if _shouts(line) else quiet):
            word = match[0]
            starts = _SENTENCE_START.search(quiet, max(0, match.start() - 6), match.start())
            if not starts or (len(word) > 1 and word.isupper()):
                inside.setdefault(word.casefold().replace("’", "'"), Counter())[word] += 1
    return {key: max(forms, key=lambda form: (forms[form], form.islower(), form)) for key, forms in inside.items()}


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
    now: datetime | None = None, wording: Wording = ENGLISH, calmed: bool = False,
) -> str:  # fmt: skip
    """The top headline and how many more (without headlines, `site`).

    An operator's `pattern` with {title}, {n}, {number} and {site} in it wins. Never equal to `last`:
    the number, or else the day of `now`, is added. `calmed`: the titles are (with their texts), and stay as they are.
    """
    count, titles = len(titles), _headlines(titles, calmed=calmed)
    top = titles[0] if titles else clean(site)
    if pattern and titles:
        subject = _filled(pattern, top, count, number, site)
    else:
        subject = _headline(top, count - 1, wording)
    if last and subject == clean(last):
        subject = _different(subject, number, now, clean(last), wording)
    return subject


def _headlines(titles: Sequence[str], *, calmed: bool) -> list[str]:
    """Calm, and without those that say nothing."""
    return [title for title in map(clean if calmed else calm, titles) if title.strip(" .,:;!?–—-…·")]


def _filled(pattern: str, title: str, count: int, number: int | None, site: str) -> str:
    """The pattern's own words stay whole: only the title gives way."""
    values = {"{n}": str(count), "{number}": "" if number is None else str(number), "{site}": clean(site)}
    fixed = len(re.sub(r"\{(?:title|n|number|site)\}", lambda m: values.get(m[0], ""), pattern))
    room = max(12, (SUBJECT_CHARS - fixed) // max(1, pattern.count("{title}")))
    values["{title}"] = trim(title, room)
    return trim(re.sub(r"\{(?:title|n|number|site)\}", lambda m: values[m[0]], pattern), SUBJECT_CHARS)


def _headline(top: str, more: int, wording: Wording) -> str:
    whole = clean(wording.and_more(top.rstrip(" .!"), more)) if more > 0 else ""
    return whole if whole and len(whole) <= SUBJECT_CHARS else trim(top, SUBJECT_CHARS)


def _different(subject: str, number: int | None, now: datetime | None, last: str, wording: Wording) -> str:
    marks = [f" ({wording.numbered(number)})"] if number is not None else []
    marks += [f" ({wording.day(now)})", f" ({now:%Y-%m-%d %H:%M})"] if now else [" (again)"]
    for mark in marks:
        other = trim(subject, SUBJECT_CHARS - len(mark)) + mark
        if other != last:
            return other
    return subject


def make_preheader(
    titles: Sequence[str], *, subject: str, fixed: str = "", fallback: str = "", site: str = "",
    wording: Wording = ENGLISH, calmed: bool = False,
) -> str:  # fmt: skip
    """40 to 130 characters that go on where the subject stops: the headlines after the first.

    `fallback` is the top article's summary, for an issue of one. An operator's `fixed` with {title}, {n} and {site} in
    it wins, unless that says what the subject says already.
    """
    if fixed:
        top = (titles[0] if calmed else calm(titles[0])) if titles else ""
        values = {"{title}": top, "{n}": str(len(titles)), "{site}": clean(site)}
        text = trim(re.sub(r"\{(?:title|n|site)\}", lambda m: values[m[0]], fixed), PREHEADER_CHARS)
        if text != subject:
            return text
    parts = _headlines(titles, calmed=calmed)[1:4]
    text = ""
    for part in parts:
        longer = f"{text} · {part}" if text else part
        if text and len(longer) > PREHEADER_CHARS:
            break
        text = longer
    listed = listing(titles, wording=wording, calmed=calmed)
    for extra in (clean(fallback), wording.new_on(clean(site), listed) if titles else clean(site)):
        if extra and (len(text) < PREHEADER_MIN or text == subject):
            text = f"{text} · {extra}" if text and text != subject else extra
    text = trim(text, PREHEADER_CHARS)
    return text if text != subject else trim(wording.from_site(clean(site), text), PREHEADER_CHARS)


def listing(titles: Sequence[str], most: int = 3, *, wording: Wording = ENGLISH, calmed: bool = False) -> str:
    """ "A, B and C": the first headlines, each short enough to be read in passing."""
    return wording.listed(
        [trim(title, LISTED_CHARS).rstrip(" .!") for title in _headlines(titles, calmed=calmed)[:most]]
    )
