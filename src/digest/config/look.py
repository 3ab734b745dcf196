"""`[theme]` as rendering takes it: used to build the settings, and before that to check them.

Reads no file. Invariant: a logo is a web address or an absolute path.
"""

from __future__ import annotations

from pathlib import Path

from digest.config import schema
from digest.config.places import within
from digest.render.logo import is_address
from digest.render.looks import COLOURS
from digest.render.settings import RenderSettings


def look_of(table: schema.ThemeTable, directory: Path) -> RenderSettings:
    """What `[theme]` says, with the paths of logos made absolute."""
    return RenderSettings(
        theme=table.name,
        accent=table.accent,
        colours=_given(table.light),
        dark=_given(table.dark),
        font=table.font,
        heading_font=table.heading_font,
        density=table.density,
        corner=table.corner,
        width=table.width,
        masthead=table.masthead,
        rule=table.rule,
        logo=_logo(table.logo, directory),
        logo_dark=_logo(table.logo_dark, directory),
        logo_width=table.logo_width,
        logo_alt=table.logo_alt,
    )


def _given(colours: schema.ColoursTable | None) -> dict[str, str]:
    return {name: value for name in COLOURS if colours and (value := getattr(colours, name))}


def _logo(written: str, directory: Path) -> str:
    return str(within(directory, written)) if written and not is_address(written) else written
