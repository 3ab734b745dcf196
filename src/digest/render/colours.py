"""Colours as arithmetic: contrast as WCAG 2.2 measures it, and lightness and hue as OKLCH does.

Pure, on `#rrggbb` strings; knows no theme. Must not import Jinja2, MJML or Babel: `config` checks colours with it.

Why OKLCH: a step of lightness looks alike in every hue, so one rule darkens blue and yellow equally, and a hue stays
itself while it moves (HSL turns blue into violet on the way).
"""

from __future__ import annotations

import re
from math import cbrt

AA = 4.5  # WCAG 2.2, success criterion 1.4.3, for text of any size


def is_colour(value: str) -> bool:
    return bool(re.fullmatch(r"#[0-9a-f]{6}", value))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def worst(colour: str, surfaces: tuple[str, ...]) -> float:
    return min(contrast(colour, surface) for surface in surfaces)


def readable(colour: str, *surfaces: str, least: float = AA) -> str:
    """`colour`, or the nearest lightness of its hue that reaches `least` on all `surfaces` (all light or all dark)."""
    if worst(colour, surfaces) >= least:
        return colour
    lightness, a, b = _to_oklab(colour)
    goal = 0.0 if luminance(surfaces[0]) > 0.18 else 1.0
    near, far = 0.0, 1.0  # how far to move towards the goal
    for _ in range(24):
        middle = (near + far) / 2
        moved = lightness + (goal - lightness) * middle
        if worst(_from_oklab(moved, a * (1 - middle / 2), b * (1 - middle / 2)), surfaces) >= least:
            far = middle
        else:
            near = middle
    return _from_oklab(lightness + (goal - lightness) * far, a * (1 - far / 2), b * (1 - far / 2))


def text_on(surface: str) -> str:
    """Whichever of our white and near-black reads better; on every colour one of them, or black, reaches AA."""
    best = max(("#ffffff", "#14171a"), key=lambda colour: contrast(colour, surface))
    return best if contrast(best, surface) >= AA else "#000000"


def at_lightness(colour: str, lightness: float, chroma: float) -> str:
    """The hue of `colour` at an OKLCH lightness from 0 to 1, with at most `chroma`."""
    _, a, b = _to_oklab(colour)
    own = (a * a + b * b) ** 0.5
    scale = min(own, chroma) / own if own > 1e-6 else 0.0
    return _from_oklab(lightness, a * scale, b * scale)


def lightness(colour: str) -> float:
    """OKLCH lightness, from 0 (black) to 1 (white)."""
    return _to_oklab(colour)[0]


def luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    def channel(at: int) -> float:
        value = int(colour[at : at + 2], 16) / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return channel(1), channel(3), channel(5)


def _to_oklab(colour: str) -> tuple[float, float, float]:
    """Björn Ottosson, "A perceptual color space for image processing" (2020)."""
    r, g, b = _linear(colour)
    long = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> str:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{_to_byte(channel):02x}" for channel in channels)


def _to_byte(channel: float) -> int:
    channel = min(1.0, max(0.0, channel))
    value = channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
    return round(value * 255)
