"""Words between tags as HTML writes them: character references resolved, and `&`, `<` and `>` by name again. Pure.

Invariant: the result is what an HTML parser and serialiser would make of the words (WHATWG HTML, 13.2.5.72 to 80 and
13.3), but for no-break spaces, which stay as they are; what only a parser can tell raises `NotInOrder`.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from unicodedata import combining, is_normalized

from digest.gather.prose import SEAM
from digest.gather.tagorder import NotInOrder
from digest.gather.words import cleared

_REFERENCE = re.compile(r"#?\w+", re.A)
_NAME_OF_REFERENCE = re.compile(r"[#\w]+", re.A)
_MAX_KNOWN = 5_000


def written(texts: list[str]) -> list[str]:
    """The texts between tags as they are written in HTML: `&`, `<` and `>` by name, the rest as it is."""
    joined = SEAM.join(texts)
    has_references = "&" in joined
    if ">" in joined:
        joined = joined.replace(">", "&gt;")
    elif not has_references:
        return texts
    return (_with_references(joined) if has_references else joined).split(SEAM)


def _with_references(text: str) -> str:
    first, *others = text.split("&")
    out = [first]
    for part in others:
        name, end, rest = part.partition(";")
        written = _REFERENCES[name] if end and len(name) < 34 else None
        if written is None:
            out += (_lone_ampersand(part), part)
        else:
            out += (written, rest)
    return "".join(out)


class _References(dict[str, str | None]):
    """Character references, by what stands between `&` and `;`, as HTML writes what they stand for; None for what has
    not the form of one.
    """

    def __missing__(self, name: str) -> str | None:
        if not _REFERENCE.fullmatch(name):
            return None
        if len(self) > _MAX_KNOWN:
            self.clear()
        found = self[name] = _character(f"{name};")
        return found


_REFERENCES = _References()


def _character(name: str) -> str:
    """WHATWG HTML 13.2.5.72 to 13.2.5.80, for what ends with its semicolon."""
    if name.startswith("#"):
        value = unescape(f"&{name}")
        if len(value) != 1 or value == "\ufffd" or (0xFDD0 <= ord(value) <= 0xFDEF) or ord(value) & 0xFFFE == 0xFFFE:
            raise NotInOrder
    elif name in html5:
        value = html5[name]
    else:
        value = _lone_ampersand(name) and f"&{name}"
    if not all(map(_stands_alone, value)):
        raise NotInOrder
    return cleared(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stands_alone(char: str) -> bool:
    """Whether a character changes neither words nor lines around it: no white space, nothing that composes."""
    if char in " \xa0":
        return True
    is_word = " " < char < "\u0530" or (char >= "\u2000" and not char.isspace())
    return is_word and not combining(char) and is_normalized("NFC", char)


def _lone_ampersand(following: str) -> str:
    """`&amp;` for what begins no reference. Old names count without a semicolon: `&copy2` is a sign and a digit."""
    name = _NAME_OF_REFERENCE.match(following)
    if name and (name[0][0] == "#" or any(name[0][:end] in html5 for end in range(1, len(name[0]) + 1))):
        raise NotInOrder
    return "&amp;"
