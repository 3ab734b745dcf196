"""What `config` hands to rendering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """One digest's look: `template` is a name, looked up in `template_dirs` before the built-in ones.

    `theme` names a finished theme; what follows overrides its tokens, and None or "" leaves a token as it is.
    `accent` and the values of `colours` and `dark` are `#rrggbb`, under the names of `looks.COLOURS`. `logo` and
    `logo_dark` are absolute https addresses or absolute paths of PNG or JPEG files; `logo_width`, `corner` and `width`
    are CSS pixels.
    """

    template: str = "briefing"
    template_dirs: tuple[Path, ...] = ()
    theme: str = "modern"
    accent: str = ""
    colours: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)
    font: str = ""
    heading_font: str = ""
    density: str = ""
    corner: int | None = None
    width: int | None = None
    masthead: str = ""
    rule: str = ""
    logo: str = ""
    logo_dark: str = ""
    logo_width: int = 160
    logo_alt: str = ""
