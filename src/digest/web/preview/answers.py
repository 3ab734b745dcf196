"""Answers as JSON, and errors as answers: what, where, why, what to try, and the lines around a template's mistake."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from digest.errors import BusyError, ConfigError, DigestError, StateError, TemplateError, UsageError

EXCERPT_LINES = 3
log = logging.getLogger("digest.web")


class Answer(JSONResponse):
    """JSON with times as ISO 8601."""

    def render(self, content: Any) -> bytes:
        import json

        return json.dumps(content, ensure_ascii=False, default=_plain, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")


class Conflict(Exception):
    """A refusal that carries what the page needs to explain it."""

    def __init__(self, error: DigestError, more: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.error, self.more = error, more


def answered(make: Callable[[Request], Any], request: Request) -> Response:
    """What `make` says, or why it cannot. An unexpected exception is an answer too: it belongs on the page."""
    try:
        return Answer(make(request))
    except Conflict as conflict:
        return Answer(explained(conflict.error) | conflict.more, status_code=409)
    except DigestError as error:
        return Answer(explained(error), status_code=_status(error))
    except Exception as error:
        log.warning("the studio failed at %s", request.url.path, exc_info=True)
        return Answer({"error": {"message": f"{type(error).__name__}: {error}"}}, status_code=500)


def _status(error: DigestError) -> int:
    if isinstance(error, (BusyError, StateError)):
        return 409
    return 404 if isinstance(error, UsageError) else 422


def explained(error: DigestError) -> dict[str, Any]:
    """An excerpt only of templates: a line of a configuration may hold a secret."""
    place: dict[str, Any] = {}
    if isinstance(error, TemplateError):
        place = {"file": error.file, "line": error.line, "excerpt": excerpt(error.file, error.line)}
    elif isinstance(error, ConfigError) and error.problems:
        place = {"file": error.problems[0].file, "line": error.problems[0].line}
    return {"error": {"message": str(error), **place}}


def excerpt(file: str, line: int | None) -> list[tuple[int, str]]:
    """The numbered lines around `line`; none when the file cannot be read."""
    if line is None:
        return []
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    first, last = max(1, line - EXCERPT_LINES), min(len(lines), line + EXCERPT_LINES)
    return [(number, lines[number - 1]) for number in range(first, last + 1)]
