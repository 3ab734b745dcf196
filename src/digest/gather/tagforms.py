"""What is left of a single tag, wherever it stands: its sanitised form, its mark in the text, its letter, its picture.

Does not look beyond the tag. Invariant: the form is what nh3 makes of the tag as an element of its own; what nh3 would
not give back as one element, and what is no known element, raises `NotInOrder`.

Why this way: bodies repeat few tags, so a form is found once and looked up from then on. Links and pictures are hardly
ever met twice and are not kept. Most attributes are so plain that nh3 would only drop some: that takes a fourth of the
time of asking it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import unescape

from digest.gather.allowed import ATTRIBUTES, sanitiser
from digest.gather.hiding import is_hidden, may_hide
from digest.gather.pictures import picture_of, picture_with
from digest.gather.prose import mark_of
from digest.gather.tagorder import AS_DIV, END, RAW, START, TRANSPARENT, NotInOrder
from digest.gather.words import cleared
from digest.model import Image

_NAME = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s/]|\Z)")
_START_TAG = re.compile(r"<[a-z0-9]+(?: [a-z]+=\"[^\"<>]*\")*>")
# An address that nh3 leaves as it is: a host of plain labels, then characters that no attribute needs escaped.
_SAFE = r"[A-Za-z0-9._~%+,:;=@!$()*?#/-]*+"
_HOST = r"https?://(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)++[a-z]{2,20}"
_ADDRESS = re.compile(rf"{_HOST}(?:[/?#]{_SAFE}(?:&amp;{_SAFE})*+)?")
_ORIGIN = re.compile(rf"{_HOST}(?=/)")
_PATH = re.compile(r"/(?!/)[A-Za-z0-9._~+,/-]*")
_IGNORED = r'(?: (?:target|rel)="[a-z_ ]{0,80}")*+'
_LINK = re.compile(rf'a{_IGNORED}( href="{_ADDRESS.pattern}"){_IGNORED}')
_ATTRIBUTE = re.compile(r"""([a-z][a-z0-9-]*+)=(?:"([^"<>]*+)"|'([^'"<>]*+)')""")
_ATTRIBUTES_ONLY = re.compile(rf"(?:\s++{_ATTRIBUTE.pattern})*+\s*/?")
_LAST_GAPS = ("", "/")
_PLAIN_VALUE = re.compile(r"(?:[^&\xa0]|&amp;)*+")
_ADDRESSES = frozenset(["href", "src", "cite"])
_KEPT = {tag: names | ATTRIBUTES["*"] for tag, names in ATTRIBUTES.items()}
MAX_KNOWN = 5_000
_VOID = frozenset(["br", "hr", "img", "wbr", "source", "track"])
_NOT_SHOWN = frozenset([*TRANSPARENT, *RAW, "wbr", "source", "track"])
_WRITTEN = dict.fromkeys(AS_DIV, "div")
_LINK_START = START["a"]
HIDDEN = "\x07"  # the mark of an element that goes with all that is in it

# A tag as it is written, its mark in the text, its letter in the order of tags, the picture it shows.
Form = tuple[str, str, str, Image | None]


class Known(dict[str, Form]):
    """The forms of the tags that were met with one base, found out when they are first asked for."""

    def __init__(self, base: str | None) -> None:
        super().__init__()
        self.base = base

    def __missing__(self, tag: str) -> Form:
        link = _LINK.fullmatch(tag)
        if link:  # hardly ever met twice, and soon known: keeping them costs more
            return f"<a{link[1]}>", "", _LINK_START, None
        form = _form(tag, self.base)
        if not form[3]:
            self[tag] = form
        return form


@lru_cache(maxsize=64)
def _tags_with(base: str | None) -> Known:
    return Known(base)


def known_tags(base: str | None) -> Known:
    known = _tags_with(base)
    if len(known) > MAX_KNOWN:
        known.clear()
    return known


def _form(tag: str, base: str | None) -> Form:
    if tag.startswith("!--") and tag.endswith("--") and len(tag) > 4 and "--!" not in tag:
        return "", "", "", None
    named = _NAME.match(tag)
    if named is None:
        raise NotInOrder
    name, attributes = named[2].lower(), tag[named.end() :]
    if name not in START and name not in _VOID:
        raise NotInOrder
    if named[1]:
        return _end_form(name, attributes)
    if may_hide(tag.lower()) and _hides(attributes):
        return "", "" if name in _VOID else HIDDEN, START.get(name, ""), None
    if name == "img":
        html, picture = _image(attributes, base)
        return html, "", "", picture
    if attributes.rstrip().endswith("/") and name not in _VOID:
        raise NotInOrder  # HTML knows no <p/>: it is the start of a paragraph
    is_shown, letter, name = name not in _NOT_SHOWN, START.get(name, ""), _WRITTEN.get(name, name)
    html = f"<{name}>"
    if attributes.strip("/ \n\t"):
        html = _cleaned(name if is_shown else "span", attributes, base)
    return html if is_shown else "", mark_of(name), letter, None


def _hides(attributes: str) -> bool:
    if not _ATTRIBUTES_ONLY.fullmatch(attributes):
        raise NotInOrder
    found = reversed(_ATTRIBUTE.findall(attributes))  # of two of a name the first counts
    return is_hidden({name: unescape(double or single) for name, double, single in found})


def _end_form(name: str, attributes: str) -> Form:
    if name in _VOID or attributes.strip():
        raise NotInOrder
    letter, name, is_shown = END[name], _WRITTEN.get(name, name), name not in _NOT_SHOWN
    return f"</{name}>" if is_shown else "", mark_of(f"/{name}"), letter, None


def _cleaned(name: str, attributes: str, base: str | None) -> str:
    """The start tag as the sanitiser leaves it. What it does not give back as one element is no whole tag."""
    plain = _plainly_cleaned(name, attributes, base)
    if plain is not None:
        return plain
    end = "" if name in _VOID else f"</{name}>"
    html = cleared(sanitiser(base).clean(f"<{name}{attributes}>{end}"))
    start = html.removesuffix(end)
    if not html.endswith(end) or not start.startswith(f"<{name}") or not _START_TAG.fullmatch(start):
        raise NotInOrder
    return start


def _plainly_cleaned(name: str, attributes: str, base: str | None) -> str | None:
    """The same for attributes so plain that the sanitiser would only leave some out; it takes a fourth of the time."""
    kept = _plain_attributes(name, attributes, base)
    return None if kept is None else _tag_of(name, kept)


def _plain_attributes(name: str, attributes: str, base: str | None) -> dict[str, str] | None:
    parts = _ATTRIBUTE.split(attributes)  # gap, name, value in double quotes or None, in single quotes or None, gap ...
    *gaps, last = parts[::4]
    if last.lstrip() not in _LAST_GAPS or not all(map(str.isspace, gaps)):
        return None
    found: dict[str, str] = {}
    kept = _KEPT.get(name, ATTRIBUTES["*"])
    for attribute, double, single in zip(parts[1::4], parts[2::4], parts[3::4], strict=True):
        if attribute in kept:
            value = single if double is None else double
            if attribute in _ADDRESSES:
                value = _plain_address(value, base)
            if value is None or attribute in found or not _PLAIN_VALUE.fullmatch(value):
                return None
            found[attribute] = value
    return found


def _tag_of(name: str, attributes: Mapping[str, str]) -> str:
    written = [f' {attribute}="{value}"' for attribute, value in attributes.items()]
    return f"<{name}{''.join(written)}>"


def _plain_address(value: str, base: str | None) -> str | None:
    if _ADDRESS.fullmatch(value):
        return value
    origin = _ORIGIN.match(base or "")
    return origin[0] + value if origin and _PATH.fullmatch(value) and "/." not in value else None


def _image(attributes: str, base: str | None) -> tuple[str, Image]:
    plain = _plain_attributes("img", attributes, base)
    html = _cleaned("img", attributes, base) if plain is None else _tag_of("img", plain)
    if ' src="http' not in html:
        raise NotInOrder  # it may have another address, under a name that only the tree can tell
    return html, picture_of(html) if plain is None or "&" in html else picture_with(plain)
