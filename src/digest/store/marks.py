"""An editor's marks on articles: this one belongs into the next issue, that one never.

Must not choose (curating does) and never touches what was consumed. Invariants: at most one live mark of a kind for
each (article, digest), with who and when, and undoing keeps the record; a live exclusion and a live pin of the same
article and digest never stand together; `settle` makes the digests' rows agree with the marks, as often as it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import StateError
from digest.store.database import Database
from digest.store.schema import article, article_mark, digest_article

Kind = Literal["pin", "exclude"]
EVERY_DIGEST = ""
KEPT_OUT = "excluded by the editor"
_PINNED = {"known": "pinned; was known", "passed_over": "pinned; was passed over"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark. `digest` "" is every digest; `undone_at` None while it stands."""

    id: int
    article_id: int
    digest: str
    kind: str
    reason: str
    at: datetime
    by: str
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """What a mark changed: whether it is a `fresh` one, and the digests whose row moved, with the state it has now."""

    fresh: bool
    moved: tuple[tuple[str, str], ...] = ()


class MarkStore:
    """Pins and exclusions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def pinned(self, digest: str) -> tuple[int, ...]:
        """The articles pinned for this digest or for every one, in the order in which they were pinned."""
        query = (
            sa.select(article_mark.c.article_id)
            .join(article, article.c.id == article_mark.c.article_id)
            .where(*_live("pin", digest), article.c.withdrawn_at.is_(None))
            .order_by(article_mark.c.id)
        )
        with self._db.read() as connection:
            return tuple(dict.fromkeys(connection.scalars(query)))

    def excluded(self, digest: str) -> frozenset[int]:
        """The articles kept out of this digest, whether it has met them or not."""
        with self._db.read() as connection:
            query = sa.select(article_mark.c.article_id).where(*_live("exclude", digest))
            return frozenset(connection.scalars(query))

    def of(self, article_id: int) -> list[Mark]:
        """Every mark an article ever had, oldest first."""
        query = sa.select(article_mark).where(article_mark.c.article_id == article_id).order_by(article_mark.c.id)
        with self._db.read() as connection:
            return [Mark(**row._mapping) for row in connection.execute(query)]

    def pin(self, article_id: int, *, digest: str = EVERY_DIGEST, at: datetime, by: str, reason: str = "") -> Marked:
        """Want it in the next issue; what a digest knew or passed over becomes eligible again.

        Raises `StateError` while an exclusion stands in the way.
        """
        return self._mark("pin", article_id, digest, at, by, reason)

    def exclude(
        self, article_id: int, *, digest: str = EVERY_DIGEST, at: datetime, by: str, reason: str = ""
    ) -> Marked:
        """Keep it out of every coming issue. Raises `StateError` while a pin stands in the way."""
        return self._mark("exclude", article_id, digest, at, by, reason)

    def unpin(self, article_id: int, *, digest: str = EVERY_DIGEST, at: datetime, by: str) -> Marked:
        """Take a pin back; what it had made eligible is again what it was."""
        return self._undo("pin", article_id, digest, at, by)

    def include(self, article_id: int, *, digest: str = EVERY_DIGEST, at: datetime, by: str) -> Marked:
        """Take an exclusion back; the article is eligible again where it was."""
        return self._undo("exclude", article_id, digest, at, by)

    def settle(self, digest: str, frequency: str, *, at: datetime) -> None:
        """Let the marks count for rows that came into being, or changed, after the mark was made."""
        which = (digest_article.c.digest == digest, digest_article.c.frequency == frequency)
        with self._db.read() as connection:
            if connection.execute(sa.select(article_mark.c.id).limit(1)).first() is None:
                return
        with self._db.write() as connection:
            _settle(connection, which, at)

    def _mark(self, kind: Kind, article_id: int, digest: str, at: datetime, by: str, reason: str) -> Marked:
        other: Kind = "exclude" if kind == "pin" else "pin"
        with self._db.write() as connection:
            self._db.serialise(connection, 0x6D6B)
            live = [row for row in connection.execute(_marks_of(article_id)) if row.undone_at is None]
            hindrance = next((row for row in live if row.kind == other and _overlaps(row.digest, digest)), None)
            if hindrance is not None:
                raise _in_the_way(article_id, hindrance)
            fresh = not any(row.kind == kind and row.digest in (digest, EVERY_DIGEST) for row in live)
            if fresh:
                values = {
                    "article_id": article_id,
                    "digest": digest,
                    "kind": kind,
                    "reason": reason,
                    "at": at,
                    "by": by,
                }
                connection.execute(sa.insert(article_mark).values(values))
            return Marked(fresh, _settle(connection, _rows(article_id, digest), at))

    def _undo(self, kind: Kind, article_id: int, digest: str, at: datetime, by: str) -> Marked:
        live = (article_mark.c.kind == kind, article_mark.c.undone_at.is_(None))
        with self._db.write() as connection:
            self._db.serialise(connection, 0x6D6B)
            standing = list(connection.execute(_marks_of(article_id).where(*live)))
            if digest and any(row.digest == EVERY_DIGEST for row in standing):
                raise _for_every_digest(kind, article_id, digest)
            mine = [row.id for row in standing if not digest or row.digest == digest]
            undone = {"undone_at": at, "undone_by": by}
            connection.execute(sa.update(article_mark).where(article_mark.c.id.in_(mine)).values(undone))
            moved = _settle(connection, _rows(article_id, digest), at) if mine else ()
            return Marked(bool(mine), moved)


def _live(kind: Kind, digest: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        article_mark.c.kind == kind,
        article_mark.c.undone_at.is_(None),
        article_mark.c.digest.in_((EVERY_DIGEST, digest)),
    )


def _marks_of(article_id: int) -> sa.Select[Any]:
    return sa.select(article_mark).where(article_mark.c.article_id == article_id)


def _rows(article_id: int, digest: str) -> tuple[sa.ColumnElement[bool], ...]:
    mine: tuple[sa.ColumnElement[bool], ...] = (digest_article.c.article_id == article_id,)
    return (*mine, digest_article.c.digest == digest) if digest else mine


def _settle(
    connection: Connection, which: Sequence[sa.ColumnElement[bool]], at: datetime
) -> tuple[tuple[str, str], ...]:
    """Move the rows of `which` to what the live marks say. (digest, new state) of each that moved."""
    pinned, kept_out = _marked("pin"), _marked("exclude")
    new = digest_article.c.state == "new"
    excluded = sa.and_(digest_article.c.state == "excluded", digest_article.c.reason == KEPT_OUT)
    # Marks that were undone too: what they did is taken back. An archive has a thousand times as many rows as marks.
    of_marked = digest_article.c.article_id.in_(sa.select(article_mark.c.article_id))
    moved: list[tuple[str, str]] = []

    def move(condition: sa.ColumnElement[bool], state: str, reason: str) -> None:
        update = (
            sa.update(digest_article)
            .where(*which, of_marked, condition)
            .values(state=state, reason=reason, rounds=0, at=at)
        )
        changed = connection.execute(update.returning(digest_article.c.digest))
        moved.extend((row.digest, state) for row in changed)

    move(sa.and_(new, kept_out), "excluded", KEPT_OUT)
    move(sa.and_(excluded, ~kept_out), "new", "included again by the editor")
    for state, reason in _PINNED.items():
        move(sa.and_(digest_article.c.state == state, pinned, ~kept_out), "new", reason)
        move(sa.and_(new, digest_article.c.reason == reason, ~pinned), state, "unpinned")
    return tuple(dict.fromkeys(moved))


def _marked(kind: Kind) -> sa.ColumnElement[bool]:
    """Whether a row's article bears a live mark for the row's digest."""
    live = (
        article_mark.c.article_id == digest_article.c.article_id,
        article_mark.c.kind == kind,
        article_mark.c.undone_at.is_(None),
        sa.or_(article_mark.c.digest == digest_article.c.digest, article_mark.c.digest == EVERY_DIGEST),
    )
    return sa.exists().where(*live).correlate(digest_article)


def _overlaps(one: str, other: str) -> bool:
    return one == other or EVERY_DIGEST in (one, other)


_UNDO = {"pin": "unpin", "exclude": "include"}


def _in_the_way(article_id: int, row: Any) -> StateError:
    done = "pinned" if row.kind == "pin" else "excluded"
    scope = f" --digest {row.digest}" if row.digest else ""
    return StateError(
        f"article {article_id} is {done}{f' from {row.digest}' if row.digest and row.kind == 'exclude' else ''}",
        why=f"by {row.by} on {row.at:%Y-%m-%d}",
        try_=f"first: digest articles {_UNDO[row.kind]} {article_id}{scope}",
    )


def _for_every_digest(kind: Kind, article_id: int, digest: str) -> StateError:
    undo = _UNDO[kind]
    done = "pinned for" if kind == "pin" else "excluded from"
    return StateError(
        f"article {article_id} is {done} every digest, not {digest} alone",
        try_=f"digest articles {undo} {article_id}, then digest articles {kind} {article_id} --digest ANOTHER",
    )
