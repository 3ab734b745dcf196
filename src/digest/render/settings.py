"""What `config` hands to rendering."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """One digest's look: `template` is a name, looked up in `template_dirs` before the built-in ones.

    `accent` is a `#rrggbb` colour, `logo` and `logo_dark` absolute https addresses, `logo_width` CSS pixels.
    """

    template: str = "briefing"
    template_dirs: tuple[Path, ...] = ()
    accent: str = "#0b57d0"
    logo: str = ""
    logo_dark: str = ""
    logo_width: int = 160
    logo_alt: str = ""
