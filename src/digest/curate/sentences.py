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
from functools import cache
from itertools import pairwise
from typing import Protocol, cast

from digest.curate.language import base_language
from digest.curate.scripts import main_script

PHRASE_CHARS = 40
_MAX_JOINED = 8  # sentences inside one quotation that are taken as one

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
_PHRASE_SCRIPTS = {"Thai", "Lao", "Khmer"}


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_TITLES = _set(
    "dr mr mrs ms mx prof gen col rep sen gov rev capt lt sgt cmdr adm messrs mme mlle dra "
    "sra srta lic arq dott sig sigg avv exmo exma hr fra dhr mevr drs inż mgr hab ks św ul д-р проф "
    "акад им ул г-н г-жа டாக்டர் डॉ श्री श्रीमती प्रो डा डॉक्टर ড মো মোঃ ডা প্রফেসর δρ κ κα δρα fig figs eq vs cf "
    "e.g i.e z.b d.h u.a o.ä s.o bzw ca approx np tzn tj m.in т.е т.к напр"
)
_NUMBERED = _set("no nos nr n° núm num p pp vol art sec § ch fig abs kap pkt poz str рис стр")
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
_LAST_WORD = re.compile(r"(?:^|[\s(\[“\"'«„‚])([^\s(\[“\"'«„‚]+)\.$")
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
    language = base_language(lang)
    script = main_script(text)
    language = language or _SCRIPT_LANGUAGE.get(script, "en")
    spans: list[tuple[int, int]] = []
    for start, end in _blocks(text):
        if script in _PHRASE_SCRIPTS:
            spans += _phrases(text, start, end)
        else:
            spans += _repair(text, _split_after_quotes(text, _raw(text, start, end, language)), language)
    return spans


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Trimmed spans of what blank lines separate."""
    edges = [0, *(edge for match in _BLANK_LINE.finditer(text) for edge in match.span()), len(text)]
    spans = [_trim(text, start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [(start, end) for start, end in spans if start < end]


def _blocks(text: str) -> list[tuple[int, int]]:
    """Paragraphs, further cut where a list item starts or a heading stands alone on its line."""
    blocks: list[tuple[int, int]] = []
    for start, end in paragraphs(text):
        if "\n" not in text[start:end]:
            blocks.append((start, end))
            continue
        blocks += _line_blocks(text, start, end)
    return [block for block in (_trim(text, *b) for b in blocks) if block[0] < block[1]]


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
    paragraph = text[start:end]
    spans: list[tuple[int, int]] = []
    at = 0
    for piece in _splitter()(language, paragraph):
        found = at if paragraph.startswith(piece, at) else paragraph.find(piece, at)
        if found < 0:  # the splitter changed something: what it says about this paragraph cannot be placed
            return [_trim(text, start, end)]
        at = found + len(piece)
        if piece.strip():
            spans.append(_trim(text, start + found, start + at))
    return _hand_on_openers(text, spans)


def _hand_on_openers(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A quotation mark or bracket that stands after a space at the end of a piece opens the next one."""
    for i in range(len(spans) - 1):
        start, end = spans[i]
        stray = _STRAY_OPENER.search(text, start, end) if text[end - 1] in _OPENERS else None
        if stray and is_balanced(text[start : stray.start()]):  # not the » that closes a French quotation
            spans[i] = (start, stray.start())
            spans[i + 1] = (stray.start() + 1, spans[i + 1][1])
    return spans


def _split_after_quotes(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where quotation marks made the splitter miss an end (”so in Swedish”, »so in Danish«, (so in brackets.))."""
    result: list[tuple[int, int]] = []
    for start, end in spans:
        if _QUOTE_CHARACTERS.search(text, start, end):
            for match in _MISSED_END.finditer(text, start, end):
                left, right = text[start : match.start()], text[match.end() : end]
                if is_balanced(left) and is_balanced(right) and not (left[-1] == "." and _is_abbreviated(left, right)):
                    result.append((start, match.start()))
                    start = match.end()
        result.append((start, end))
    return result


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def _repair(text: str, spans: list[tuple[int, int]], language: str) -> list[tuple[int, int]]:
    """Join neighbours that belong together, from left to right."""
    if len(spans) < 2:
        return spans
    lower_writer = sum(text[start].islower() for start, _ in spans) * 2 > len(spans)
    joined = [spans[0]]
    for span in spans[1:]:
        last = joined[-1]
        if _belongs(text[last[0] : last[1]], text[span[0] : span[1]], text[last[1] : span[0]], language, lower_writer):
            joined[-1] = (last[0], span[1])
        else:
            joined.append(span)
    return _close_quotes(text, joined)


def _belongs(before: str, after: str, gap: str, language: str, lower_writer: bool) -> bool:
    if after[0].islower() and not lower_writer and not after[1:2].isupper() and language != "ka":
        return True
    if (
        after[0] in ",;:)]）」』、，"
        or (after[0] in "”»" and not after[1:2].isalnum())
        or not any(map(str.isalnum, after[:40]))
    ):
        return True
    if before[-1] == "." and gap:
        return _is_abbreviated(before, after)
    if before[-1] in "」』”’" and len(before) > 1:
        return bool(_SAID_JA.match(after)) if language == "ja" else language == "zh" and bool(_SAID_ZH.match(after))
    return False


def _is_abbreviated(before: str, after: str) -> bool:
    if _TIME_END.search(before):
        return bool(_AFTER_TIME.match(after))
    before = before[-40:]
    match = _LAST_WORD.search(before)
    if not match:
        return False
    word = match[1]
    if _ACRONYM.search(word + "."):
        first = _FIRST_WORD.match(after)
        return (
            first is not None and word.count(".") > 0 and first[0].lower() not in _STARTERS and not first[0].isdigit()
        )
    if len(word) == 1 and word.isupper() and word != "I":
        earlier = before[: match.start()].split()
        return not (earlier and earlier[-1].lower().strip(",;:") in _NOT_INITIALS)
    lowered = word.lower()
    return lowered in _TITLES or (lowered in _NUMBERED and after[0].isdigit())


def is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket that opens in `text` closes in it, and none closes that did not open.

    The same sign opens in one language and closes in another („…“ and “…”, »…« and «…»): both readings are accepted.
    Single quotes are left out: an apostrophe is the same character.
    """
    marks = _QUOTE_CHARACTERS.findall(text)
    if not marks:
        return True
    stack: list[str] = []
    for mark in marks:
        if stack and _closes(stack[-1], mark):
            stack.pop()
        elif mark in '"“„‟«»‹›「『([（【《' or (mark == "”" and text.count("”") % 2 == 0 and "“" not in text):
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
        if ends or (plain and start + match.start() - cuts[-1] >= PHRASE_CHARS):
            cuts.append(start + match.end())
    cuts.append(end)
    spans = [_trim(text, a, b) for a, b in pairwise(cuts)]
    if len(spans) > 1 and spans[-1][1] - spans[-1][0] < PHRASE_CHARS // 2:
        spans[-2:] = [(spans[-2][0], spans[-1][1])]
    return [span for span in spans if span[0] < span[1]]
