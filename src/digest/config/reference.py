"""The reference of all settings, generated from `schema`: documentation that cannot fall behind the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from digest.config import schema


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as a reader meets it: `digest.NAME.max_articles`, "number", "12" and what it means.

    `default` is "required" for what must be given.
    """

    key: str
    type: str
    default: str
    text: str


def describe_settings() -> list[Setting]:
    """Every setting, in the order of a file; tables in braces are followed by what stands in them."""
    return [
        one
        for name, section in schema.SECTIONS.items()
        for one in _settings(section.model, f"{name}.NAME" if section.named else name)
    ]


def _settings(model: type[schema.Table], prefix: str) -> list[Setting]:
    found: list[Setting] = []
    for key, field in schema.keys_of(model).items():
        inside = schema.table_inside(field)
        if inside:
            found += _settings(inside, f"{prefix}.{key}")
        else:
            found.append(
                Setting(f"{prefix}.{key}", schema.kind_of(field).words, _default(field), field.description or "")
            )
    return found


def _default(field: Any) -> str:
    extra = field.json_schema_extra or {}
    if extra.get("needed"):
        return "required"
    if extra.get("shown"):
        return str(extra["shown"])
    if field.default in ("", None, [], {}):
        return "none"
    return str(field.default)


def reference_markdown() -> str:
    """docs/configuration.md: one heading and one table of settings for each table of the file."""
    return "\n".join([_INTRODUCTION, *(_chapter(name) for name in schema.SECTIONS)])


def _chapter(name: str) -> str:
    section = schema.SECTIONS[name]
    title = f"{name}.NAME" if section.named else name
    rows = [_row(one, title) for one in _settings(section.model, title)]
    head = ["| setting | type | default | meaning |", "|---|---|---|---|"]
    return "\n".join([f"## `[{title}]`", "", (section.model.__doc__ or "").strip(), "", *head, *rows, ""])


def _row(one: Setting, title: str) -> str:
    key = one.key.removeprefix(f"{title}.")
    cells = (f"`{key}`", one.type, one.default, one.text)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


_INTRODUCTION = """\
# digest.toml

Generated from the program (`digest.config.reference`); edit the descriptions there.

One file holds everything. Relative paths in it are relative to the file. `[source.NAME]`, `[list.NAME]`,
`[digest.NAME]` and `[relay.NAME]` may stand any number of times, each with a name of your choice. An unknown setting is
an error. `digest check` shows every mistake at once, with its line and what to write instead.

**Lengths of time** are written "30m", "12h", "2 days"; **time zones** "Europe/Dublin"; **percentages** "20%".

**Secrets** never stand in the file: `password = { file = "smtp-password" }` names a file that only its owner can read
(mode 0600), `password = { env = "NAME" }` an environment variable.

**Overrides**: each setting can be given by an environment variable, `DIGEST_SITE__NAME` for `site.name` and
`DIGEST_RELAY__MAIN__PASSWORD` for `relay.main.password`; with `_FILE` at its end the variable names a file that holds
the value. Lists are separated by commas. A variable that names no setting is an error.
"""
