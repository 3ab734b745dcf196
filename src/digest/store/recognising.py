"""Which entry of a document is which known article: by its names, in a storm by its title, at last by its text.

    names     any alias that an article has                                   (`identity`, pure)
    storm     most of the feed has new names: its site moved                  (`storms`, pure)
    stamp     the same title at the same second in the same source
    likeness  most of the text stands in a known article, of whatever source  (`likeness`)

Must not write. Invariants: each step only looks at what those before it left open; what was recognised otherwise than
by a name says so in one more alias (`moved:`, `stamp:`, `like:`), so that it can be explained and needs no second look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Article, from_plain
from digest.store.identity import Newcomer, assign
from digest.store.likeness import DAYS, Kin, Likeness, Probe, find_copies, unpack
from digest.store.rows import ArticleRecord
from digest.store.schema import article, article_alias, article_source
from digest.store.storms import AT_LEAST, Piece, Storm, storm

IDENTIFIERS = ("guid:", "url:", "title:")
REMEMBERED = 5000  # of a source's articles, the newest, when its feed has moved
MIDNIGHT = time()
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Document:
    """One fetch on its way into the database. `shingles` by index of the record; None: texts are not compared."""

    source_id: int
    source: str
    records: Sequence[ArticleRecord]
    at: datetime
    kin: Kin | None
    shingles: Callable[[int], frozenset[int]]


@dataclass(slots=True)
class Recognised:
    """For each record an id or a `Newcomer`; by index the alias that says how; what a storm and the texts showed."""

    found: list[int | Newcomer]
    how: dict[int, str] = field(default_factory=dict)
    storm: Storm | None = None
    copies: dict[int, float] = field(default_factory=dict)

    def newcomers(self) -> dict[Newcomer, int]:
        """Those that are still open, with the first record of each."""
        first: dict[Newcomer, int] = {}
        for index, who in enumerate(self.found):
            if isinstance(who, Newcomer):
                first.setdefault(who, index)
        return first

    def settle(self, newcomer: Newcomer, who: int | Newcomer, how: str) -> None:
        """All records of `newcomer` are `who`."""
        for index, found in enumerate(self.found):
            if found is newcomer:
                self.found[index] = who
                self.how.setdefault(index, how)


def recognise(connection: Connection, document: Document) -> Recognised:
    owners = owners_of(connection, document.records)
    recognised = Recognised(assign([record.aliases for record in document.records], owners))
    if document.kin is not None:
        _by_storm(connection, document, document.kin, owners, recognised)
        _by_stamp(connection, document, document.kin, recognised)
        _by_text(connection, document, document.kin, recognised)
    return recognised


def owners_of(connection: Connection, records: Sequence[ArticleRecord]) -> dict[str, list[int]]:
    """The known articles of each alias, the oldest first."""
    owners: dict[str, list[int]] = {}
    names = sorted({alias for record in records for alias in record.aliases})
    for start in range(0, len(names), CHUNK):
        query = (
            sa.select(article_alias.c.alias, article_alias.c.article_id)
            .where(article_alias.c.alias.in_(names[start : start + CHUNK]))
            .order_by(article_alias.c.article_id)
        )
        for row in connection.execute(query):
            owners.setdefault(row.alias, []).append(row.article_id)
    return owners


def comparable(piece: Article, at: datetime) -> bool:
    """Whether its text is worth keeping for comparison: an archive is no news, and so are its copies."""
    return piece.published is None or piece.published >= at - timedelta(days=DAYS)


def _by_storm(
    connection: Connection, document: Document, kin: Kin, owners: dict[str, list[int]], recognised: Recognised
) -> None:
    unknown = [index for index, record in enumerate(document.records) if _unheard_of(record, owners)]
    if len(unknown) <= max(AT_LEAST, len(document.records) / 2):
        return
    own = _own_articles(connection, document.source_id, kin)
    by_words = {index: who for index in unknown if isinstance(who := recognised.found[index], int) and who in own}
    named = {who for who in recognised.found if isinstance(who, int)}
    entries = [
        Piece(kin.title(record.article), record.article.published, document.shingles(index))
        for index, record in enumerate(document.records)
    ]
    free = {article_id: piece for article_id, piece in own.items() if article_id not in named}

    def alike(index: int, article_id: int) -> bool:
        stored = _article(connection, article_id)
        mine, theirs = entries[index].shingles, free[article_id].shingles
        shared = len(mine & theirs)
        return kin.same(
            document.records[index].article, stored,
            one_in_other=shared / len(mine), other_in_one=shared / len(theirs), same_source=False,
        )  # fmt: skip

    open_ = [index for index in unknown if index in by_words or isinstance(recognised.found[index], Newcomer)]
    recognised.storm = found = storm(entries, open_, by_words, free, alike)
    if found is None:
        return
    for index, article_id in found.matches.items():
        who = recognised.found[index]
        if isinstance(who, Newcomer):
            recognised.settle(who, article_id, f"moved:{document.source}:{document.at:%Y-%m-%d}")


def _unheard_of(record: ArticleRecord, owners: dict[str, list[int]]) -> bool:
    return not any(alias in owners for alias in record.aliases if alias.startswith(IDENTIFIERS))


def _own_articles(connection: Connection, source_id: int, kin: Kin) -> dict[int, Piece]:
    query = (
        sa.select(article.c.id, article.c.title, article.c.published, article.c.shingles)
        .join(article_source, article_source.c.article_id == article.c.id)
        .where(article_source.c.source_id == source_id)
        .order_by(article.c.id.desc())
        .limit(REMEMBERED)
    )
    return {
        row.id: Piece(kin.title(_titled(row.title)), row.published, unpack(row.shingles))
        for row in connection.execute(query)
    }


def _titled(title: str) -> Article:
    return Article(source="", guid="", url=None, title=title, text="")


def _by_stamp(connection: Connection, document: Document, kin: Kin, recognised: Recognised) -> None:
    """A title and a second that one source gave before. Midnight says nothing: it is what a bare day reads as."""
    stamped = {
        who: piece
        for who, index in recognised.newcomers().items()
        if _to_the_second(piece := document.records[index].article) and piece.title
    }
    if not stamped:
        return
    query = sa.select(article.c.id, article.c.data).where(
        article.c.source_id == document.source_id,
        article.c.published.in_(sorted({piece.published for piece in stamped.values() if piece.published})),
    )
    named = {who for who in recognised.found if isinstance(who, int)}
    known = {row.id: from_plain(Article, row.data) for row in connection.execute(query) if row.id not in named}
    for who, piece in stamped.items():
        for article_id, stored in known.items():
            same_title = kin.title(piece) == kin.title(stored)
            if piece.published == stored.published and same_title and _same_words(piece, stored):
                recognised.settle(who, article_id, f"stamp:{document.source}:{document.at:%Y-%m-%d}")
                del known[article_id]
                break


def _to_the_second(piece: Article) -> bool:
    date = piece.published
    return date is not None and piece.published_confidence == "exact" and date.time() != MIDNIGHT


def _same_words(one: Article, other: Article) -> bool:
    """Equal, or one is the beginning of the other: an edited text is for `_by_text` to compare."""
    short, long = sorted((" ".join(piece.text.split()).casefold().rstrip(". …") for piece in (one, other)), key=len)
    return long.startswith(short)


def _by_text(connection: Connection, document: Document, kin: Kin, recognised: Recognised) -> None:
    newcomers = recognised.newcomers()
    probes = [
        Probe(who, piece, document.shingles(index))
        for who, index in newcomers.items()
        if comparable(piece := document.records[index].article, document.at)
    ]
    if not any(probe.shingles for probe in probes):
        return
    copies = find_copies(connection, probes, source_id=document.source_id, kin=kin, at=document.at)
    for likeness in copies:
        index = newcomers[likeness.who]
        recognised.copies[index] = likeness.contained
        recognised.settle(likeness.who, likeness.original, like_alias(document, index, likeness))


def like_alias(document: Document, index: int, likeness: Likeness) -> str:
    """`like:SOURCE:DATE:SHARE:TITLE`: the evidence, in the words of the copy."""
    title = document.records[index].article.title[:200]
    return f"like:{document.source}:{document.at:%Y-%m-%d}:{likeness.contained:.2f}:{title}"


def _article(connection: Connection, article_id: int) -> Article:
    return from_plain(
        Article, connection.execute(sa.select(article.c.data).where(article.c.id == article_id)).scalar_one()
    )
