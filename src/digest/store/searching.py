"""Looking people up on a list, a page at a time, and telling whether anything that an issue is made of has changed.

Reads only. Why pages by id: with 100,000 subscribers a page takes some milliseconds, a whole list a second.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from digest.store.database import Database
from digest.store.schema import article, audience_list, digest_article, issue, issue_override, subscriber, subscription


def matching(query: sa.Select[Any], list_name: str, text: str, *, after: int, limit: int) -> sa.Select[Any]:
    """`query` for the active subscribers after id `after` whose address or name holds `text`, whatever its case."""
    query = query.where(
        audience_list.c.name == list_name, subscription.c.status == "active", subscription.c.subscriber_id > after
    )
    if text:
        query = query.where(
            subscription.c.address.icontains(text, autoescape=True)
            | subscription.c.name.icontains(text, autoescape=True)
            | subscriber.c.key.icontains(text, autoescape=True)
        )
    return query.order_by(subscription.c.subscriber_id).limit(limit)


def pulse(database: Database) -> str:
    """Changes whenever an article, a decision about one, or an editor's change does; deliveries leave it as it is."""
    parts = [
        sa.select(sa.func.max(article.c.id), sa.func.max(article.c.changed_at), sa.func.count(article.c.withdrawn_at)),
        sa.select(sa.func.max(digest_article.c.at), sa.func.count()).select_from(digest_article),
        sa.select(sa.func.count(), sa.func.sum(issue.c.version)).select_from(issue),
        sa.select(sa.func.max(issue_override.c.id), sa.func.count(issue_override.c.undone_at)),
    ]
    with database.read() as connection:
        return "|".join(str(tuple(connection.execute(part).one())) for part in parts)
