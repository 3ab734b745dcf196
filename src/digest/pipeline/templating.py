"""Templates as an operator handles them: which there are, a copy to change, a trial before Monday.

Writes template files only where `eject` is told to, and never over one that is there. Does not send or store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.config import Config
    from digest.render import Templates
    from digest.render.fixtures import Fixture
    from digest.render.settings import RenderSettings
    from digest.render.trial import Tried

_BLOCK = re.compile(r"{%-?\s*block\s+(\w+)")
_EXTENDS = re.compile(r"{%-?\s*extends\s+[\"']([^\"']+)[\"']")
_REMARK = re.compile(r"\s*{#-?\s*(.*?)\s*-?#}", re.DOTALL)
_SHARED = re.compile(r'(["\'])@builtin/(_[\w.-]+)\1')


@dataclass(frozen=True, slots=True)
class Known:
    """A template that can be chosen.

    `own` unless built in; `digests` are those that use it, `blocks` what can be overridden, `about` the first sentence
    of its remark.
    """

    name: str
    file: str
    own: bool
    about: str
    blocks: tuple[str, ...]
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One template with the theme and folders of one digest ("" for none)."""

    digest: str
    tried: Tried


def folders(directory: Path, digest: str = "") -> tuple[Path, ...]:
    """Where templates beside a configuration in `directory` are looked for, in order; then come the built-in ones."""
    shared = directory / "templates"
    return (shared / digest, shared) if digest else (shared,)


def known(config: Config | None, directory: Path) -> list[Known]:
    """Every template: those for all digests and the built-in ones, then those of single digests."""
    from digest.render import Templates

    shared = Templates(folders(directory))
    using = {name: one.render.template for name, one in config.digests.items()} if config else {}
    found = []
    for digest in using:
        own = Templates(folders(directory, digest))
        here = directory / "templates" / digest
        found += [_known(own, name, {digest: using[digest]}) for name in own.names() if _file(own, name).parent == here]
    theirs = {digest for one in found for digest in one.digests}
    others = {digest: name for digest, name in using.items() if digest not in theirs}
    return [_known(shared, name, others) for name in shared.names()] + found


def _known(templates: Templates, name: str, using: dict[str, str]) -> Known:
    source, path = templates.read(f"{name}.mjml")
    remark = _REMARK.match(source)
    about = " ".join(remark[1].split()).split(". ")[0].rstrip(".") if remark else ""
    digests = tuple(digest for digest, used in using.items() if used == name)
    blocks = tuple(dict.fromkeys(_blocks(templates, source, set())))
    return Known(name, str(path), templates.own(name), about.removeprefix(f"{name}: "), blocks, digests)


def _file(templates: Templates, name: str) -> Path:
    return templates.read(f"{name}.mjml")[1]


def _blocks(templates: Templates, source: str, seen: set[str]) -> Iterator[str]:
    """Blocks of a template and of those it extends, the outermost first."""
    parent = _EXTENDS.search(source)
    if parent and parent[1] not in seen and templates.find(parent[1]):
        yield from _blocks(templates, templates.read(parent[1])[0], seen | {parent[1]})
    yield from _BLOCK.findall(source)


def eject(name: str, to: Path, *, parts: bool = False, extend: bool = False, force: bool = False) -> list[Path]:
    """Write a built-in template into the folder `to`, and return what was written.

    As it is, it goes on using the built-in partials; with `parts` these are copied too, and the copy refers to the
    copies. `extend`: no copy, but a beginning that names the blocks to override.
    """
    from digest.render import Templates

    templates = Templates()
    if name not in templates.names():
        templates.read(f"{name}.mjml")  # says which there are
    files = _beginning(templates, name) if extend else _copy(templates, name, parts=parts)
    there = [str(to / file) for file in files if (to / file).exists()]
    if there and not force:
        raise UsageError(
            f"{', '.join(there)} {'are' if len(there) > 1 else 'is'} there already",
            why="what you wrote is not overwritten",
            try_="another folder (--to), or --force to lose it",
        )
    to.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        (to / file).write_text(content, encoding="utf-8")
    return [to / file for file in files]


def _copy(templates: Templates, name: str, *, parts: bool) -> dict[str, str]:
    files = {f"{name}{ending}": templates.read(f"@builtin/{name}{ending}")[0] for ending in (".mjml", ".txt")}
    waiting = list(files.values()) if parts else []
    while waiting:
        for _, part in _SHARED.findall(waiting.pop()):
            if part not in files:
                files[part] = templates.read(f"@builtin/{part}")[0]
                waiting.append(files[part])
    return {file: _SHARED.sub(r"\1\2\1", content) if parts else content for file, content in files.items()}


def _beginning(templates: Templates, name: str) -> dict[str, str]:
    source, _ = templates.read(f"@builtin/{name}.mjml")
    blocks = ", ".join(dict.fromkeys(_blocks(templates, source, set())))
    return {
        f"{name}.mjml": f'{{% extends "@builtin/{name}.mjml" %}}\n'
        f"{{# Blocks to override: {blocks}.\n"
        "   What a block held before is {{ super() }}. #}\n"
    }


def check(
    config: Config | None, directory: Path, names: Sequence[str], *, digest: str = "", fixtures: Sequence[str] = ()
) -> list[Trial]:
    """Try templates: those named, else all that are the operator's own, else what the digests use or `briefing`.

    On the fixtures named, or on all.
    """
    from digest.render.fixtures import fixture

    issues = [fixture(name) for name in fixtures]
    return [_tried(config, directory, name, of, issues) for name, of in _wanted(config, directory, names, digest)]


def _wanted(config: Config | None, directory: Path, names: Sequence[str], digest: str) -> list[tuple[str, str]]:
    """(template, digest) pairs."""
    if names:
        return [(name, digest or _user(config, name)) for name in dict.fromkeys(names)]
    if digest and config:
        return [(config.digests[digest].render.template, digest)]
    mine = [(one.name, one.digests[0] if one.digests else "") for one in known(config, directory) if one.own]
    if mine or config is None:
        return mine or [("briefing", "")]
    return list({one.render.template: (one.render.template, name) for name, one in config.digests.items()}.values())


def _user(config: Config | None, template: str) -> str:
    using = (name for name, one in config.digests.items() if one.render.template == template) if config else iter(())
    return next(using, "")


def _tried(config: Config | None, directory: Path, name: str, digest: str, fixtures: Sequence[Fixture]) -> Trial:
    from digest.render import Templates, Theme
    from digest.render.trial import try_template

    accepted = config.accepted if config else {}
    theme = Theme.from_settings(_look(config, digest))
    templates = Templates(folders(directory, digest))
    return Trial(digest, try_template(templates, name, theme=theme, fixtures=fixtures, accepted=accepted))


def _look(config: Config | None, digest: str) -> RenderSettings:
    from digest.render.settings import RenderSettings

    if config is None:
        return RenderSettings()
    return config.digests[digest].render if digest else config.theme
