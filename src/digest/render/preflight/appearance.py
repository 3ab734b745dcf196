"""How it looks: contrast in four ways, sizes of text and targets, and CSS that some mail programs do not know.

Colours come computed from `page`; nothing here parses HTML. Invariant: contrast is judged only where both colours are
known, so a picture behind words is never called a failure (it has a finding of its own).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.render.preflight.cascade import Declaration, last, pixels, sides
from digest.render.preflight.colours import inverted, ratio
from digest.render.preflight.page import Node
from digest.render.preflight.sample import Hits, Inspection

NORMAL, LARGE, ALMOST = 4.5, 3.0, 3.0
SMALLEST, TARGET = 13.0, 24.0
_FORBIDDEN = {
    "display": re.compile(r"(?:inline-)?(?:flex|grid)"),
    "position": re.compile(r"absolute|fixed|sticky|relative"),
    "transform": re.compile(r"(?!none).+"),
    "filter": re.compile(r"(?!none).+"),
    "clip-path": re.compile(r".+"),
    "animation": re.compile(r".+"),
    "grid-template-columns": re.compile(r".+"),
}
_UNITS = re.compile(r"(?<![\w-])(?:var|calc|clamp|min|max|env|light-dark|color-mix)\(|[\d.](?:rem|vw|vh|ch)\b")
_COLOUR_FUNCTION = re.compile(
    r"(?:rgba|hsla?|hwb|oklch|oklab|lab|lch)\(|rgb\([^)]*/|#[0-9a-f]{8}\b|#[0-9a-f]{4}\b", re.I
)
_LENGTHS = frozenset({
    "font-size", "padding-top", "padding-bottom", "padding-left", "padding-right", "margin-top", "margin-bottom",
})  # fmt: skip
_CODE = re.compile(r"expression\s*\(|javascript:|vbscript:|-moz-binding|behavior\s*:\s*url", re.IGNORECASE)
_FONTS = re.compile(r"@import\b")


def contrast(look: Inspection) -> Hits:
    seen: set[tuple[str, object]] = set()
    for node in look.page.nodes:
        if not node.shown or node.hidden or node.size < 2 or not node.own_text.strip():
            continue
        if not _has_words(node):
            continue
        least = LARGE if node.size >= 24 or (node.bold and node.size >= 18.66) else NORMAL
        for hit in _compared(node, least):
            key = (hit[0], hit[1])
            if key not in seen:
                seen.add(key)
                yield hit


def _has_words(node: Node) -> bool:
    return any(char.isalnum() for char in node.own_text)


def _compared(node: Node, least: float) -> Hits:
    light, dark, outlook = node.looks
    if light[1] >= 0:
        found = ratio(light[0], light[1])
        if found < least - 0.005:
            yield "contrast-light", f"{light[2]} on {light[3]} has {found:.1f}, {least} is needed", node.place
        turned = ratio(inverted(light[0]), inverted(light[1]))
        if turned < ALMOST and found >= least - 0.005:
            yield "contrast-inverted", f"{light[2]} on {light[3]}, turned round, has {turned:.1f}", node.place
        if light[2] == "#000000" and light[3] == "#ffffff" and "#000" in node.attrs.get("style", ""):
            yield "colour-pure", "pure black on pure white", node.place
    if dark[1] >= 0:
        found = ratio(dark[0], dark[1])
        if found < least - 0.005 and dark != light:
            yield "contrast-dark", f"{dark[2]} on {dark[3]} has {found:.1f}, {least} is needed", node.place
    if outlook[1] >= 0 and ratio(outlook[0], outlook[1]) < ALMOST:
        found = ratio(outlook[0], outlook[1])
        yield "contrast-outlook", f"{outlook[2]} on {outlook[3]} has {found:.1f}", node.place


def dark_rules(look: Inspection) -> Hits:
    declared = any(
        node.attrs.get("name") == "color-scheme" and "dark" in node.attrs.get("content", "")
        for node in look.page.all("meta")
    )
    if declared and not any(
        "prefers-color-scheme" in around and "dark" in around for around, *_ in look.page.sheet.flat
    ):
        yield "dark-missing", "color-scheme says light and dark, and there are no dark rules", "html head"


def text_sizes(look: Inspection) -> Hits:
    for node in look.page.nodes:
        if node.hidden or not node.shown or not _has_words(node):
            continue
        if node.size < SMALLEST - 0.01:
            yield "text-small", f"{node.size:g} px", node.place


def targets(look: Inspection) -> Hits:
    """A link that stands alone is as high as its line and the padding up to the cell around it."""
    for node in look.page.visible("a"):
        if "href" not in node.attrs or node.attrs.get("aria-hidden") == "true":
            continue
        own = _own_height(node)
        if own is None:
            continue
        high = own + sides(node.style, "padding", node.size)
        up = node
        while up.parent is not None and up.parent.shown == node.shown and up.tag not in ("td", "body"):
            up = up.parent
            high += sides(up.style, "padding", up.size) + sides(up.style, "margin", up.size)
        if up.tag != "td" and up.parent is not None and _first(up.parent) is up:
            high += sides(up.parent.style, "padding", up.size)  # its share of what keeps neighbours away (2.5.8)
        alone = up is not node or node.parent is None or node.parent.shown == node.shown
        if alone and 0 < high < TARGET:
            yield "target-small", f"{high:g} px high", node.place


def _first(node: Node) -> Node | None:
    for piece in node.content:
        if not isinstance(piece, str):
            return piece
        if piece.strip():
            return None
    return None


def _own_height(node: Node) -> float | None:
    """Of its line or its picture; None for a picture whose height nobody says."""
    tall = [height for inner in node.inside() if inner.tag == "img" for height in _picture_height(inner)]
    if tall:
        return max(tall)
    if any(inner.tag == "img" for inner in node.inside()):
        return None
    return node.height or node.size * 1.2


def _picture_height(node: Node) -> Iterator[float]:
    given = node.attrs.get("height", "").removesuffix("px")
    if given.isdigit():
        yield float(given)
    elif (said := pixels(last(node.style, "height"), node.size)) is not None:
        yield said


def inline_css(look: Inspection) -> Hits:
    for node in look.page.nodes:
        style = node.attrs.get("style", "")
        if style:
            if _CODE.search(style):
                yield "css-code", style[:60], node.place
            for rule, what in _declared(node.style):
                yield rule, what, node.place
            if node.shown and not node.hidden and _picture_alone(node):
                yield "css-background", "words on a background picture without a colour", node.place
            if any(piece.strip() and ":" not in piece for piece in re.sub(r"\([^)]*\)", "", style).split(";")):
                yield "css-broken", f"a declaration without a colon in {style[:60]!r}", node.place
        ground = node.attrs.get("bgcolor", "")
        if ground.startswith("#") and len(ground) != 7:
            yield "css-colour", f"bgcolor is {ground}", node.place


def _declared(style: tuple[Declaration, ...]) -> Iterator[tuple[str, str]]:
    for name, value, _ in style:
        bad = _FORBIDDEN.get(name)
        low = value.lower()
        if (bad and bad.match(low)) or (_UNITS.search(low) and not name.startswith(("mso-", "--"))) or name == "gap":
            yield "css-unsupported", f"{name}:{value[:40]}"
        if name in ("color", "background-color", "background", "border-color") and _COLOUR_FUNCTION.search(low):
            yield "css-colour", f"{name}:{value[:40]}"
        if name in _LENGTHS and re.fullmatch(r"[\d.]*[1-9][\d.]*", value):
            yield "css-broken", f"{name}:{value} has no unit"


def _picture_alone(node: Node) -> bool:
    pictured = any(
        name in ("background", "background-image") and ("url(" in value or "gradient(" in value)
        for name, value, _ in node.style
    )
    return pictured and node.looks[0][1] < 0


def style_elements(look: Inspection) -> Hits:
    sheet = look.page.sheet
    for what, line in sheet.faults:
        yield "css-broken", what, f"html line {line}, style"
    for line in sheet.nested:
        yield "css-nested", "an @ rule inside another", f"html line {line}, style"
    if sheet.size > 16 * 1024:
        yield "css-large", f"{sheet.size / 1024:.1f} KiB of CSS", "html head"
    for node in look.page.all("style"):
        if _FONTS.search(node.own_text):
            yield "css-import", "@import", f"html line {node.line}, style"
        if _CODE.search(node.own_text):
            yield "css-code", "code in CSS", f"html line {node.line}, style"
    for node in look.page.all("link"):
        if "stylesheet" in node.attrs.get("rel", "").lower():
            yield "css-import", f"a linked sheet: {node.attrs.get('href', '')[:60]}", node.place
    for around, selector, block, line in sheet.flat:
        if selector.startswith("@font-face"):
            yield "css-import", "a remote font", f"html line {line}, style"
        elif "@supports" not in around and "@media" not in around:
            for rule, what in _declared(block):
                if rule != "css-broken":
                    yield rule, what, f"html line {line}, style {selector[:40]}"


CHECKS = (contrast, dark_rules, text_sizes, targets, inline_css, style_elements)
