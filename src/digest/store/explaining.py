"""Why is this article where it is? Everything the database knows about one article, in words.

Must not decide: it reads back what was decided and says so. Invariant: a reason is the one that was stored when the
decision was made, never one made up afterwards; what no digest has decided yet says what it waits for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import Article, from_plain
from digest.store.database import Database
from digest.store.dating import FUTURE_TOLERANCE
from digest.store.newness import SAME_STORY
from digest.store.schema import (
    article,
    article_alias,
    article_mark,
    article_source,
    digest_article,
    digest_source,
    issue,
    source,
)


@dataclass(frozen=True, slots=True)
class Alias:
    """One name of an article. `kind`: guid, url, fp (all its words), title; `name` as it is compared."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Sameness:
    """How something was recognised other than by name.

    `kind`: "like" (a copy by `source`, `title` its own, `contained` of the shorter text in the other), "moved" (renamed
    when its site moved), "stamp" (same title, same second), "same" (this article is a copy of `article_id`).
    """

    kind: str
    source: str = ""
    day: str = ""
    contained: float | None = None
    title: str = ""
    article_id: int | None = None

    def __str__(self) -> str:
        if self.kind == "same":
            return f"its text turned out to be that of article {self.article_id}"
        if self.kind == "like":
            return f'{self.source} had it on {self.day} as "{self.title}": {self.contained:.0%} of the shorter text'
        if self.kind == "moved":
            return f"{self.source} renamed it on {self.day}, with most of its feed: the site has moved"
        return f"{self.source} listed it under other names on {self.day}: same title, same second"


@dataclass(frozen=True, slots=True)
class Fate:
    """What one digest made of it: `state` also "waiting" (for its date) and "unmet"; `why` is a sentence for people."""

    digest: str
    frequency: str
    state: str
    why: str
    issue: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArticleExplanation:
    """Everything about one article. `sources`: whose it is first. `date_note`: where its date comes from."""

    id: int
    title: str
    url: str | None
    sources: tuple[str, ...]
    published: datetime | None
    date_note: str
    first_seen: datetime
    changed: datetime
    withdrawn: datetime | None
    aliases: tuple[Alias, ...]
    sameness: tuple[Sameness, ...]
    fates: tuple[Fate, ...]


class Explaining:
    """The part of `ArticleStore` that answers people."""

    _db: Database

    def explain(self, article_id: int) -> ArticleExplanation | None:
        """All that is known of an article; None for an unknown id."""
        with self._db.read() as connection:
            row = connection.execute(sa.select(article).where(article.c.id == article_id)).first()
            if row is None:
                return None
            piece = from_plain(Article, row.data)
            names = [_parted(name) for name in _aliases(connection, article_id)]
            return ArticleExplanation(
                id=article_id,
                title=piece.title,
                url=piece.url or piece.canonical_url,
                sources=_sources(connection, row),
                published=row.published,
                date_note=piece.origin.get("published", ""),
                first_seen=row.first_seen_at,
                changed=row.changed_at,
                withdrawn=row.withdrawn_at,
                aliases=tuple(Alias(kind, name) for kind, name in names if kind not in _EVIDENCE),
                sameness=tuple(_sameness(kind, name) for kind, name in names if kind in _EVIDENCE),
                fates=tuple(_fates(connection, row)),
            )


_EVIDENCE = ("like", "moved", "stamp", SAME_STORY[:-1])


def _aliases(connection: Connection, article_id: int) -> list[str]:
    query = sa.select(article_alias.c.alias).where(article_alias.c.article_id == article_id)
    return sorted(connection.scalars(query))


def _parted(alias: str) -> tuple[str, str]:
    kind, _, name = alias.partition(":")
    return kind, name


def _sameness(kind: str, name: str) -> Sameness:
    if kind == SAME_STORY[:-1]:
        return Sameness("same", article_id=int(name))
    if kind == "like":
        by, day, share, title = name.split(":", 3)
        return Sameness(kind, by, day, float(share), title)
    by, _, day = name.rpartition(":")
    return Sameness(kind, by, day)


def _sources(connection: Connection, row: Row[Any]) -> tuple[str, ...]:
    """Its own first, the others by name."""
    query = (
        sa.select(source.c.id, source.c.name)
        .join(article_source, article_source.c.source_id == source.c.id)
        .where(article_source.c.article_id == row.id)
    )
    found = sorted(connection.execute(query), key=lambda one: (one.id != row.source_id, one.name))
    return tuple(one.name for one in found)


def _fates(connection: Connection, row: Row[Any]) -> list[Fate]:
    columns = (digest_article, issue.c.number, issue.c.period_label, issue.c.subject)
    query = (
        sa.select(*columns)
        .outerjoin(issue, issue.c.id == digest_article.c.issue_id)
        .where(digest_article.c.article_id == row.id)
    )
    decided = {(one.digest, one.frequency): one for one in connection.execute(query)}
    marks = _marks(connection, row.id)
    fates = [_decided(one, row, marks) for one in decided.values()]
    for (digest, frequency), looked_at in _looking(connection, row.id).items():
        if (digest, frequency) not in decided:
            fates.append(_undecided(digest, frequency, row.published, looked_at))
    return sorted(fates, key=lambda fate: (fate.digest, fate.frequency))


def _looking(connection: Connection, article_id: int) -> dict[tuple[str, str], datetime | None]:
    """The digests that take articles from one of its sources, and what they saw last of these."""
    query = (
        sa.select(digest_source.c.digest, digest_source.c.frequency, digest_source.c.looked_at)
        .join(article_source, article_source.c.source_id == digest_source.c.source_id)
        .where(article_source.c.article_id == article_id)
        .order_by(digest_source.c.looked_at)
    )
    return {(one.digest, one.frequency): one.looked_at for one in connection.execute(query)}


def _marks(connection: Connection, article_id: int) -> dict[str, list[Row[Any]]]:
    live = (article_mark.c.article_id == article_id, article_mark.c.undone_at.is_(None))
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(sa.select(article_mark).where(*live).order_by(article_mark.c.id)):
        found[row.digest].append(row)
    return found


def _decided(one: Row[Any], row: Row[Any], marks: dict[str, list[Row[Any]]]) -> Fate:
    name = _issue_name(one)
    why = _why(one, name, _WORDS.get(one.reason, one.reason))
    if row.withdrawn_at is not None and one.state == "new":
        why = f"kept out: its source took it back (seen {row.withdrawn_at:%Y-%m-%d}); eligible again if it returns"
    notes = [_marked(mark) for digest in ("", one.digest) for mark in marks.get(digest, ())]
    return Fate(one.digest, one.frequency, one.state, "; ".join([why, *notes]), name, one.at)


def _issue_name(one: Row[Any]) -> str:
    if one.issue_id is None:
        return ""
    return f"{one.digest}/{one.number}" if one.number is not None else f"{one.digest}@{one.period_label}"


def _why(one: Row[Any], name: str, said: str) -> str:
    if one.state == "consumed":
        told = f"told in {name}, together with another article of the same story"
        return told if one.reason == "folded" else f"went out with {name}"
    if one.state == "passed_over":
        return f"left over twice, the last time by {name}" if name else f"passed over: {said}"
    if one.state == "excluded":
        return said or "excluded"
    if one.state == "known":
        return f"not news to this digest: {said}" if said else "not news to this digest"
    again = f"; not chosen by {name}, it has one more chance" if name and one.rounds else ""
    return (f"eligible: {said}" if said else "eligible") + again


_WORDS = {
    "backfill": "made eligible by a backfill",
    "too old": "far older than what its source showed when it was last read",  # as written before schema 0002
    "undated": "undated, and there already when this digest first saw its source",
    "unpinned": "as before it was pinned",
}


def _marked(mark: Row[Any]) -> str:
    who = f" by {mark.by}" if mark.by else ""
    why = f" ({mark.reason})" if mark.reason else ""
    return f"{'pinned' if mark.kind == 'pin' else 'excluded'}{who} on {mark.at:%Y-%m-%d}{why}"


def _undecided(digest: str, frequency: str, published: datetime | None, looked_at: datetime | None) -> Fate:
    if published is not None and looked_at is not None and published > looked_at + FUTURE_TOLERANCE:
        return Fate(digest, frequency, "waiting", f"waits for its date, {published:%Y-%m-%d %H:%M} UTC")
    return Fate(digest, frequency, "unmet", "came after this digest last looked; it decides when it looks again")


def explained(fates: Sequence[Fate]) -> list[str]:
    """One line for each digest, for a terminal."""
    width = max((len(fate.digest) for fate in fates), default=0)
    return [f"{fate.digest:<{width}}  {fate.state}: {fate.why}" for fate in fates]
