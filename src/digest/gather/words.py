"""Plain text as it must be before anything else looks at it: Unicode in one form, no control characters, no invisible
marks; and the titles and excerpts that are made from it. Pure.

Invariant: what `clean_line` returns is one line without control characters and bidirectional overrides, so it may
stand in a header; `clean_text` is paragraphs separated by exactly one blank line, with no blank at a line's ends, and
cleaning twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata

# Soft hyphens, zero-width spaces and byte order marks show nothing; bidirectional overrides make text lie about its
# order (U+202A-202E, U+2066-2069). Zero-width joiners stay: Hindi, Persian and emoji need them.
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u180e\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# The same in the bytes of UTF-8 that are left when everything usual is taken out: looking there costs a tenth.
USUAL = bytes((9, 10, *range(32, 127)))
ODD = re.compile(
    rb"[\x00-\x1f\x7f]|\xc2[\x80-\x9f\xad]|\xe1\xa0\x8e|\xe2\x80[\x8b\xa8-\xae]|\xe2\x81[\xa0\xa6-\xa9]|"
    rb"\xed[\xa0-\xbf]|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]"
)
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_GAPS = re.compile(r"\n{2,}")

TITLE_CHARS = 90
EXCERPT_CHARS = 300
_TERMINALS = ".!?\u3002\uff01\uff1f\u0964\u0965\u061f\u06d4\u2026"
_CLOSERS = "\"'\u201d\u2019\u00bb\u203a)]\u300d\u300f"
_SENTENCE_END = re.compile(
    rf"[{re.escape(_TERMINALS)}]+[{re.escape(_CLOSERS)}]*(?=\s|$)|[\u3002\uff01\uff1f]+[\u300d\u300f]?"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATIONS = _words(
    """mr mrs ms dr prof st sr jr gen col lt sgt rep sen gov hon rev fr no nr vol fig eq art ca approx dept est inc
    ltd co corp vs etc e.g i.e u.s u.k u.n a.m p.m ph.d d.c z.b bzw usw u.a d.h str sra srta dra mme mlle m al
    cf op ed eds pp p jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun"""
)
_CLAUSE_END = re.compile(
    r"[,;:\u060c\u061b\u3001\uff0c\uff1b\uff1a](?=\s|[\u3040-\u9fff])|\s[\u2013\u2014-](?=\s)|\u2014"
)
# An opening clause that only says when or how: "After the storm, ..." The headline is in what follows.
_OPENERS = _words(
    """after although amid as at because before by despite during earlier even finally first for from given if in
    instead last later meanwhile next now of on once over recently since still through throughout to today
    together tomorrow tonight under until unlike what when whenever where whether while with within without
    yesterday apres avant avec dans depuis durant en lors malgre pendant pour quand sans selon tras antes con
    cuando desde despues hace para segun sin sobre apesar com depois quando sem dopo durante nel nella negli per
    secondo senza"""
)
_DANGLING = _words(
    """a an the and or but of in on at to for from with by as is are was were be been that which who whose than
    into its their his her our your my this these those his der die das den dem des ein eine einer eines und
    oder von zu mit im am zum zur auf le la les un une des du de et ou a au aux en el los las una y o del al con
    por para um uma os as e do da dos das no na i il lo gli di che per"""
)


def clean_text(text: str) -> str:
    """Many lines: paragraphs separated by one blank line; single line breaks inside a paragraph stay."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    text = "\n".join(" ".join(line.split()) for line in visible(text).split("\n"))
    return (_GAPS.sub("\n\n", text) if "\n\n\n" in text else text).strip("\n")


def clean_line(text: str, *, max_chars: int = 1000) -> str:
    """One line: every run of white space is one blank."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")[:max_chars].rstrip(" ")  # most lines are clean
    return clean_line_of(text[: max_chars * 4])[:max_chars].rstrip()


def clean_line_of(text: str) -> str:
    """The same without a limit."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """Without control characters and marks that show nothing, its line ends all `\\n`, in Unicode's composed form."""
    text = cleared(text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def cleared(text: str) -> str:
    """Without control characters and marks that show nothing, its line ends all `\\n`."""
    rest = unusual(text)
    return text if not rest or not ODD.search(rest) else _without_odd(text)


def unusual(text: str) -> bytes:
    """The bytes of its UTF-8 that are neither printable ASCII nor a tab nor a line feed: few, so quickly searched."""
    return text.encode("utf-8", "surrogatepass").translate(None, USUAL)


def _without_odd(text: str) -> str:
    return _CONTROL.sub("", _INVISIBLE.sub("", _NEWLINES.sub("\n", text)))


def first_sentence(paragraph: str) -> str:
    """The first whole sentence of `paragraph`, with its closing marks; all of it where no sentence ends."""
    line = " ".join(paragraph.split())
    for match in _SENTENCE_END.finditer(line):
        if _really_ends(line, match.start(), match.end()):
            return line[: match.end()]
    return line


def _really_ends(line: str, start: int, end: int) -> bool:
    rest = line[end:].lstrip()
    if not rest or line[start] not in ".\u2026":
        return True
    word = re.split(r"[\s(\"\u201c\u2018]", line[:start])[-1].lower()
    if word in _ABBREVIATIONS or re.fullmatch(r"(?:\w\.)*\w|\d{1,2}", word):
        return False
    return not rest[0].islower()


def derive_title(text: str, *, max_chars: int = TITLE_CHARS) -> str:
    """A headline from the article's own first sentence; empty only when there are no words at all.

    Too long a sentence loses an opening clause that only says when or how, or else everything after a clause; failing
    both it ends after a whole word, with an ellipsis.
    """
    paragraphs = [part for part in clean_text(text).split("\n\n") if any(char.isalnum() for char in part)]
    if not paragraphs:
        return ""
    sentence = _bare(clean_line(first_sentence(paragraphs[0]), max_chars=4000))
    if len(sentence) <= max_chars:
        return sentence
    return _without_opener(sentence, max_chars) or _first_clauses(sentence, max_chars) or _cut(sentence, max_chars)


def _bare(sentence: str) -> str:
    """Without its list mark, full stop and a pair of quotes around all of it."""
    line = re.sub(r"^(?:[•*·\-–]\s+|\d{1,2}[.)]\s+)", "", sentence).strip()
    line = re.sub(r"(?<![.\u2026])[.\u3002\u0964\u06d4]$", "", line)
    if (
        len(line) > 2
        and line[0] in '"\u201c\u00ab\u201e'
        and line[-1] in '"\u201d\u00bb\u201c'
        and line.count(line[0]) <= 2
    ):
        line = re.sub(r"[.\u3002,]$", "", line[1:-1])
    return line.strip()


def _without_opener(sentence: str, max_chars: int) -> str:
    comma = re.search(r",\s", sentence[:60])
    opener = re.split(r"\W", _fold(sentence), maxsplit=1)[0]
    if not comma or opener not in _OPENERS:
        return ""
    rest = sentence[comma.end() :]
    if len(rest) > max_chars:
        rest = _first_clauses(rest, max_chars)
    return rest[:1].upper() + rest[1:] if len(rest) >= 20 else ""


def _first_clauses(sentence: str, max_chars: int) -> str:
    """Whole clauses from the start, at least a third of the room, with brackets and quotes closed."""
    ends = [match.start() for match in _CLAUSE_END.finditer(sentence[: max_chars + 1])]
    for end in reversed(ends):
        head = sentence[:end].rstrip()
        if len(head) < max_chars // 3:
            break
        if _balanced(head) and _fold(head).rsplit(" ", 1)[-1] not in _DANGLING:
            return head
    return ""


def _cut(sentence: str, max_chars: int) -> str:
    head = sentence[: max_chars - 1]
    if " " in head and not sentence[max_chars - 1].isspace():
        head = head.rsplit(" ", 1)[0]
    words = head.split(" ")
    while len(words) > 3 and _fold(words[-1]).strip(",;:") in _DANGLING:
        words.pop()
    head = " ".join(words)
    while head and unicodedata.combining(sentence[len(head)] if len(head) < len(sentence) else " "):
        head = head[:-1]  # never between a letter and its mark
    return head.rstrip(" ,;:\u2013\u2014-") + "\u2026"


def make_excerpt(text: str, *, max_chars: int = EXCERPT_CHARS) -> str:
    """The opening words as one line, whole words, for where a source gives no excerpt of its own."""
    line = " ".join(clean_text(text).split())
    if len(line) <= max_chars:
        return line
    return _cut(line, max_chars)


def _balanced(text: str) -> bool:
    return (
        all(text.count(a) == text.count(b) for a, b in ("()", "[]", "\u201c\u201d", "\u00ab\u00bb"))
        and text.count('"') % 2 == 0
    )


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
