"""Reads the whole file into tables, collecting every mistake instead of stopping at the first.

A table with mistakes still gives its good settings (the bad ones fall back to their defaults), so that the checks
across tables can go on. `mentioned` remembers what somebody wrote or evidently meant to write: it keeps one typo from
being reported twice, as an unknown setting and as a missing one.

With `schema`, the only place that knows pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from digest.config import schema
from digest.config.places import KeyPath, Places
from digest.config.suggest import nearest
from digest.config.values import Refused, Several, described, unknown_key
from digest.errors import Problem

T = TypeVar("T", bound=schema.Table)


@dataclass(slots=True)
class Tables:
    """Every table of the file, readable whatever was wrong in it."""

    site: schema.SiteTable = field(default_factory=schema.SiteTable)
    source: dict[str, schema.SourceTable] = field(default_factory=dict)
    list: dict[str, schema.ListTable] = field(default_factory=dict)
    digest: dict[str, schema.DigestTable] = field(default_factory=dict)
    relay: dict[str, schema.RelayTable] = field(default_factory=dict)
    limit: dict[str, schema.LimitTable] = field(default_factory=dict)
    model: schema.ModelTable = field(default_factory=schema.ModelTable)
    theme: schema.ThemeTable = field(default_factory=schema.ThemeTable)
    preflight: schema.PreflightTable = field(default_factory=schema.PreflightTable)
    delivery: schema.DeliveryTable = field(default_factory=schema.DeliveryTable)
    notify: schema.NotifyTable = field(default_factory=schema.NotifyTable)
    dkim: schema.DkimTable = field(default_factory=schema.DkimTable)
    bounces: schema.BouncesTable = field(default_factory=schema.BouncesTable)
    webhook: dict[str, schema.WebhookTable] = field(default_factory=dict)
    serve: schema.ServeTable = field(default_factory=schema.ServeTable)
    fetch: schema.FetchTable = field(default_factory=schema.FetchTable)
    storage: schema.StorageTable = field(default_factory=schema.StorageTable)
    mentioned: set[KeyPath] = field(default_factory=set)


def read_tables(data: Mapping[str, Any], places: Places) -> tuple[Tables, list[Problem]]:
    """`data` is what tomllib gave, overrides included."""
    reader = _Reader(places)
    reader.unknown_sections(data)
    for name, section in schema.SECTIONS.items():
        if section.named:
            setattr(reader.tables, name, reader.named(name, section.model, data.get(name, {})))
        elif name in data or not section.optional:
            setattr(reader.tables, name, reader.single(name, section.model, data.get(name)))
    return reader.tables, reader.problems


class _Reader:
    def __init__(self, places: Places) -> None:
        self.places, self.tables = places, Tables()
        self.problems: list[Problem] = []

    def unknown_sections(self, data: Mapping[str, Any]) -> None:
        for name, value in data.items():
            self.tables.mentioned.add((name,))
            if name in schema.SECTIONS:
                continue
            if not isinstance(value, dict | list):
                self._outside(name)
                continue
            guess = nearest(name, schema.SECTIONS)
            self.tables.mentioned.add((guess,))
            what = f"there is no table [{name}]" + (f'; did you mean "{guess}"?' if guess else "")
            try_ = f"write [{guess}{'.NAME' if schema.SECTIONS[guess].named else ''}]" if guess else "take it out"
            self._add((name,), what, f"{try_}; the tables are {', '.join(schema.SECTIONS)}" if not guess else try_)

    def _outside(self, name: str) -> None:
        homes = [one for one, section in schema.SECTIONS.items() if name in schema.keys_of(section.model)]
        home = "site" if "site" in homes else (homes or ["site"])[0]
        self.tables.mentioned.add((home, name))
        self._add((name,), "stands before the first table, so it belongs to none", f"move it below a line [{home}]")

    def single(self, name: str, model: type[T], data: Any) -> T:
        if data is None or isinstance(data, dict):
            return self._table((name,), model, data or {}, given=data is not None)
        self._add((name,), f"must be a table, not {described(data)}", f"write a line [{name}] and its settings below")
        return model.model_construct()

    def named(self, name: str, model: type[T], data: Any) -> dict[str, T]:
        if not isinstance(data, dict):
            self._add((name,), f"must be tables with names, not {described(data)}",
                      f"write [{name}.main] (any name) in place of [[{name}]]")  # fmt: skip
            return {}
        loose = [key for key, value in data.items() if not isinstance(value, dict)]
        if loose:
            self._add((name, loose[0]), f"stands directly in [{name}], which needs a name of its own",
                      f"write [{name}.main] (any name) in place of [{name}]")  # fmt: skip
        return {key: self._named_one((name, key), model, value) for key, value in data.items() if key not in loose}

    def _named_one(self, path: KeyPath, model: type[T], data: dict[str, Any]) -> T:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", str(path[1])):
            self._add(path, f"{described(path[1])} cannot be a name here",
                      "use letters, digits, - and _: the name appears on the command line and in links")  # fmt: skip
        return self._table(path, model, data, given=True)

    def _table(self, path: KeyPath, model: type[T], data: dict[str, Any], *, given: bool) -> T:
        self.tables.mentioned.update((*path, key) for key in data)
        read = self._validated(path, model, data)
        needed = {key: _needed(one) for key, one in schema.keys_of(model).items() if _needed(one)}
        missing = [key for key in needed if (*path, key) not in self.tables.mentioned]
        if missing and not given:
            if path not in self.tables.mentioned:
                self._add(path, f"there is no [{path[0]}]; it needs at least {', '.join(missing)}", needed[missing[0]])
            return read
        for key in missing:
            self._add((*path, key), "is missing", needed[key])
        for key in needed.keys() & data.keys():
            if isinstance(data[key], str) and not data[key].strip():
                self._add((*path, key), "is empty", needed[key])
        return read

    def _validated(self, path: KeyPath, model: type[T], data: dict[str, Any]) -> T:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
        for detail in details:
            self.problems.extend(self._explained(path, model, detail))
        bad = {detail["loc"][0] for detail in details}
        return model.model_validate({key: value for key, value in data.items() if key not in bad})

    def _explained(self, table: KeyPath, model: type[schema.Table], detail: ErrorDetails) -> Iterator[Problem]:
        path = (*table, *detail["loc"])
        error = detail.get("ctx", {}).get("error")
        if detail["type"] == "extra_forbidden":
            inner = _model_at(model, detail["loc"][:-1])
            word = str(path[-1])
            known = set(schema.keys_of(inner))
            self.tables.mentioned.add((*path[:-1], nearest(word, known)))
            error = unknown_key(word, known)
        if isinstance(error, Several):
            for part in error.parts:
                yield self.places.problem((*path, *part.at), part.what, part.try_)
        elif isinstance(error, Refused):
            yield self.places.problem((*path, *error.at), error.what, error.try_)
        else:  # the remaining kind: a table inside a table is something else
            kind = schema.kind_of(schema.keys_of(model)[str(detail["loc"][0])])
            yield self.places.problem(
                path, f"must be a table, not {described(detail['input'])}", f"write a {kind.words}"
            )

    def _add(self, path: KeyPath, what: str, try_: str) -> None:
        self.problems.append(self.places.problem(path, what, try_))


def _needed(setting: Any) -> str:
    return str((setting.json_schema_extra or {}).get("needed", ""))


def _model_at(model: type[schema.Table], path: KeyPath) -> type[schema.Table]:
    for key in path:
        model = schema.table_inside(schema.keys_of(model)[str(key)]) or model
    return model
