"""Frozen dataclasses to plain JSON values and back: one way to store a snapshot, one way to print `--json`.

Invariant: `from_plain(type(x), to_plain(x)) == x` for every dataclass of the model. Datetimes become ISO 8601 in UTC.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """Dataclasses, enums, datetimes, mappings and sequences as what `json.dumps` takes."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list, set, frozenset)):
        return [to_plain(item) for item in value]
    return value


def from_plain(cls: type[T], data: Any) -> T:
    """Read `cls` back from what `to_plain` made. Unknown keys are ignored, missing ones take their default."""
    return typing.cast(T, _read(cls, data))


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _read(hint: Any, data: Any) -> Any:
    origin = get_origin(hint)
    if data is None or hint is Any:
        return data
    if origin in (Union, types.UnionType):
        return _read(next(arg for arg in get_args(hint) if arg is not type(None)), data)
    if origin is tuple:
        args = get_args(hint)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_read(args[0], item) for item in data)
        return tuple(_read(arg, item) for arg, item in zip(args, data, strict=True))
    if origin in (list, set, frozenset):
        return origin(_read(get_args(hint)[0], item) for item in data)
    if origin is not None and issubclass(origin, Mapping):
        value_hint = get_args(hint)[1]
        return {key: _read(value_hint, item) for key, item in data.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = _hints(hint)
        return hint(**{key: _read(hints[key], item) for key, item in data.items() if key in hints})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    if hint is datetime:
        return datetime.fromisoformat(data)
    return data
