"""Forgetting what nobody needs any more.

Must not touch an issue that is not over, nor anything that keeps somebody from being mailed. Invariant: the six counts
of an issue read the same before and after.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from digest.model import to_plain
from digest.store.handle import Store
from digest.store.issues import OVER
from digest.store.schema import (
    delivery,
    engagement,
    hook_nonce,
    image_check,
    issue,
    issue_rendition,
    mail_event,
    notice,
    summary_cache,
    worker,
)
from digest.store.steps import account

# Longer than a mailbox is read back or a webhook may be repeated: what is forgotten would count as news.
KEPT_EVENTS = timedelta(days=60)


def prune(store: Store, *, before: datetime) -> dict[str, int]:
    """Delete details of issues that were over before `before`; how many rows of each kind went.

    Kept for ever: issues with content and counts, articles and their fates, consent, unsubscribes, suppressions. Gone:
    deliveries and renditions, older readings of the counters, ended workers, notices, verdicts on pictures, what a
    language model answered, and 60 days later what came back by mail. One issue per transaction, so that nobody
    waits long.
    """
    counts = dict.fromkeys((
        "deliveries", "renditions", "engagement", "workers", "notices", "events", "hooks", "images", "summaries",
    ), 0)  # fmt: skip
    for issue_id in _over(store, before):
        with store.database.write() as connection:
            rows = account(connection, issue_id)
            if rows.candidates:
                kept = sa.update(issue).where(issue.c.id == issue_id).values(counts=to_plain(rows))
                connection.execute(kept)
            gone = sa.delete(delivery).where(delivery.c.issue_id == issue_id)
            counts["deliveries"] += connection.execute(gone).rowcount
            bytes_ = sa.delete(issue_rendition).where(issue_rendition.c.issue_id == issue_id)
            counts["renditions"] += connection.execute(bytes_).rowcount
    newer = engagement.alias()
    superseded = (
        sa.select(1).where(newer.c.article_id == engagement.c.article_id, newer.c.at > engagement.c.at).exists()
    )
    held = sa.select(1).where(delivery.c.claimed_by == worker.c.id).exists()
    with store.database.write() as connection:
        for name, statement in (
            ("engagement", sa.delete(engagement).where(engagement.c.at < before, superseded)),
            ("workers", sa.delete(worker).where(worker.c.ended_at < before, ~held)),
            ("notices", sa.delete(notice).where(notice.c.at < before)),
            ("events", sa.delete(mail_event).where(mail_event.c.recorded_at < before - KEPT_EVENTS)),
            ("hooks", sa.delete(hook_nonce).where(hook_nonce.c.at < before - KEPT_EVENTS)),
            ("images", sa.delete(image_check).where(image_check.c.at < before)),
            ("summaries", sa.delete(summary_cache).where(summary_cache.c.at < before)),
        ):
            counts[name] = connection.execute(statement).rowcount
    return counts


def _over(store: Store, before: datetime) -> list[int]:
    ended = sa.func.coalesce(issue.c.done_at, issue.c.period_end)
    has_rows = sa.select(1).where(issue_rendition.c.issue_id == issue.c.id).exists()
    query = sa.select(issue.c.id).where(issue.c.state.in_([state.value for state in OVER]), ended < before, has_rows)
    with store.database.read() as connection:
        return list(connection.execute(query).scalars())
