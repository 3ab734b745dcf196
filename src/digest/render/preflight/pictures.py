"""Pictures: addresses, descriptions, sizes, number and weight. Fetches nothing: weights are handed in, or unknown."""

from __future__ import annotations

import re

from digest.render.preflight.cascade import last
from digest.render.preflight.page import Node
from digest.render.preflight.sample import Hits, Inspection

MOST, WIDEST, HEAVY, ALL_HEAVY = 20, 600, 200 * 1024, 1024 * 1024
_FILE_NAME = re.compile(
    r"(?:\S+\.(?:jpe?g|png|gif|webp|svg|heic|avif|bmp|tiff?)|(?:img|dsc|pxl)[_-]?\d+\S*)", re.IGNORECASE
)
_EMPTY_WORDS = frozenset({
    "image", "picture", "photo", "img", "graphic", "icon", "photograph", "untitled", "spacer", "bild", "foto",
    "imagen", "image1", "picture1",
})  # fmt: skip
_FORMATS = re.compile(r"\.(svgz?|avif|heic|heif|tiff?|bmp|jxl)(?:$|[?#])", re.IGNORECASE)


def one_by_one(look: Inspection) -> Hits:
    along = {f"cid:{file.content_id}" for file in look.rendition.inline}
    for node in look.page.all("img"):
        source = node.attrs.get("src", "").strip()
        if source.lower().startswith("http://"):
            yield "image-https", f"{source[:80]} is not https", node.place
        elif not source.lower().startswith("https://") and source not in along:
            yield "image-embedded", f"the address is {source[:40]!r}", node.place
        if found := _FORMATS.search(source):
            yield "image-format", f"{found[1].upper()} is not shown everywhere", node.place
        if _pixel(node):
            yield "image-pixel", f"a picture of one pixel from {source[:60]}", node.place
            continue
        yield from _alt(node)
        yield from _size(node)


def _pixel(node: Node) -> bool:
    small = [node.attrs.get(side, "").strip().removesuffix("px") for side in ("width", "height")]
    small += [last(node.style, side).removesuffix("px") for side in ("width", "height")]
    return sum(value in ("0", "1") for value in small) > 1


def _alt(node: Node) -> Hits:
    if "alt" not in node.attrs:
        yield "image-alt", "no alt attribute", node.place
        return
    alt = node.attrs["alt"].strip()
    if _FILE_NAME.fullmatch(alt) or alt.lower().strip(".") in _EMPTY_WORDS:
        yield "image-alt-poor", f"the alt text is {alt[:60]!r}", node.place
    elif len(alt) > 250:
        yield "image-alt-poor", f"the alt text has {len(alt)} characters", node.place


def _size(node: Node) -> Hits:
    width = node.attrs.get("width", "").strip().removesuffix("px")
    if not width:
        yield "image-size", "no width attribute", node.place
    elif "height" not in node.attrs and not last(node.style, "height"):
        yield "image-size", "neither a height nor height:auto", node.place
    if width.isdigit() and int(width) > WIDEST:
        yield "image-wide", f"{width} px wide", node.place


def together(look: Inspection) -> Hits:
    shown = [node for node in look.page.visible("img") if not _pixel(node)]
    if len(shown) > MOST:
        yield "image-many", f"{len(shown)} pictures", "html"
    bodies = look.page.all("body")
    if shown and bodies and bodies[0].shown < 120:
        yield "image-only", f"{len(shown)} pictures and {bodies[0].shown} characters of text", "html body"
    addresses = list(dict.fromkeys(node.attrs.get("src", "") for node in shown))
    weights = look.image_bytes or {}
    known = {address: weights[address] for address in addresses if address in weights}
    for address, weight in known.items():
        if weight > HEAVY:
            yield "image-heavy", f"{weight / 1024:.0f} KiB: {address[:80]}", "html"
    if sum(known.values()) > ALL_HEAVY:
        yield "image-heavy", f"{sum(known.values()) / 1024:.0f} KiB together", "html"
    if look.image_bytes is not None and len(known) < len(addresses):
        yield "image-bytes", f"{len(addresses) - len(known)} of {len(addresses)} pictures", "html"


CHECKS = (one_by_one, together)
