"""JSON from strangers: any member may be missing or of another type. Pure.

Invariant: a wrong member reads as nothing, never as an exception; only JSON that cannot be read at all is an error.
"""

from __future__ import annotations

import json
from typing import Any

from digest.errors import ParseError
from digest.gather.adapter import Reply


def read_json(reply: Reply, *, what: str) -> Any:
    """The document. `what` names it in the error: "Discourse's list of topics"."""
    try:
        return json.loads(reply.data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise not_what(reply, what, str(error)[:200]) from error


def not_what(reply: Reply, what: str, why: str) -> ParseError:
    start = reply.data[:200].lstrip().lower()
    page = start.startswith((b"<!doctype html", b"<html"))
    return ParseError(
        f"this is not {what}",
        where=reply.url,
        why="it is a web page" if page else why,
        try_="check url, or leave kind out to have it recognised; a private site needs headers = { ... }",
    )


def member(value: Any, *keys: str) -> Any:
    """`value[key][key]...`, or None where one of them is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: Any, *keys: str) -> str:
    """The text there; numbers as text, anything else is empty."""
    found = member(value, *keys)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found).strip()


def number(value: Any, *keys: str) -> int | None:
    """The whole number there, if it counts something."""
    found = member(value, *keys)
    return found if type(found) is int and 0 <= found < 10**15 else None


def items(value: Any, *keys: str) -> list[dict[str, Any]]:
    """The objects of the list there."""
    found = member(value, *keys)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
