"""Sources and articles: what was fetched, recognised again, and counted.

Must not decide what is news (that is `newness`) nor look into an article's words (a `Kin` does). Invariants: an article
keeps its id, its first sighting and its first believable date for ever, whatever its source later says about title,
text or address; one that comes by several sources (a blog and the planet that repeats it) is one article, worded as
the first of them has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, overload

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import Article, StoredArticle, from_plain, to_plain
from digest.store.database import Database
from digest.store.dating import dated_first
from digest.store.engagement import COUNTERS, EngagementReader, bounded, note_counts
from digest.store.explaining import Explaining
from digest.store.identity import Newcomer
from digest.store.likeness import Kin, Probe, find_copies, forget_old, pack, write_index
from digest.store.newness import SAME_STORY, Newness, ids_from, same_story_as
from digest.store.recognising import Document, Recognised, comparable, owners_of, recognise
from digest.store.rows import ArticleRecord, SaveReport, SourceStatus
from digest.store.schema import article, article_alias, article_source, digest_article, source


@dataclass(frozen=True, slots=True)
class Copy:
    """A new entry that was recognised by its text: `contained` of the shorter one is in the other."""

    article_id: int
    title: str
    contained: float


@dataclass(frozen=True, slots=True)
class Kept(SaveReport):
    """What one document brought. `moved` of `unknown` new names belong to known articles: its site has moved."""

    copies: tuple[Copy, ...] = ()
    moved: int = 0
    unknown: int = 0


class ArticleStore(Newness, EngagementReader, Explaining):
    """Sources, articles, and each digest's decisions about them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def fetch_state(self, source_name: str) -> dict[str, Any]:
        """What the last fetch left for the next one (validators, times); empty for a source never fetched."""
        with self._db.read() as connection:
            found = connection.scalar(sa.select(source.c.fetch_state).where(source.c.name == source_name))
        return dict(found or {})

    def save_fetch(
        self, source_name: str, state: Mapping[str, Any], *, at: datetime, ok: bool, error: str = "", title: str = ""
    ) -> None:
        """Record one try. `ok` includes "nothing new"; a failure keeps the last success and counts up."""
        values: dict[str, Any] = {"fetch_state": to_plain(state), "last_tried_at": at, "last_error": error}
        if ok:
            values |= {"last_success_at": at, "last_error": "", "failures": 0}
        else:
            values["failures"] = source.c.failures + 1
        if title:
            values["title"] = title
        with self._db.write() as connection:
            source_id = _source_id(self._db, connection, source_name)
            connection.execute(sa.update(source).where(source.c.id == source_id).values(values))

    def source_status(self) -> list[SourceStatus]:
        count = sa.select(sa.func.count()).where(article_source.c.source_id == source.c.id).scalar_subquery()
        query = sa.select(source, count.label("articles")).order_by(source.c.name)
        with self._db.read() as connection:
            return [
                SourceStatus(
                    row.name, row.title, row.last_success_at, row.last_error, row.last_tried_at, row.failures,
                    row.articles,
                )
                for row in connection.execute(query)
            ]  # fmt: skip

    def source_titles(self) -> dict[str, str]:
        """The titles the sources gave themselves, by source name; sources without one are missing."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(source.c.name, source.c.title).where(source.c.title != ""))
            return {row.name: row.title for row in rows}

    @overload
    def save(self, source_name: str, records: Sequence[ArticleRecord], *, at: datetime) -> SaveReport: ...

    @overload
    def save(self, source_name: str, records: Sequence[ArticleRecord], *, at: datetime, kin: Kin) -> Kept: ...

    def save(
        self, source_name: str, records: Sequence[ArticleRecord], *, at: datetime, kin: Kin | None = None
    ) -> SaveReport:
        """Store what one document said. A known article (any alias; with `kin` also its text, or in a storm its title)
        is updated in place, by its own source."""
        shingles = _Shingles(records, kin)
        if kin is not None:
            shingles.read(self._worth_comparing(records, at))  # outside of the writing transaction: it takes a while
        with self._db.write() as connection:
            self._db.serialise(connection, 0x6172)  # two sources bringing one article must see each other
            source_id = _source_id(self._db, connection, source_name)
            document = Document(source_id, source_name, records, at, kin, shingles.of)
            recognised = recognise(connection, document)
            return _Writing(self._db, connection, document, recognised).write()

    def _worth_comparing(self, records: Sequence[ArticleRecord], at: datetime) -> list[int]:
        """The records that are not known, or not with these words; most documents have none."""
        with self._db.read() as connection:
            owners = owners_of(connection, records)
            ids = sorted({one for found in owners.values() for one in found})
            query = sa.select(article.c.id, article.c.content_hash)
            read = article.c.shingles.is_not(None)
            hashes = {
                row.id: row.content_hash
                for chunk in _chunks(ids, 1000)
                for row in connection.execute(query.where(article.c.id.in_(chunk), read))
            }
        return [
            index
            for index, record in enumerate(records)
            if comparable(record.article, at)
            and record.content_hash
            not in {hashes.get(one) for alias in record.aliases for one in owners.get(alias, ())}
        ]

    def get(self, ids: Collection[int]) -> list[StoredArticle]:
        """The articles with these ids, in the order of `ids`; unknown ids are left out."""
        with self._db.read() as connection:
            found = {
                row.id: stored(row)
                for chunk in _chunks(list(ids), 1000)
                for row in connection.execute(SELECT_STORED.where(article.c.id.in_(chunk)))
            }
        return [found[article_id] for article_id in ids if article_id in found]

    def recent(self, sources: Collection[str], limit: int) -> list[StoredArticle]:
        """The newest articles of these sources, by publication, or by first sighting where they carry no date."""
        query = (
            SELECT_STORED.where(article.c.id.in_(ids_from(sources)))
            .order_by(sa.func.coalesce(article.c.published, article.c.first_seen_at).desc(), article.c.id.desc())
            .limit(limit)
        )
        with self._db.read() as connection:
            return [stored(row) for row in connection.execute(query)]


SELECT_STORED = sa.select(article.c.id, article.c.data, article.c.first_seen_at, article.c.content_hash)


def stored(row: Row[*tuple[Any, ...]]) -> StoredArticle:
    return StoredArticle(row.id, from_plain(Article, row.data), row.first_seen_at, row.content_hash)


class _Shingles:
    """The shingles of a document's records, each read at most once."""

    def __init__(self, records: Sequence[ArticleRecord], kin: Kin | None) -> None:
        self._records, self._kin = records, kin
        self._read: dict[int, frozenset[int]] = {}

    def of(self, index: int) -> frozenset[int]:
        if index not in self._read:
            kin = self._kin
            self._read[index] = kin.shingles(self._records[index].article) if kin is not None else frozenset()
        return self._read[index]

    def read(self, indexes: Collection[int]) -> None:
        for index in indexes:
            self.of(index)


class _Writing:
    """One recognised document on its way into the tables."""

    def __init__(self, database: Database, connection: Connection, document: Document, recognised: Recognised) -> None:
        self._db, self._connection = database, connection
        self._document, self._recognised = document, recognised
        self._verdicts: dict[int, str] = {}
        self._indexed: dict[str, dict[int, frozenset[int]]] = {"new": {}, "updated": {}}
        self._reworded: dict[int, int] = {}  # article id -> index of the record with its new words

    def write(self) -> SaveReport:
        for index in range(len(self._document.records)):
            article_id = self._place(index)
            evidence = self._recognised.how.get(index)
            self._name(article_id, (*self._document.records[index].aliases, *([evidence] if evidence else [])))
        if self._document.kin is not None:
            self._index(self._document.kin)
        by_verdict = {kind: tuple(i for i, v in self._verdicts.items() if v == kind) for kind in ("new", "updated")}
        same = len(self._document.records) - sum(map(len, by_verdict.values()))
        if self._document.kin is None:
            return SaveReport(**by_verdict, same=same)
        storm = self._recognised.storm
        return Kept(
            **by_verdict,
            same=same,
            copies=tuple(self._copy(index, share) for index, share in self._recognised.copies.items()),
            moved=len(storm.matches) if storm else 0,
            unknown=storm.unknown if storm else 0,
        )

    def _place(self, index: int) -> int:
        """Insert or update; of several records of one article the first speaks."""
        record, found, at = self._document.records[index], self._recognised.found[index], self._document.at
        if isinstance(found, Newcomer):
            if found.article_id is None:
                found.article_id = _insert(self._connection, self._document.source_id, record, at, self._packed(index))
                self._verdicts[found.article_id] = "new"
                self._indexed["new"][found.article_id] = self._shingles(index)
                note_counts(self._db, self._connection, found.article_id, record.article, at)
            return found.article_id
        if found not in self._verdicts:
            self._verdicts[found] = self._update(found, index)
        return found

    def _update(self, article_id: int, index: int) -> str:
        """ "updated" when the words changed. Otherwise it is written all the same: counters and tags may have moved."""
        record, at = self._document.records[index], self._document.at
        columns = (article.c.content_hash, article.c.source_id, article.c.published)
        unread = article.c.shingles.is_(None).label("unread")
        old = self._connection.execute(sa.select(*columns, unread).where(article.c.id == article_id)).one()
        if old.source_id != self._document.source_id:
            return "same"
        changed = old.content_hash != record.content_hash
        if old.published != record.article.published:
            data = self._connection.execute(sa.select(article.c.data).where(article.c.id == article_id)).scalar_one()
            record = replace(record, article=dated_first(from_plain(Article, data), record.article, at=at))
        values = _values(record) | ({"changed_at": at} if changed else {})
        if changed or (old.unread and self._document.kin is not None):
            self._indexed["updated"][article_id] = self._shingles(index)
            self._reworded[article_id] = index
            values |= {"shingles": self._packed(index)}
        self._connection.execute(sa.update(article).where(article.c.id == article_id).values(values))
        note_counts(self._db, self._connection, article_id, record.article, at)
        return "updated" if changed else "same"

    def _shingles(self, index: int) -> frozenset[int]:
        wanted = comparable(self._document.records[index].article, self._document.at)
        return self._document.shingles(index) if wanted else frozenset()

    def _packed(self, index: int) -> bytes | None:
        """None as long as nobody has read the text: the next fetch that compares texts will."""
        return pack(self._shingles(index)) if self._document.kin is not None else None

    def _name(self, article_id: int, aliases: Sequence[str]) -> None:
        sighting = self._db.insert(article_source).values(source_id=self._document.source_id, article_id=article_id)
        self._connection.execute(sighting.on_conflict_do_nothing())
        rows = [{"alias": alias, "article_id": article_id} for alias in dict.fromkeys(aliases)]
        if rows:
            self._connection.execute(self._db.insert(article_alias).on_conflict_do_nothing(), rows)

    def _index(self, kin: Kin) -> None:
        write_index(self._db, self._connection, self._indexed["new"])
        write_index(self._db, self._connection, self._indexed["updated"], replace=True)
        self._became_copies(kin)
        if self._indexed["new"]:
            forget_old(self._connection, at=self._document.at)

    def _became_copies(self, kin: Kin) -> None:
        """An article whose text came late (an excerpt, then the page) may turn out to be a copy. It keeps its row, but
        no digest that has met the other one tells it again."""
        probes = [
            Probe(article_id, self._document.records[index].article, shingles)
            for article_id, index in self._reworded.items()
            if (shingles := self._indexed["updated"][article_id])
        ]
        if not probes:
            return
        source_id, at = self._document.source_id, self._document.at
        for likeness in find_copies(self._connection, probes, source_id=source_id, kin=kin, at=at):
            if not self._linked(likeness.who, likeness.original):
                row = {"alias": f"{SAME_STORY}{likeness.original}", "article_id": likeness.who}
                self._connection.execute(self._db.insert(article_alias).on_conflict_do_nothing(), [row])
                _retire(self._connection, likeness.who, likeness.original, at)

    def _linked(self, who: int, original: int) -> bool:
        """Whether either leads to another already: of two copies one must stay."""
        query = sa.select(article_alias.c.alias).where(
            article_alias.c.article_id.in_((who, original)), article_alias.c.alias.startswith(SAME_STORY)
        )
        return self._connection.execute(query).first() is not None

    def _copy(self, index: int, contained: float) -> Copy:
        found = self._recognised.found[index]
        article_id = found.article_id if isinstance(found, Newcomer) else found
        assert article_id is not None
        return Copy(article_id, self._document.records[index].article.title, contained)


def _retire(connection: Connection, copy: int, original: int, at: datetime) -> None:
    other = digest_article.alias()
    met = sa.exists().where(
        other.c.digest == digest_article.c.digest,
        other.c.frequency == digest_article.c.frequency,
        other.c.article_id == original,
    )
    eligible = (digest_article.c.article_id == copy, digest_article.c.state == "new", met)
    values = {"state": "known", "reason": same_story_as(original), "at": at}
    connection.execute(sa.update(digest_article).where(*eligible).values(values))


def _source_id(database: Database, connection: Connection, name: str) -> int:
    connection.execute(database.insert(source).values(name=name, fetch_state={}).on_conflict_do_nothing())
    return int(connection.execute(sa.select(source.c.id).where(source.c.name == name)).scalar_one())


def _values(record: ArticleRecord) -> dict[str, Any]:
    piece = record.article
    plain = to_plain(piece)
    for counter in COUNTERS:
        plain[counter] = bounded(plain[counter])
    return {"title": piece.title, "published": piece.published, "content_hash": record.content_hash, "data": plain}


def _insert(connection: Connection, source_id: int, record: ArticleRecord, at: datetime, packed: bytes | None) -> int:
    values = _values(record) | {"source_id": source_id, "first_seen_at": at, "changed_at": at, "shingles": packed}
    return int(connection.execute(sa.insert(article).values(values).returning(article.c.id)).scalar_one())


def _chunks(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
