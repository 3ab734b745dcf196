"""Where templates are found: the operator's directories first, then the built-in ones.

    briefing.mjml               first match in the operator's directories, else built in
    @builtin/briefing.mjml      always the built-in one, so that an operator's template can extend what it replaces

Built-in templates travel inside the package as `digest/builtin_templates`; in a checkout they are the folder
`templates/` at its top. Reads files, nothing else; never leaves its directories. The compiled templates are kept per
`Templates` object and reloaded when a file changes.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, TemplateNotFound
from jinja2.loaders import split_template_path

import digest
from digest.errors import TemplateError
from digest.render.binding import BoundEnvironment
from digest.render.contract import domain, paragraphs, runs
from digest.render.places import LineMarks
from digest.render.precheck import CheckedEnvironment

BUILTIN = "@builtin/"


class Templates:
    """A lookup. `environment` checks and compiles what is found; `read` gives a template's source and path."""

    def __init__(self, dirs: tuple[Path, ...] | list[Path] = ()) -> None:
        self.dirs = tuple(Path(directory) for directory in dirs)
        self.environment: BoundEnvironment = self._equipped(CheckedEnvironment(self, self._made, loader=_Loader(self)))
        self._marked: BoundEnvironment | None = None

    @property
    def marked_environment(self) -> BoundEnvironment:
        """As `environment`, but its output carries the file and line of each piece; see `places`."""
        if self._marked is None:
            self._marked = self._made()
            self._marked.add_extension(LineMarks)
        return self._marked

    def _made(self) -> BoundEnvironment:
        return self._equipped(BoundEnvironment(loader=_Loader(self)))

    @staticmethod
    def _equipped(environment: BoundEnvironment) -> BoundEnvironment:
        environment.add_filter("paragraphs", paragraphs)
        environment.add_filter("domain", domain)
        environment.add_filter("runs", runs)
        return environment

    def find(self, name: str) -> Path | None:
        """The file for `name`, or None."""
        try:
            parts = split_template_path(name.removeprefix(BUILTIN))
        except TemplateNotFound:
            return None
        dirs = (*(() if name.startswith(BUILTIN) else self.dirs), builtin_directory())
        return next((path for directory in dirs if (path := directory.joinpath(*parts)).is_file()), None)

    def own(self, template: str) -> bool:
        """Whether any of the two files of `template` is the operator's; what built-in ones refer to is built in."""
        found = (self.find(f"{template}{ending}") for ending in (".mjml", ".txt"))
        return any(path is not None and path.parent != builtin_directory() for path in found)

    def read(self, name: str) -> tuple[str, Path]:
        """Source and path. Raises `TemplateError` naming what there is instead."""
        path = self.find(name)
        if path is None:
            near = difflib.get_close_matches(name.removesuffix(".mjml"), self.names(), 1)
            known = ", ".join(self.names())
            places = ", ".join(str(directory) for directory in self.dirs) or "no directory of your own"
            raise TemplateError(
                f"there is no template {name!r}",
                why=f"looked in {places} and the built-in ones ({known})",
                try_=f"did you mean {near[0]!r}?" if near else "set [digest.NAME] template to one of these",
            )
        try:
            return path.read_text(encoding="utf-8"), path
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(
                "this template cannot be read", file=str(path), why=str(error), try_="save it as UTF-8 text"
            ) from error

    def names(self) -> list[str]:
        """Templates that can be chosen: every `NAME.mjml` that does not start with an underscore."""
        found = {path.stem for directory in (*self.dirs, builtin_directory()) for path in directory.glob("[!_]*.mjml")}
        return sorted(found)


@lru_cache(maxsize=1)
def builtin_directory() -> Path:
    """The built-in templates: in the installed package, or at the top of the checkout."""
    package = Path(digest.__file__).parent
    places = (package / "builtin_templates", package.parents[1] / "templates")
    for place in places:
        if (place / "briefing.mjml").is_file():
            return place
    raise TemplateError(
        "the built-in templates are missing",
        why=f"neither {places[0]} nor {places[1]} holds briefing.mjml",
        try_="install digest again",
    )


class _Loader(BaseLoader):
    """Jinja2's view of `Templates`. The template's path is its file name in errors."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Any]:
        if self._templates.find(template) is None:
            raise TemplateNotFound(template)
        source, path = self._templates.read(template)
        changed = path.stat().st_mtime_ns

        def fresh() -> bool:
            return path.is_file() and path.stat().st_mtime_ns == changed and self._templates.find(template) == path

        return source, str(path), fresh

    def list_templates(self) -> list[str]:
        return self._templates.names()
