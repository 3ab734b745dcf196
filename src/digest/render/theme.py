"""A digest's look as values that templates may print: colours, lengths, fonts, directions.

They are `Raw` strings made only here, from checked input, so they may stand in MJML source. Does not know templates and
chooses no colour (that is `looks`). Invariant: a `Theme` has no fault of `looks.faults`, so that all its text can be
read, in light and in dark.

Why fonts that are installed and none from the web: most clients load none, and those that do tell its host who reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from digest.errors import DigestError
from digest.render import looks
from digest.render.binding import Raw
from digest.render.colours import AA, contrast
from digest.render.escaping import check_link
from digest.render.inline import Inline
from digest.render.logo import embedded, is_address
from digest.render.settings import RenderSettings

__all__ = ["AA", "Colour", "Direction", "Length", "Logo", "Palette", "Theme", "contrast"]

_STACKS = {
    "sans": "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,{}sans-serif",
    "serif": "Georgia,'Iowan Old Style','Times New Roman',{}serif",
}
# For scripts whose default face is often a poor one, or misses marks.
_SCRIPTS = {
    "ar": ("'Geeza Pro','Noto Sans Arabic',Tahoma,", "'Geeza Pro','Noto Naskh Arabic','Traditional Arabic',"),
    "hi": ("'Kohinoor Devanagari','Nirmala UI','Noto Sans Devanagari',",) * 2,
    "ja": (
        "'Hiragino Sans','Yu Gothic UI',Meiryo,'Noto Sans CJK JP',",
        "'Hiragino Mincho ProN','Yu Mincho','Noto Serif CJK JP',",
    ),
}
# Word takes the first font it knows or Times; this is for it alone.
_OUTLOOK = {"sans": "'Segoe UI',Arial,sans-serif", "serif": "Georgia,'Times New Roman',serif"}
# Rhythm in pixels: between parts, around an article, at the sides.
_SPACES = {"compact": (30, 16, 28), "normal": (40, 24, 36), "relaxed": (52, 32, 44)}


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

    @classmethod
    def of(cls, colours: Mapping[str, str]) -> Palette:
        return cls(**{name: Colour(colours[name]) for name in looks.COLOURS})


@dataclass(frozen=True, slots=True)
class Logo:
    """`light` and `dark` are what `src` takes: web addresses, or `cid:` ones of `files`, which travel along."""

    light: str
    dark: str
    width: Length
    alt: str
    files: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything a template may use for looks. `notes` tell the operator what was adjusted, with the numbers.

    `gap`, `row` and `gutter` are the rhythm: between parts, above and below an article, at the sides. `masthead` is
    "start" or "center", `rule` one of `looks.RULES`: templates compare them.
    """

    light: Palette
    dark: Palette
    font: Raw
    heading_font: Raw
    heading_weight: Raw
    outlook_font: Raw
    outlook_heading_font: Raw
    corner: Length
    width: Length
    column: Length
    gap: Length
    row: Length
    gutter: Length
    masthead: Raw
    rule: Raw
    logo: Logo | None = None
    notes: tuple[str, ...] = ()
    faces: tuple[str, str] = ("sans", "sans")

    @classmethod
    def from_settings(cls, settings: RenderSettings) -> Theme:
        """Raises `DigestError` for a theme, colour or logo that cannot be used."""
        if settings.theme not in looks.THEMES:
            known = ", ".join(looks.THEMES)
            raise DigestError(f"there is no theme {settings.theme!r}", why=f"there are: {known}", try_="choose one")
        for values in (settings.colours, settings.dark, {"accent": settings.accent or "#000000"}):
            for value in values.values():
                Colour(value)
        for fault in looks.faults(settings):
            raise DigestError(fault.what, where=".".join(("theme", *fault.token)), try_=fault.fix)
        return _theme(looks.look(settings), _logo(settings))

    def spoken(self, language: str) -> Theme:
        """With the fonts that a language's script needs."""
        body, heading = self.faces
        return replace(self, font=_stack(body, language), heading_font=_stack(heading, language))


def _theme(look: looks.Look, logo: Logo | None) -> Theme:
    gap, row, gutter = _SPACES[look.density]
    return Theme(
        light=Palette.of(look.light),
        dark=Palette.of(look.dark),
        font=_stack(look.font, "en"),
        heading_font=_stack(look.heading_font, "en"),
        heading_weight=Raw(look.heading_weight),
        outlook_font=Raw(_OUTLOOK[look.font]),
        outlook_heading_font=Raw(_OUTLOOK[look.heading_font]),
        corner=Length(look.corner),
        width=Length(look.width),
        column=Length(look.width - 2 * gutter),
        gap=Length(gap),
        row=Length(row),
        gutter=Length(gutter),
        masthead=Raw(look.masthead),
        rule=Raw(look.rule),
        logo=logo,
        notes=look.notes,
        faces=(look.font, look.heading_font),
    )


def _stack(face: str, language: str) -> Raw:
    sans, serif = _SCRIPTS.get(language.partition("-")[0], ("", ""))
    return Raw(_STACKS[face].format(sans if face == "sans" else serif))


def _logo(settings: RenderSettings) -> Logo | None:
    if not settings.logo:
        return None
    light, files = _picture(settings.logo, "logo")
    dark, more = _picture(settings.logo_dark, "logo_dark") if settings.logo_dark else ("", ())
    return Logo(light, dark, Length(settings.logo_width), settings.logo_alt, tuple(dict.fromkeys((*files, *more))))


def _picture(logo: str, field: str) -> tuple[str, tuple[Inline, ...]]:
    """What `src` takes, and the file that must travel along, if it is one."""
    if is_address(logo):
        if why := check_link(logo):
            raise DigestError(f"{field} cannot be used", where=repr(logo), why=why, try_="give an https:// address")
        return logo, ()
    file = embedded(logo, field=field)
    return Raw(f"cid:{file.content_id}"), (file,)
