"""The editor's desk for the page: what it shows, and what may be posted. The gate has let the request in already.

Decides nothing: `pipeline.previewing.desk` and what stands behind it do. Invariant: an answer to a change is the desk
as it stands after it; a refusal for somebody else's change carries the desk too, so that the page can say who did what.
"""

from __future__ import annotations

import getpass
import json
from typing import Any

from starlette.requests import Request

from digest.editorial import NewOverride
from digest.errors import BusyError, UsageError
from digest.model import Override
from digest.pipeline.editing import Undo
from digest.pipeline.previewing import Studio
from digest.pipeline.previewing import desk as desks
from digest.web.preview.answers import Conflict

MOST_BYTES, MOST_CHANGES = 100_000, 50


def whoever() -> str:
    """Who sits at this machine, as a first guess of the editor's name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "editor"


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent; an empty one where it is none, which every command refuses."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > MOST_BYTES:
            return {}
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def desk(request: Request) -> dict[str, Any]:
    return _desk(request.app.state.studio, request.query_params.get("digest", ""))


def edit(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """`{digest, version, by, changes: [{kind, article, value} | {undo: number}]}`"""
    studio, digest = request.app.state.studio, _text(body, "digest")
    changes = body.get("changes")
    if not isinstance(changes, list) or not 0 < len(changes) <= MOST_CHANGES:
        raise UsageError("there is no change in it", try_="load the page again")
    version = body.get("version")
    if not isinstance(version, int):
        raise UsageError("it does not say which version was seen", try_="load the page again")
    try:
        desks.edit(studio, digest, [_change(one) for one in changes], version=version, by=_by(body))
    except BusyError as error:
        raise Conflict(error, {"desk": _desk(studio, digest)}) from error
    return _desk(studio, digest)


def approve(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """`{digest, looks, by}`"""
    studio, digest = request.app.state.studio, _text(body, "digest")
    looks = _text(body, "looks")
    if not looks:
        raise UsageError("there is nothing to approve", try_="look at the issue first")
    try:
        desks.approve(studio, digest, looks=looks, by=_by(body))
    except BusyError as error:
        raise Conflict(error, {"desk": _desk(studio, digest)}) from error
    return _desk(studio, digest)


def steer(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """`{digest, command, note, by}`"""
    studio, digest = request.app.state.studio, _text(body, "digest")
    desks.steer(studio, digest, _text(body, "command"), note=_text(body, "note")[:300], by=_by(body))
    return _desk(studio, digest)


def test(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """`{digest, to, reader}`; the answer says what the relay said."""
    outcome = desks.send_test(
        request.app.state.studio, _text(body, "digest"), to=_text(body, "to").strip(), reader=_text(body, "reader")
    )
    return {"kind": outcome.kind, "said": " ".join(filter(None, (str(outcome.code or ""), outcome.server_text)))}


def _change(one: Any) -> NewOverride | Undo:
    if not isinstance(one, dict):
        raise UsageError("a change is not understood", try_="load the page again")
    number, article, value = one.get("undo"), one.get("article"), one.get("value", "")
    if isinstance(number, int):
        return Undo(number)
    whole = (article is None or isinstance(article, int)) and isinstance(value, (str, int))
    if not whole or not isinstance(one.get("kind"), str):
        raise UsageError("a change is not understood", try_="load the page again")
    return NewOverride(one["kind"], article, value)


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name, "")
    return value if isinstance(value, str) else ""


def _by(body: dict[str, Any]) -> str:
    """The editor's name as they gave it, on one line."""
    name = "".join(char for char in _text(body, "by") if char.isprintable()).strip()[:60]
    return name or whoever()


def _desk(studio: Studio, digest: str) -> dict[str, Any]:
    seen = desks.desk(studio, digest)
    issue, row = seen.coming.issue, seen.row
    return {
        "digest": digest,
        "name": seen.coming.target.name if row is None else row.name,
        "state": str(row.state) if row is not None else "",
        "reason": row.reason if row is not None else "",
        "note": row.note if row is not None else "",
        "version": seen.version,
        "editable": seen.is_editable,
        "due": seen.coming.target.period.end,
        "timezone": issue.timezone,
        "sample": issue.sample,
        "subject": issue.subject,
        "preheader": issue.preheader,
        "intro": issue.intro,
        "last_subject": seen.last_subject,
        "looks": seen.looks,
        "needed": seen.needed,
        "approved_by": seen.approved_by,
        "objections": seen.objections,
        "items": [
            {
                "id": item.article_id, "title": item.title, "summary": item.summary, "score": item.score,
                "reasons": item.reasons, "source": item.source_title, "by": ", ".join(item.authors),
                "edited": item.summary_source == "editor", "image": item.image.url if item.image else "",
                "pictures": seen.pictures.get(item.article_id, ()),
            }
            for item in seen.items
        ],
        "left_out": [{"id": one.article_id, "title": one.title, "why": one.why} for one in seen.left_out],
        "changes": [_made(number, one) for number, one in enumerate(seen.changes, 1)],
    }  # fmt: skip


def _made(number: int, one: Override) -> dict[str, Any]:
    return {
        "number": number, "kind": one.kind, "article": one.article_id, "value": one.value, "by": one.by, "at": one.at,
        "undone": one.undone_at is not None,
    }  # fmt: skip
