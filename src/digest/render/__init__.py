"""Rendering: an issue and a template become a rendition, and a rendition becomes message bytes up to DKIM.

    issue -> templates (Jinja2) -> MJML with tokens -> HTML with tokens -> pieces      once per issue and variant
    pieces + recipient -> message                                                     once per recipient

Reading order: `issue` (the path), `binding` (values become `tokens`), `slots` (what only readers decide), `mjml`,
`contexts` (tokens become escaped text and slots), `switching` (blocks), `flowed` (plain text), `headers`, `rendition`,
`ready` (values that are the same everywhere), `splicing` (layouts, base64 sheets), `mime` (the two encodings).
`precheck/` finds mistakes in templates before they compile, `preflight/` what is wrong with a rendered issue,
`fixtures/` holds made-up issues to try both on. `theme`, `templates` and `locale` feed it.

`Rendition` and everything it needs load neither Jinja2 nor MJML nor Babel; the rest is imported when first asked for.
"""

from typing import TYPE_CHECKING, Any

from digest.render.rendition import Part, Rendition
from digest.render.segments import Condition, Fill, Switch
from digest.render.settings import RenderSettings

if TYPE_CHECKING:
    from digest.render.issue import Compiled, compile_issue, render_issue
    from digest.render.templates import Templates
    from digest.render.theme import Theme

__all__ = [
    "Compiled", "Condition", "Fill", "Part", "RenderSettings", "Rendition", "Switch", "Templates", "Theme",
    "compile_issue", "render_issue",
]  # fmt: skip

_HEAVY = {
    "Compiled": "issue", "compile_issue": "issue", "render_issue": "issue", "Templates": "templates", "Theme": "theme",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HEAVY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HEAVY[name]}"), name)
