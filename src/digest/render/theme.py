"""A digest's look as validated values: colours that can be read, in light and in dark.

Colours, lengths, directions and alignments are `Raw` strings made only here, from checked input, so they may stand in
MJML source. Does not know templates. Invariant: every text colour has a contrast of at least 4.5 to 1 (WCAG 2.2,
success criterion 1.4.3) with every surface it is used on; an accent that has not is moved along its lightness in
OKLab, keeping its hue, and `notes` say from what to what.

Why no pure black and white: clients that invert an email by force (Gmail on iOS, Outlook for Windows) turn them into
each other; near-black on white keeps its contrast either way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.errors import DigestError
from digest.render.binding import Raw
from digest.render.escaping import check_link
from digest.render.settings import RenderSettings

AA = 4.5
FONT = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', "
    "'Noto Sans Arabic', 'Geeza Pro', 'Noto Sans Devanagari', 'Kohinoor Devanagari', 'Nirmala UI', "
    "'Hiragino Sans', 'Yu Gothic UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK JP', sans-serif"
)


class Colour(Raw):
    """`#rrggbb`, lower case."""

    __slots__ = ()

    def __new__(cls, value: str) -> Colour:
        if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
            raise DigestError(
                f"{value!r} is not a colour", why="emails need all six digits", try_='write it like "#0b57d0"'
            )
        return super().__new__(cls, value.lower())


class Length(Raw):
    """A whole number of CSS pixels, printed with its unit."""

    __slots__ = ()

    def __new__(cls, pixels: int) -> Length:
        if isinstance(pixels, bool) or not isinstance(pixels, int) or not 0 <= pixels <= 2000:
            raise DigestError(f"{pixels!r} is not a length", try_="give whole pixels between 0 and 2000")
        return super().__new__(cls, f"{pixels}px")

    @property
    def number(self) -> Raw:
        """Without unit, as HTML's width attribute wants it."""
        return Raw(self.removesuffix("px"))


class Direction(Raw):
    """`ltr` or `rtl`, with the sides that follow from it."""

    __slots__ = ()

    def __new__(cls, value: str) -> Direction:
        if value not in ("ltr", "rtl"):
            raise DigestError(f"{value!r} is not a direction", try_='use "ltr" or "rtl"')
        return super().__new__(cls, value)

    @property
    def start(self) -> Raw:
        return Raw("left" if self == "ltr" else "right")

    @property
    def end(self) -> Raw:
        return Raw("right" if self == "ltr" else "left")

    @property
    def opposite(self) -> Raw:
        return Raw("rtl" if self == "ltr" else "ltr")


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours. `accent` is for surfaces and rules, `on_accent` for text on it, `link` for text on `card`."""

    background: Colour
    card: Colour
    text: Colour
    muted: Colour
    line: Colour
    tint: Colour
    accent: Colour
    on_accent: Colour
    link: Colour


@dataclass(frozen=True, slots=True)
class Logo:
    light: str
    dark: str
    width: Length
    alt: str


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything a template may use for looks. `notes` tell the operator what was adjusted, with the numbers."""

    light: Palette
    dark: Palette
    font: Raw
    logo: Logo | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def from_settings(cls, settings: RenderSettings) -> Theme:
        """Raises `DigestError` for a colour or logo address that cannot be used."""
        accent = Colour(settings.accent)
        light = _light(accent)
        dark = _dark(accent)
        notes = []
        for name, palette in (("light", light), ("dark", dark)):
            if palette.link != accent:
                notes.append(
                    f"accent {accent} on the {name} card {palette.card} has a contrast of "
                    f"{contrast(accent, palette.card):.1f}, {AA} is needed: links use {palette.link} "
                    f"({contrast(palette.link, palette.card):.1f})"
                )
        return cls(light, dark, Raw(FONT), _logo(settings), tuple(notes))


def _logo(settings: RenderSettings) -> Logo | None:
    if not settings.logo:
        return None
    for field, address in (("logo", settings.logo), ("logo_dark", settings.logo_dark or settings.logo)):
        why = check_link(address) or ("" if address.startswith(("https://", "http://")) else "images need https")
        if why:
            raise DigestError(f"{field} cannot be used", where=repr(address), why=why, try_="give an https:// address")
    return Logo(settings.logo, settings.logo_dark, Length(settings.logo_width), settings.logo_alt)


def _light(accent: Colour) -> Palette:
    card, tint = Colour("#ffffff"), Colour("#f4f6f8")
    return Palette(
        background=Colour("#eef1f4"),
        card=card,
        text=Colour("#1b1f24"),
        muted=Colour("#57606a"),
        line=Colour("#dfe4ea"),
        tint=tint,
        accent=accent,
        on_accent=_text_on(accent),
        link=readable(accent, card, tint),
    )


def _dark(accent: Colour) -> Palette:
    card, tint = Colour("#1a1d21"), Colour("#23272c")
    link = readable(accent, card, tint)
    return Palette(
        background=Colour("#0f1113"),
        card=card,
        text=Colour("#e9ecef"),
        muted=Colour("#a9b2bc"),
        line=Colour("#343a41"),
        tint=tint,
        accent=link,
        on_accent=_text_on(link),
        link=link,
    )


def _text_on(surface: Colour) -> Colour:
    """Whichever of our white and near-black reads better; on every colour one of them reaches AA."""
    white, black = Colour("#ffffff"), Colour("#14171a")
    best = max((white, black), key=lambda colour: contrast(colour, surface))
    return best if contrast(best, surface) >= AA else Colour("#000000")


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(colour: Colour, *surfaces: Colour) -> Colour:
    """`colour`, or the nearest lightness of its hue that reaches AA on all `surfaces` (all light or all dark)."""
    if _worst(colour, surfaces) >= AA:
        return colour
    lightness, a, b = _to_oklab(colour)
    goal = 0.0 if _luminance(surfaces[0]) > 0.18 else 1.0
    near, far = 0.0, 1.0  # how far to move towards the goal
    for _ in range(24):
        middle = (near + far) / 2
        moved = lightness + (goal - lightness) * middle
        if _worst(_from_oklab(moved, a * (1 - middle / 2), b * (1 - middle / 2)), surfaces) >= AA:
            far = middle
        else:
            near = middle
    return _from_oklab(lightness + (goal - lightness) * far, a * (1 - far / 2), b * (1 - far / 2))


def _worst(colour: Colour, surfaces: tuple[Colour, ...]) -> float:
    return min(contrast(colour, surface) for surface in surfaces)


def _linear(colour: str) -> tuple[float, float, float]:
    def channel(at: int) -> float:
        value = int(colour[at : at + 2], 16) / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    return channel(1), channel(3), channel(5)


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklab(colour: str) -> tuple[float, float, float]:
    """Björn Ottosson, "A perceptual color space for image processing" (2020)."""
    r, g, b = _linear(colour)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    medium = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Colour:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return Colour("#" + "".join(f"{_to_byte(channel):02x}" for channel in channels))


def _to_byte(channel: float) -> int:
    channel = min(1.0, max(0.0, channel))
    value = channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
    return round(value * 255)
