"""CSS colours as sRGB, their luminance, their contrast, and what they become when a mail program inverts them.

Does not know elements. Invariant: `ratio` is WCAG 2.2's contrast ratio, 1 to 21.

Inversion keeps the hue and turns lightness round (L* becomes 100 - L*): that is what Gmail on iOS and Outlook do, near
enough for a warning; contrast depends on luminance alone, so the hue need not be computed.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NAMED = {
    "black": "#000000", "white": "#ffffff", "silver": "#c0c0c0", "gray": "#808080", "grey": "#808080",
    "red": "#ff0000", "maroon": "#800000", "yellow": "#ffff00", "olive": "#808000", "lime": "#00ff00",
    "green": "#008000", "aqua": "#00ffff", "cyan": "#00ffff", "teal": "#008080", "blue": "#0000ff",
    "navy": "#000080", "fuchsia": "#ff00ff", "magenta": "#ff00ff", "purple": "#800080", "orange": "#ffa500",
    "lightgray": "#d3d3d3", "lightgrey": "#d3d3d3", "darkgray": "#a9a9a9", "darkgrey": "#a9a9a9", "gold": "#ffd700",
    "pink": "#ffc0cb", "brown": "#a52a2a", "whitesmoke": "#f5f5f5", "gainsboro": "#dcdcdc", "dimgray": "#696969",
    "dimgrey": "#696969", "tomato": "#ff6347", "beige": "#f5f5dc", "ivory": "#fffff0", "crimson": "#dc143c",
}  # fmt: skip
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*(?:[,/]\s*([\d.]+%?)\s*)?\)")
_TOKEN = re.compile(r"#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|hsla?\([^)]*\)|[a-z]+")


@lru_cache(maxsize=1024)
def colour(value: str) -> str | None:
    """`value` as `#rrggbb`; None when it is none, transparent, or not understood."""
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    if re.fullmatch(r"#[0-9a-f]{6}", value):
        return value
    if re.fullmatch(r"#[0-9a-f]{3}", value):
        return "#" + "".join(char * 2 for char in value[1:])
    if re.fullmatch(r"#[0-9a-f]{8}", value):
        return value[:7] if value[7:] == "ff" else None
    found = _RGB.fullmatch(value)
    if found and (found[4] or "1") not in ("0", "0%", "0.0"):
        return "#" + "".join(f"{min(255, int(found[at])):02x}" for at in (1, 2, 3))
    return None


@lru_cache(maxsize=1024)
def painted(value: str) -> str | None:
    """The colour in a `background` shorthand."""
    for token in _TOKEN.findall(re.sub(r"(?:url|[a-z-]*gradient)\([^()]*(?:\([^()]*\)[^()]*)*\)", " ", value.lower())):
        if found := colour(token):
            return found
    return None


@lru_cache(maxsize=1024)
def luminance(hex_colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    red, green, blue = (_linear(int(hex_colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def ratio(one: float, other: float) -> float:
    """Contrast of two luminances."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def inverted(value: float) -> float:
    """The luminance that lightness 100 - L* has (CIE 1976)."""
    lightness = 116 * value ** (1 / 3) - 16 if value > 216 / 24389 else value * 24389 / 27
    turned = 100 - lightness
    return ((turned + 16) / 116) ** 3 if turned > 8 else turned * 27 / 24389
