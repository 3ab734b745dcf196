"""Pictures of an article: what an `<img>` says of itself, and which may stand for the whole. Pure.

Does not fetch, so it knows no more of a picture than its address and what is written beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from digest.gather.words import clean_line
from digest.model import Image

_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
_NOT_A_PICTURE = re.compile(
    r"logo|avatar|gravatar|pixel|spacer|blank\.gif|1x1|badge|emoji|smil(?:ey|ies)|icon[\W_]|/icons?/|feedburner|"
    r"doubleclick|"
    r"/ads?/|tracking|share[-_]?button|sprite|stats\.wordpress|feeds\.wordpress|b\.gif",
    re.I,
)
# One of these stands in all of them, and is found in a tenth of the time.
_ODD_PARTS = ("logo", "avatar", "pixel", "spacer", "blank.gif", "1x1", "badge", "emoji", "smil", "icon", "feedburner",
    "doubleclick", "/ad", "tracking", "share", "sprite", ".wordpress", "b.gif")  # fmt: skip
MIN_IMAGE_PX = 200


def is_lead_image(image: Image) -> bool:
    """Whether a body image may stand for the article: not small where a size is known, not a logo, avatar or pixel."""
    if any(side is not None and side < MIN_IMAGE_PX for side in (image.width, image.height and image.height * 2)):
        return False
    lowered = image.url.lower()
    return not (any(map(lowered.__contains__, _ODD_PARTS)) and _NOT_A_PICTURE.search(lowered))


def picture_of(tag: str) -> Image:
    """The picture of an `<img>` as the sanitiser writes it."""
    given = dict(_ATTRIBUTE.findall(tag))
    if "&" in tag:
        given = {name: unescape(value) for name, value in given.items()}
    return picture_with(given)


def picture_with(attributes: Mapping[str, str]) -> Image:
    """The picture with these attributes, character references resolved."""
    alt = clean_line(attributes["alt"], max_chars=300) if attributes.get("alt") else ""
    return Image(attributes["src"], pixels(attributes.get("width")), pixels(attributes.get("height")), alt)


def pixels(value: object) -> int | None:
    """`"640"`, `"640px"` or 640 as a number of CSS pixels; percentages and nonsense as None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        return int(value)
    match = re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*", str(value or ""))
    return int(match[1]) if match else None
