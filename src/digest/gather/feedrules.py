"""What both readers of XML feeds hold to, so that they tell the same of the same feed. Pure.

Does not parse. Invariant: every decision about meaning that `quickfeed` and `feedxml` share stands here, or in `entry`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html.entities import entitydefs
from typing import Any

from digest.gather.markup import address, pixels
from digest.model import Author, Enclosure, Image

MAX_ITEMS = 10_000
MAX_AUTHOR_CHARS = 400
MAX_NAMES = 200  # authors or tags of one item that are looked at
MEDIA_SCHEME = "http://search.yahoo.com/mrss/category_schema"  # of a media:category that names none (Media RSS 1.5)
MAX_SCHEMES = 3  # of an item's tags that are named
ITUNES_SCHEME = "http://www.itunes.com/"
PAGE_TYPES = ("", "html", "text/html", "xhtml", "application/xhtml+xml")
_FILE_ENDINGS = (".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav", ".mp4", ".m4v", ".webm", ".mov", ".pdf", ".epub")
_PICTURE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
_HOST = re.compile(r"https?://(?:www\.)?([^/:?#@]+)", re.I)
_CLOSING = re.compile(r"</\w+>|&#?\w+;")
_TAG = re.compile(r"</?(\w+)")
_NAMED = re.compile(r"&(\w+);")
_WORDS_MARKUP = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "address",
        "b",
        "big",
        "blockquote",
        "br",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "dfn",
        "dir",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
# Windows-1252 where Latin-1 has control characters: what programs write that copy bytes (WHATWG Encoding, 10.5).
_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_C1 = re.compile(rb"\xc2[\x80-\x9f]")  # in UTF-8, where a byte is found faster than a class of characters


def reads_as_html(text: str) -> bool:
    """Whether text that RSS calls plain was meant as HTML: an end tag or an entity, and nothing but HTML's own.

    `Using the <script> tag` is about HTML, `5 &lt; 6` was escaped once too often, `<b>now</b>` is bold.
    """
    if "<" not in text and "&" not in text:
        return False
    return (
        _CLOSING.search(text) is not None
        and all(tag.lower() in _WORDS_MARKUP for tag in _TAG.findall(text))
        and all(name in entitydefs for name in _NAMED.findall(text))
    )


def mended(text: str) -> str:
    """Text whose UTF-8 was taken for Latin-1 once too often, or that holds Windows-1252 bytes, as it was meant."""
    text = text.strip()
    if text.isascii():
        return text
    try:  # noqa: SIM105 - suppress() costs every text a microsecond
        text = text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        pass
    in_utf8 = text.encode("utf-8", "surrogatepass")
    return text.translate(_CP1252) if b"\xc2" in in_utf8 and _C1.search(in_utf8) else text


def may_be_address(guid: str) -> bool:
    """Whether an identifier that is called a permanent link can be one: `12345` is none, `posts/1` may be.

    What can be none stays as it is written, so that it is the same when its feed moves.
    """
    return not guid or "/" in guid or ":" in guid or "." in guid


def image_of_media(attributes: Mapping[str, Any], base: str) -> Image | None:
    """The picture that a media:content or media:thumbnail names; None for films, sounds and documents (Media RSS)."""
    url = address(_str(attributes, "url"), base)
    kind, medium = _str(attributes, "type"), _str(attributes, "medium")
    if url is None or medium not in ("", "image") or (kind and not kind.startswith("image/")):
        return None
    if not medium and not kind and attributes.get("duration") is not None:
        return None
    return Image(url, pixels(attributes.get("width")), pixels(attributes.get("height")))


def images_in_order(
    media: Sequence[Image | None], enclosures: Sequence[Enclosure], own: str | None
) -> tuple[tuple[str, Image], ...]:
    """Media pictures, largest first, then image enclosures, then the item's own image element."""
    if not (media or enclosures or own):
        return ()
    pictures = sorted((image for image in media if image), key=lambda image: -(image.width or 0))
    found = [("feed media", image) for image in pictures]
    for enclosure in enclosures:
        named = not enclosure.type and enclosure.url.lower().endswith(_PICTURE_ENDINGS)
        if named or (enclosure.type or "").startswith("image/"):
            found.append(("feed enclosure", Image(enclosure.url)))
    return tuple([*found, ("feed image", Image(own))] if own else found)


def content_elsewhere(url: str, kind: str) -> tuple[str | None, Enclosure | None]:
    """Content that stands at another address: the article's page, or a film, sound or document (RFC 4287, 4.1.3.2)."""
    is_file = url.lower().partition("?")[0].endswith(_FILE_ENDINGS) if not kind else kind.lower() not in PAGE_TYPES
    return (None, Enclosure(url, kind or None)) if is_file else (url, None)


def author_of(name: str, home: str | None) -> Author | None:
    """Who is named by a name, a home page or both; a page alone is named by its host. None for nobody."""
    if name:
        return Author(name, home or None)
    host = _HOST.match(address(home) or "")
    return Author(host[1], home) if host else None


def number(value: object) -> int | None:
    """A count as feeds write it (`1,204`); None for anything else."""
    if not value:
        return None
    text = str(value).strip().replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _str(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else ""
