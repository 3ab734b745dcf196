"""digest.toml and its environment as typed settings; every mistake at once, with its line and what to write instead.

Reading order: `load` (the steps) - `schema` (every setting) - `values` (how one value is read) - `checks` (what needs
two) - `settings` (what the rest of the program sees). `starter` writes a first file, `reference` the documentation.

Does not open the database, the network or a template. pydantic stays in `schema` and `tables`.

Names are loaded on first use: pydantic costs 100 ms, which only commands that read a configuration should pay.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.config.load import load_config
    from digest.config.reference import Setting, describe_settings, reference_markdown
    from digest.config.settings import Config, DigestSettings, ServeSettings, SiteSettings
    from digest.config.starter import Answers, write_starter

_HOME = {
    "Answers": "starter", "Config": "settings", "DigestSettings": "settings", "ServeSettings": "settings",
    "Setting": "reference", "SiteSettings": "settings", "describe_settings": "reference", "load_config": "load",
    "reference_markdown": "reference", "write_starter": "starter",
}  # fmt: skip

__all__ = [
    "Answers", "Config", "DigestSettings", "ServeSettings", "Setting", "SiteSettings", "describe_settings",
    "load_config", "reference_markdown", "write_starter",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
