"""The finished themes as tokens, and what an operator's digest.toml makes of them: resolved, derived, checked.

Plain strings and numbers; `theme` turns them into values that templates may print. Must not import Jinja2, MJML or
Babel: `config` calls `faults` for every command, so that a colour nobody can read is told with its line, at once.

Invariant: the colours of a `Look` without faults reach 4.5 to 1 (WCAG 2.2, 1.4.3) on every surface they are used on.
Colours an operator wrote are never changed behind their back: they pass or they are refused with one that would.
What is derived (links from the accent, the dark set from the light one) is moved until it passes, and `notes` say so.

Why no pure black and white for text: clients that invert an email by force (Gmail on iOS, Outlook for Windows) turn
them into each other; near-black on white keeps its contrast either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from digest.render.colours import AA, at_lightness, contrast, lightness, readable, text_on, worst
from digest.render.settings import RenderSettings

COLOURS = ("background", "card", "text", "muted", "line", "tint", "accent", "on_accent", "link")
FONTS = ("sans", "serif")
DENSITIES = ("compact", "normal", "relaxed")
MASTHEADS = ("start", "center")
RULES = ("bar", "hairline", "double", "none")
WIDTHS = (480, 680)
# Text token -> the surfaces it stands on.
_STANDS_ON = {
    "text": ("card", "tint", "background"),
    "muted": ("card", "tint", "background"),
    "link": ("card", "tint"),
    "on_accent": ("accent",),
}


@dataclass(frozen=True, slots=True)
class Look:
    """Every token of a theme. `light` and `dark` have all of `COLOURS`; lengths are CSS pixels."""

    light: Mapping[str, str]
    dark: Mapping[str, str]
    font: str
    heading_font: str
    heading_weight: int
    density: str
    corner: int
    width: int
    masthead: str
    rule: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """A token that cannot be used: its path in `[theme]`, what is wrong with it, and what to write instead."""

    token: tuple[str, ...]
    what: str
    fix: str


def _finished(colours: str, **tokens: object) -> Look:
    light = dict(zip(("background", "card", "text", "muted", "line", "tint", "accent"), colours.split(), strict=True))
    return Look(light, {}, **tokens)  # type: ignore[arg-type]


# background card text muted line tint accent
THEMES: Mapping[str, Look] = {
    # crisp: cool greys, one blue, system letters, round corners
    "modern": _finished(
        "#eef1f5 #ffffff #17202a #556170 #dfe5ec #f4f6f9 #0b57d0",
        font="sans", heading_font="sans", heading_weight=700, density="normal", corner=10, width=600,
        masthead="start", rule="bar",
    ),
    # warm: paper and terracotta, headlines in a book face
    "warm": _finished(
        "#f3ebdf #fffcf6 #2b211a #6b5d50 #e8dccb #f9f2e7 #a2401f",
        font="sans", heading_font="serif", heading_weight=700, density="relaxed", corner=6, width=600,
        masthead="center", rule="hairline",
    ),
    # quiet: one face, one rule, no ground colour and no corners
    "classic": _finished(
        "#fbfaf6 #fbfaf6 #1e1e1b #605f58 #d8d5cb #f3f1ea #1f5140",
        font="serif", heading_font="serif", heading_weight=400, density="normal", corner=0, width=580,
        masthead="center", rule="double",
    ),
}  # fmt: skip


def look(settings: RenderSettings) -> Look:
    """The theme that `settings` name, with their tokens in place of its own and everything derived that is missing."""
    base = THEMES[settings.theme]
    light, light_notes = _light(base.light, _given(settings))
    dark, dark_notes = _dark(light, settings.dark, _given(settings).get("accent", ""))
    return Look(
        light=light,
        dark=dark,
        font=settings.font or base.font,
        heading_font=settings.heading_font or settings.font or base.heading_font,
        heading_weight=base.heading_weight,
        density=settings.density or base.density,
        corner=base.corner if settings.corner is None else settings.corner,
        width=settings.width or base.width,
        masthead=settings.masthead or base.masthead,
        rule=settings.rule or base.rule,
        notes=(*light_notes, *dark_notes),
    )


def faults(settings: RenderSettings) -> Iterator[Fault]:
    """Every token of `settings` whose contrast is too low, each with the ratio and a colour that would pass."""
    resolved = look(settings)
    yield from _faults("light", resolved.light, _given(settings))
    yield from _faults("dark", resolved.dark, settings.dark)


def _given(settings: RenderSettings) -> dict[str, str]:
    return {**({"accent": settings.accent} if settings.accent else {}), **settings.colours}


def _light(base: Mapping[str, str], given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    return _completed({**base, **given}, given, "light", given.get("accent", ""))


def _dark(light: Mapping[str, str], given: Mapping[str, str], accent: str) -> tuple[dict[str, str], list[str]]:
    """The light set turned round: grounds of its background's hue, text of its text's hue, the accent where it can be
    read. A set that is dark already stays as it is."""
    if lightness(light["card"]) < 0.5:
        return _completed({**light, **given}, {**light, **given}, "dark", accent)
    ground, ink = light["background"], light["text"]
    flat = light["background"] == light["card"]
    derived = {
        "background": at_lightness(ground, 0.2 if flat else 0.175, 0.012),
        "card": at_lightness(ground, 0.2 if flat else 0.225, 0.012),
        "tint": at_lightness(ground, 0.265, 0.014),
        "line": at_lightness(ground, 0.36, 0.016),
        "text": at_lightness(ink, 0.93, 0.012),
        "muted": at_lightness(light["muted"], 0.76, 0.02),
    }
    surfaces = {**derived, **given}
    derived["accent"] = readable(light["accent"], surfaces["card"], surfaces["tint"], least=5.5)
    return _completed({**derived, **given}, given, "dark", given.get("accent", accent))


def _completed(
    colours: dict[str, str], given: Mapping[str, str], where: str, asked: str
) -> tuple[dict[str, str], list[str]]:
    """With the colours that follow from others. Notes say what became of the accent an operator `asked` for."""
    if "on_accent" not in given:
        colours["on_accent"] = text_on(colours["accent"])
    if "link" not in given:
        colours["link"] = readable(colours["accent"], colours["card"], colours["tint"])
    if not asked or colours["link"] == asked or "link" in given:
        return colours, []
    return colours, [
        f"accent {asked} on the {where} card {colours['card']} has a contrast of "
        f"{contrast(asked, colours['card']):.1f}, {AA} is needed: links use {colours['link']} "
        f"({contrast(colours['link'], colours['card']):.1f})"
    ]


def _faults(where: str, colours: Mapping[str, str], given: Mapping[str, str]) -> Iterator[Fault]:
    for name, places in _STANDS_ON.items():
        low = min(places, key=lambda place: contrast(colours[name], colours[place]))
        ratio = contrast(colours[name], colours[low])
        if ratio >= AA:
            continue
        named = name if name in given or low not in given else low
        yield Fault(
            (where, named),
            f"{name} {colours[name]} on {low} {colours[low]} has a contrast of {ratio:.2f} to 1; WCAG AA asks for {AA}",
            _fix(where, name, colours, places),
        )


def _fix(where: str, name: str, colours: Mapping[str, str], places: tuple[str, ...]) -> str:
    surfaces = tuple(colours[place] for place in places)
    token = f"theme.{where}.{name}"
    better = readable(colours[name], *surfaces)
    if worst(better, surfaces) < AA:
        return f"no one {name} is readable on {' and '.join(places)}: make them all light, or all dark"
    return f'{token} = "{better}" would pass ({worst(better, surfaces):.2f} to 1)'
