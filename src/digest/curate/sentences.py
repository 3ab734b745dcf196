"""Text to whole sentences, as offsets into that very text.

Does not choose, shorten, or change a character. Invariant: spans are in order, do not overlap, are trimmed, never reach
over a blank line, and every character outside them is white space.

Steps: paragraphs -> list items and headings on lines of their own -> sentencex -> repair (join what was split too
eagerly: initials, titles, "5 p.m. Monday", text inside an open quote) -> spans. Thai, Lao and Khmer have no mark at
the end of a sentence: there the unit is a run of phrases of at least `PHRASE_CHARS` characters.

Why this way: sentencex splits 89 MB/s, pysbd 0.04 MB/s at nearly the same accuracy (43 against 47 of 48 cases in
English, 163 against 171 of 176 in sixteen other languages); joining again is enough to close most of that gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Protocol, cast

from digest.curate.language import base_language
from digest.curate.scripts import main_script, script_of

PHRASE_CHARS = 40
_MAX_JOINED = 8  # sentences inside one quotation that are taken as one
_WINDOW, _WIDEST = 4_000, 16_000  # characters given to the splitter at a time
_MAX_SEARCHED = 4_000  # characters of one piece in which missed ends are looked for: each is checked against all of it

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_LINE = re.compile(r"[^\n]+")
_OPENERS = '"“”„«»‹([「『'
_STRAY_OPENER = re.compile(r"\s[\"“”„«»‹(\[「『]+$")
_MISSED_END = re.compile(
    r"(?<=[.!?…])\s+(?=[^\W\d_a-zß-öø-ÿ]|[\"“”„«»‹(\[][^\W_])|(?<=[.!?…][)\]”»«“\"])\s+(?=[^\W\d_a-zß-öø-ÿ])"
)
_BULLET = re.compile(r"\s*(?:[-*•‣▪◦·–—]\s|\(?\d{1,3}[.)]\s)")
_TERMINAL_END = re.compile(r"[.!?…。！？।॥۔؟։።။។:;,][\"'”’»)\]」』）]*\s*$")
_SCRIPT_LANGUAGE = {
    "Cyrillic": "ru", "Greek": "el", "Arabic": "ar", "Hebrew": "he", "Devanagari": "hi", "Bengali": "bn", "Han": "zh",
    "Kana": "ja", "Hangul": "ko", "Armenian": "hy", "Ethiopic": "am", "Myanmar": "my", "Tamil": "ta", "Georgian": "ka",
}  # fmt: skip
_MAX_QUOTED = 400  # characters of a phrase script that are looked through for a quotation still open
_PHRASE_SCRIPTS = {"Thai", "Lao", "Khmer"}


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TITLES = _set(
    "dr mr mrs ms mx prof gen col rep sen gov rev capt lt sgt cmdr adm messrs mme mlle dra "
    "sra srta lic arq dott sig sigg avv exmo exma hr fra dhr mevr drs inż mgr hab ks św ul д-р проф "
    "акад им ул г-н г-жа டாக்டர் डॉ श्री श्रीमती प्रो डा डॉक्टर ড মো মোঃ ডা প্রফেসর δρ κ κα δρα fig figs eq vs cf "
    "e.g i.e z.b d.h u.a o.ä s.o bzw ca approx np tzn tj m.in т.е т.к напр"
)
_NUMBERED = _set(
    "no nos nr n° núm num p pp vol art sec § ch fig abs kap pkt poz str рис стр jan feb febr apr aug sep sept oct "
    "okt nov dec dez déc dic"
)
_LONGEST = max(map(len, _TITLES | _NUMBERED))
_NOT_INITIALS = _set(
    "plan vitamin hepatitis grade part section appendix type category class figure exhibit league serie group "
    "option team point schedule annex room gate line block and or vitamina vitamine plan gruppe teil"
)
_STARTERS = _set(
    "the a an he she it they we i you his her its their our my this that these those there in on at but and so "
    "when while after before if as however also for from with by then now who what why how where not no both most "
    "many some all one two several despite although since because meanwhile"
)
_AFTER_TIME = re.compile(
    r"(?:Mon|Tues?|Wed(?:nes)?|Thurs?|Fri|Sat(?:ur)?|Sun)(?:day)?\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"[a-z]*\b|(?:UTC|GMT|BST|CET|CEST|IST|[ECMP][SD]?T)\b|(?:Eastern|Central|Mountain|Pacific|Local)\b|[(\d]"
)
_TIME_END = re.compile(r"\b[ap]\. ?m\.$", re.IGNORECASE)
_WORD_OPENER = re.compile(r"[(\[“\"'«„‚]")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.){2,}$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_SAID_JA = re.compile(r"(?:とと?|って|という|など|は|が|を|に|も|の|で)(?!こ)")
_SAID_ZH = re.compile(r"[^。！？]{0,10}[说說道问問答喊叫][^。！？]{0,6}[。！？]?$")
_DIRECTED = {"“": "”", "«": "»", "「": "」", "『": "』", "(": ")", "[": "]", "（": "）", "【": "】", "《": "》"}
_QUOTE_CHARACTERS = re.compile('["“”„‟«»‹›「」『』()\\[\\]（）【】《》]')


class _Splitter(Protocol):
    def __call__(self, language: str, text: str) -> list[str]: ...


@cache
def _splitter() -> _Splitter:
    """sentencex is a 4 MB binary: only who splits pays for loading it."""
    import sentencex

    return cast(_Splitter, sentencex.segment)


def split_sentences(text: str, *, lang: str | None = None) -> list[tuple[int, int]]:
    """Half-open (start, end) spans of the sentences of `text`, in code points.

    `lang` is a BCP 47 tag; without one the script decides which rules apply (Latin script: English).
    """
    return list(iter_sentences(text, lang=lang))


def iter_sentences(text: str, *, lang: str | None = None, script: str | None = None) -> Iterator[tuple[int, int]]:
    """The same one by one: who wants the first hundred of a book does not wait for its last page.

    `script` is what `main_script` says of `text`, where that is known.
    """
    script = main_script(text) if script is None else script
    language = base_language(lang) or _SCRIPT_LANGUAGE.get(script, "en")
    for start, end in _blocks(text):
        if script in _PHRASE_SCRIPTS:
            yield from _phrases(text, start, end)
            continue
        spans = _raw(text, start, end, language)
        quoting = _QUOTE_CHARACTERS.search(text, start, end) is not None
        spans = _join(text, _split_after_quotes(text, spans) if quoting else spans, language)
        yield from _close_quotes(text, spans) if quoting else spans


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Trimmed spans of what blank lines separate."""
    return list(_iter_paragraphs(text))


def _iter_paragraphs(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for match in _BLANK_LINE.finditer(text):
        start, end = _trim(text, at, match.start())
        if start < end:
            yield start, end
        at = match.end()
    start, end = _trim(text, at, len(text))
    if start < end:
        yield start, end


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, further cut where a list item starts or a heading stands alone on its line."""
    for start, end in _iter_paragraphs(text):
        if text.find("\n", start, end) < 0:
            yield start, end
            continue
        for block in _line_blocks(text, start, end):
            first, last = _trim(text, *block)
            if first < last:
                yield first, last


def _line_blocks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = [(start + m.start(), start + m.end()) for m in _LINE.finditer(text[start:end])]
    longest = max(b - a for a, b in lines)
    blocks = [lines[0]]
    for (a, b), before in zip(lines[1:], lines, strict=False):
        previous = text[before[0] : before[1]]
        stands_alone = len(previous) * 2 < longest and not _TERMINAL_END.search(previous)
        if _BULLET.match(text, a, b) or stands_alone:
            blocks.append((a, b))
        else:
            blocks[-1] = (blocks[-1][0], b)
    return blocks


def _raw(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    """What sentencex finds, a window at a time: on Chinese and on open quotation marks its time grows with the square
    of the length (55 s for a megabyte in one paragraph, 0.3 s so). Where no sentence ends in `_WIDEST` characters, the
    rest is one lump: too long for any summary, and not cut in the middle of a sentence."""
    spans: list[tuple[int, int]] = []
    at, size = start, _WINDOW
    while True:
        stop = min(end, at + size)
        found = _pieces(text, at, stop, language)
        if stop == end:
            spans += found
            break
        if len(found) > 1:
            spans += found[:-1]  # the last one may go on
            at, size = found[-1][0], _WINDOW
        elif size < _WIDEST:
            size = _WIDEST
        else:
            spans.append(_trim(text, at, end))
            break
    return _hand_on_openers(text, spans)


def _pieces(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    part = text[start:end]
    spans: list[tuple[int, int]] = []
    at = 0
    for piece in _splitter()(language, part):
        found = at if part.startswith(piece, at) else part.find(piece, at)
        if found < 0:  # the splitter changed something: what it says about this part cannot be placed
            return [_trim(text, start, end)]
        at = found + len(piece)
        if core := piece.rstrip():
            first = start + at - len(piece)
            spans.append((first + len(core) - len(core.lstrip()), first + len(core)))
    return spans


def _hand_on_openers(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A quotation mark or bracket that stands after a space at the end of a piece opens the next one."""
    for i in range(len(spans) - 1):
        start, end = spans[i]
        stray = _STRAY_OPENER.search(text, start, end) if text[end - 1] in _OPENERS else None
        if stray is None:
            continue
        swedish = text[end - 1] == "”" and text[stray.start() - 1] in ".!?…"  # it opens there too, and never closes so
        if swedish or is_balanced(text[start : stray.start()]):  # not the » that closes a French quotation
            spans[i] = (start, stray.start())
            spans[i + 1] = (stray.start() + 1, spans[i + 1][1])
    return spans


def _split_after_quotes(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where quotation marks made the splitter miss an end (”so in Swedish”, »so in Danish«, (so in brackets.))."""
    result: list[tuple[int, int]] = []
    for start, end in spans:
        if end - start <= _MAX_SEARCHED and _may_end_inside(text, start, end):
            for match in _MISSED_END.finditer(text, start, end):
                left, right = text[start : match.start()], text[match.end() : end]
                if is_balanced(left) and is_balanced(right) and not (left[-1] == "." and _is_abbreviated(left, right)):
                    result.append((start, match.start()))
                    start = match.end()
        result.append((start, end))
    return result


def _may_end_inside(text: str, start: int, end: int) -> bool:
    """What `_MISSED_END` needs; looking for it is five times as fast as trying that."""
    for mark in ".!?…":
        if text.find(mark, start, end - 2) >= 0:
            return _QUOTE_CHARACTERS.search(text, start, end) is not None
    return False


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _join(text: str, spans: list[tuple[int, int]], language: str) -> list[tuple[int, int]]:
    """Join neighbours that belong together, from left to right."""
    if len(spans) < 2:
        return spans
    lower_writer = sum(text[start].islower() for start, _ in spans) * 2 > len(spans)
    joined = [spans[0]]
    for span in spans[1:]:
        last = joined[-1]
        if _belongs(text, last, span, language, lower_writer):
            joined[-1] = (last[0], span[1])
        else:
            joined.append(span)
    return joined


def _belongs(text: str, last: tuple[int, int], span: tuple[int, int], language: str, lower_writer: bool) -> bool:
    start, end = span
    first, second, mark = text[start], text[start + 1 : min(start + 2, end)], text[last[1] - 1]
    if first.islower() and not lower_writer and not second.isupper() and language != "ka":
        return True
    if not first.isalnum() and (
        first in ",;:)]）」』、，"
        or (first in "”»" and not second.isalnum())
        or not any(map(str.isalnum, text[start : min(start + 40, end)]))
    ):
        return True
    if mark == "." and last[1] < start:
        if text[last[1] - _LONGEST - 2 : last[1] - 1].isalpha():
            return False  # no abbreviation is as long as that
        return _is_abbreviated(text[max(last[0], last[1] - 40) : last[1]], text[start : min(start + 40, end)])
    if mark not in '」』”’»"' or last[1] - last[0] < 2:
        return False
    script = script_of(first)
    if script == "Hangul":  # Korean parts sentences by a space: what is written against a quotation is its particle
        return last[1] == start
    if language == "ja" or script == "Kana":
        return bool(_SAID_JA.match(text[start:end]))
    return (language == "zh" or script == "Han") and bool(_SAID_ZH.match(text[start:end]))


def _is_abbreviated(before: str, after: str) -> bool:
    """Whether the full stop at the end of `before` belongs to its last word. About 40 characters of each will do."""
    if before[-2:-1] in ("m", "M") and _TIME_END.search(before[-6:]):
        return bool(_AFTER_TIME.match(after))
    earlier, word = _last_word(before[-40:-1])
    if not word:
        return False
    if _ACRONYM.search(word + "."):
        first = _FIRST_WORD.match(after)
        return (
            first is not None and word.count(".") > 0 and first[0].lower() not in _STARTERS and not first[0].isdigit()
        )
    if len(word) == 1 and word.isupper() and word != "I":
        before_it = earlier.split()
        return not (before_it and before_it[-1].lower().strip(",;:") in _NOT_INITIALS)
    lowered = word.lower()
    return lowered in _TITLES or (lowered in _NUMBERED and after[0].isdigit())


def _last_word(before: str) -> tuple[str, str]:
    """What stands before the last word, and that word, from behind the last bracket or quotation mark in it."""
    word = "" if before[-1:].isspace() else before.rsplit(None, 1)[-1] if before else ""
    if word.isalnum():
        return before[: -len(word)], word
    word = _WORD_OPENER.split(word)[-1]
    return before[: len(before) - len(word)].rstrip("([“\"'«„‚"), word


def is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket that opens in `text` closes in it, and none closes that did not open.

    The same sign opens in one language and closes in another („…“ and “…”, »…« and «…»): both readings are accepted.
    Single quotes are left out: an apostrophe is the same character.
    """
    marks = _QUOTE_CHARACTERS.findall(text)
    if not marks:
        return True
    openers = '"“„‟«»‹›「『([（【《'
    if "“" not in marks and marks.count("”") % 2 == 0:  # ”so in Swedish”
        openers += "”"
    stack: list[str] = []
    for mark in marks:
        if stack and _closes(stack[-1], mark):
            stack.pop()
        elif mark in openers:
            stack.append(mark)
        else:
            return False
    return not stack


def _closes(opener: str, mark: str) -> bool:
    if opener == '"':
        return mark == '"'
    if opener in "„‟":
        return mark in "“”"
    pairs = {"“": "”", "”": "”", "«": "»", "»": "«", "‹": "›", "›": "‹"}
    return mark == pairs.get(opener, _DIRECTED.get(opener))


def _close_quotes(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join from a sentence that opens a quotation to the one that closes it; leave it alone where none does."""
    result: list[tuple[int, int]] = []
    i = 0
    while i < len(spans):
        start, end = spans[i]
        taken = i
        if not is_balanced(text[start:end]):
            limit = min(len(spans), i + _MAX_JOINED)
            taken = next((j for j in range(i + 1, limit) if is_balanced(text[start : spans[j][1]])), i)
        result.append((start, spans[taken][1]))
        i = taken + 1
    return result


def _phrases(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Runs of phrases: cut at spaces between two letters of the script, and after a mark that ends a sentence."""
    cuts = [start]
    for match in re.finditer(r"[\s\u200b]+", text[start:end]):
        before, after = text[start + match.start() - 1], text[start + match.end()]
        ends = before in "!?។ฯ."
        plain = all(c > "\u0e00" for c in (before, after)) and before != "ๆ"
        if ends and not is_balanced(text[cuts[-1] : start + match.start()][:_MAX_QUOTED]):
            continue
        if ends or (plain and start + match.start() - cuts[-1] >= PHRASE_CHARS):
            cuts.append(start + match.end())
    cuts.append(end)
    spans = [_trim(text, a, b) for a, b in pairwise(cuts)]
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < PHRASE_CHARS // 2:
        spans[-2:] = [(spans[-2][0], spans[-1][1])]
    return [span for span in spans if span[0] < span[1]]
