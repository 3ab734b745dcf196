"""The ledger's steps on PostgreSQL: each is one statement, so one round trip and one commit.

Invariants: whoever ends a worker or an issue locks its row first, and so do these statements, in the order worker,
issue, deliveries: a step begins before that or not at all. Where a statement waited for somebody, PostgreSQL reads the
row it waited for again (READ COMMITTED), so every condition that decides stands on the row that is locked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from digest.store.database import Database
from digest.store.ledger_calls import (
    A_GUESS,
    CLAIMED_SQL,
    IN_HAND,
    SUBSCRIBED,
    WHY_NOT,
    Claimed,
    Result,
    claimed,
)

_WHY_NOT = WHY_NOT.format(now="%(now)s")
_LEASE = """lease AS MATERIALIZED (
    SELECT id FROM worker WHERE id = %(me)s AND ended_at IS NULL AND lease_until > %(now)s FOR SHARE)"""
_MAY_BEGIN = """EXISTS (SELECT 1 FROM lease)
    AND EXISTS (SELECT 1 FROM issue WHERE id = %(issue)s AND state = 'sending')"""

# As expressions, so that the planner looks rows up by their id and not all those that this worker has in hand.
_MINE = "(d.claimed_by = %(me)s) IS TRUE"
_HELD = f"(d.{IN_HAND}) IS TRUE"

_OF_ISSUE = f"""SELECT d.id, d.key, d.list_id, d.subscriber_id FROM delivery d
    WHERE d.issue_id = %(issue)s AND d.domain <> ALL(%(without)s::text[]) AND {_MAY_BEGIN}"""  # noqa: S608
_CLAIM = f"""WITH {_LEASE},
due AS MATERIALIZED (
    {_OF_ISSUE} AND d.state = 'deferred' AND d.not_before <= %(now)s
    ORDER BY d.not_before, d.id LIMIT %(n)s FOR UPDATE OF d SKIP LOCKED),
queued AS MATERIALIZED (
    {_OF_ISSUE} AND d.state = 'queued' AND d.id > %(after)s
    ORDER BY d.id LIMIT %(n)s - (SELECT count(*) FROM due) FOR UPDATE OF d SKIP LOCKED),
picked AS MATERIALIZED (
    SELECT d.id, {_WHY_NOT} AS why_not FROM (SELECT * FROM due UNION ALL SELECT * FROM queued) d {SUBSCRIBED})
UPDATE delivery d SET
    state = CASE p.why_not WHEN '' THEN 'claimed' ELSE 'skipped' END, reason = p.why_not,
    claimed_by = CASE p.why_not WHEN '' THEN %(me)s ELSE d.claimed_by END,
    fence = d.fence + CASE p.why_not WHEN '' THEN 1 ELSE 0 END,
    attempt = d.attempt + CASE p.why_not WHEN '' THEN 1 ELSE 0 END,
    not_before = CASE p.why_not WHEN '' THEN d.not_before END, at = %(now)s
FROM picked p WHERE d.id = p.id
RETURNING {CLAIMED_SQL.replace("d.tokens", "d.tokens::text")}, d.fence, p.why_not"""  # noqa: S608

_RECORD = f"""recorded AS (
    UPDATE delivery d SET
        state = CASE WHEN g.gone THEN 'skipped' ELSE g.state END,
        reason = CASE WHEN g.gone THEN 'cancelled' ELSE g.reason END,
        attempt = d.attempt - g.uncounted, not_before = CASE WHEN NOT g.gone THEN g.later END, code = g.code,
        enhanced_code = g.enhanced, server_text = g.words, relay = g.relay, at = g.at
    FROM (
        SELECT *, state IN ('queued', 'deferred') AND (
            SELECT state = 'cancelled' FROM issue WHERE id = %(issue)s) AS gone
        FROM unnest(%(id)s::bigint[], %(fence)s::int[], %(state)s::text[], %(reason)s::text[], %(final)s::bool[],
            %(uncounted)s::int[], %(later)s::timestamptz[], %(code)s::int[], %(enhanced)s::text[], %(words)s::text[],
            %(relay)s::text[], %(at)s::timestamptz[])
        AS given(id, held, state, reason, final, uncounted, later, code, enhanced, words, relay, at)) g
    WHERE d.id = g.id AND d.fence = g.held AND {_MINE}
        AND ({_HELD} OR (g.final AND d.{A_GUESS}))
    RETURNING 1)"""  # noqa: S608

_BEGIN = f"""wanted AS MATERIALIZED (
    SELECT d.id, w.held, {_WHY_NOT} AS why_not
    FROM unnest(%(wanted)s::bigint[], %(held)s::int[]) AS w(id, held)
    JOIN delivery d ON d.id = w.id {SUBSCRIBED} WHERE {_MAY_BEGIN}),
begun AS (
    UPDATE delivery d SET
        state = CASE w.why_not WHEN '' THEN 'intent' ELSE 'skipped' END, reason = w.why_not,
        not_before = CASE w.why_not WHEN '' THEN d.not_before END, at = %(now)s
    FROM wanted w WHERE d.id = w.id AND d.fence = w.held AND {_MINE} AND {_HELD}
    RETURNING d.id, w.why_not)"""  # noqa: S608

_COMMIT_RESULTS = f"WITH {_RECORD} SELECT 0 WHERE false"
_COMMIT_INTENTS = f"WITH {_LEASE}, {_BEGIN} SELECT id FROM begun WHERE why_not = ''"  # noqa: S608
_COMMIT_BOTH = f"WITH {_LEASE}, {_RECORD}, {_BEGIN} SELECT id FROM begun WHERE why_not = ''"  # noqa: S608
_SHARE_ISSUE = "SELECT 1 FROM issue WHERE id = %(issue)s FOR SHARE"
_LOCK_ISSUE = "SELECT begun_at IS NOT NULL FROM issue WHERE id = %(issue)s FOR UPDATE"
_MARK = "UPDATE issue SET begun_at = %(now)s WHERE id = %(issue)s"
_BACK_IN_THE_QUEUE = frozenset({"queued", "deferred"})
_WRITTEN = ("worker", "issue", "delivery")


class PostgresCalls:
    """`Calls` for one worker and issue."""

    def __init__(self, database: Database, issue_id: int, worker_id: int) -> None:
        self._db, self._who = database, {"issue": issue_id, "me": worker_id}
        self._marked = False  # whether the issue is known to have been begun: then it stays so

    def claim(self, now: datetime, n: int, *, after: int, without: Collection[str]) -> list[Claimed]:
        given = self._who | {"now": now, "n": n, "after": after, "without": sorted(without)}
        return [claimed(row) for row in self._one_statement(_CLAIM, given)]

    def commit(self, now: datetime, results: Sequence[Result], wanted: Mapping[int, int]) -> set[int]:
        given: dict[str, Any] = self._who | {"now": now}
        if results:
            given |= _columns(results)
        if wanted:
            given |= {"wanted": list(wanted), "held": list(wanted.values())}
        if not results and not wanted:
            return set()
        sql = _COMMIT_BOTH if results and wanted else _COMMIT_RESULTS if results else _COMMIT_INTENTS
        if wanted and not self._marked:
            return self._commit_first(sql, given)
        if any(one.state in _BACK_IN_THE_QUEUE for one in results):
            return self._commit_sharing(sql, given)
        return {row[0] for row in self._one_statement(sql, given)}

    def _one_statement(self, sql: str, given: Mapping[str, Any]) -> list[Any]:
        with self._db.one_statement() as connection:
            self._db.by_hand(connection, *_WRITTEN)
            return list(connection.exec_driver_sql(sql, dict(given)).all())

    def _commit_first(self, sql: str, given: Mapping[str, Any]) -> set[int]:
        """Once per issue, a message is begun for the first time: from here on its articles stay consumed."""
        with self._db.write() as connection:
            self._db.by_hand(connection, *_WRITTEN)
            self._marked = bool(connection.exec_driver_sql(_LOCK_ISSUE, dict(given)).scalar())
            begun = {row[0] for row in connection.exec_driver_sql(sql, dict(given)).all()}
            mark = bool(begun and not self._marked)
            if mark:
                connection.exec_driver_sql(_MARK, dict(given))
        self._marked = self._marked or mark
        return begun

    def _commit_sharing(self, sql: str, given: Mapping[str, Any]) -> set[int]:
        """Who gives rows back holds the issue meanwhile: otherwise one could come back into a cancelled issue."""
        with self._db.write() as connection:
            self._db.by_hand(connection, *_WRITTEN)
            connection.exec_driver_sql(_SHARE_ISSUE, dict(given))
            return {row[0] for row in connection.exec_driver_sql(sql, dict(given)).all()}


def _columns(results: Sequence[Result]) -> dict[str, list[Any]]:
    names = (
        "id", "fence", "state", "reason", "final", "uncounted", "later", "code", "enhanced", "words", "relay", "at",
    )  # fmt: skip
    return {name: list(column) for name, column in zip(names, zip(*results, strict=True), strict=True)}
