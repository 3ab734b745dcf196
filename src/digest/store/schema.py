"""The tables, as the newest migration leaves them.

Must not hold a query. Invariants the database itself keeps: one issue per (digest, frequency, period); one number per
digest; one delivery per (issue, subscriber); one fate per (digest, frequency, article); states are those of the model.
The migrations are written out by hand, and a test compares their result with this file.

Why this way: states are short text with a CHECK, because an operator reads them in a shell at three in the morning;
the partial indices hold only what is waiting, so that they stay small whatever the archive holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from digest.model import DeliveryState, EventKind, IssueState, SubscriptionStatus, Trust
from digest.store.column_types import Id, PlainJson, Topics, UtcTime, Words

REVISION = "0007"

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ARTICLE_STATES = ("known", "new", "consumed", "passed_over", "excluded")


def _one_of(column: str, words: Iterable[str], name: str = "state") -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True, autoincrement=True)


secret = Table(
    "secret",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("key", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    CheckConstraint("id BETWEEN 1 AND 255", name="id"),
)

source = Table(
    "source",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Words, nullable=False, server_default=""),
    Column("fetch_state", PlainJson, nullable=False),
    Column("last_tried_at", UtcTime),
    Column("last_success_at", UtcTime),
    Column("last_error", Words, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("paused_at", UtcTime),
    Column("paused_by", Words, nullable=False, server_default=""),
    Column("paused_note", Words, nullable=False, server_default=""),
)

source_line = Table(
    "source_line",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("line", Text, primary_key=True),  # a hash of the line with its varying parts taken out
    Column("text", Words, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
)

article = Table(
    "article",
    metadata,
    _id(),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("title", Words, nullable=False),
    Column("published", UtcTime),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("data", PlainJson, nullable=False),
    Column("withdrawn_at", UtcTime),  # its source took it back; NULL again when it returns
    Column("shingles", LargeBinary),
    Index(None, "source_id", "first_seen_at"),
    sqlite_autoincrement=True,
)

article_alias = Table(
    "article_alias",
    metadata,
    Column("alias", Words, primary_key=True),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "article_id"),
)

article_source = Table(
    "article_source",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "article_id"),
)

article_shingle = Table(
    "article_shingle",
    metadata,
    Column("shingle", BigInteger, primary_key=True, autoincrement=False),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "article_id"),
    sqlite_with_rowid=False,
)

article_mark = Table(
    "article_mark",
    metadata,
    _id(),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", Text, nullable=False, server_default=""),  # "" is every digest
    Column("kind", Text, nullable=False),
    Column("reason", Words, nullable=False, server_default=""),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False, server_default=""),
    Column("undone_at", UtcTime),
    Column("undone_by", Words, nullable=False, server_default=""),
    _one_of("kind", ("pin", "exclude"), "kind"),
)

image_check = Table(
    "image_check",
    metadata,
    Column("url", Words, primary_key=True),
    Column("ok", Boolean, nullable=False),
    Column("type", Text, nullable=False, server_default=""),
    Column("width", Integer),
    Column("height", Integer),
    Column("bytes", Id),
    Column("reason", Words, nullable=False, server_default=""),
    Column("at", UtcTime, nullable=False),
)

summary_cache = Table(
    "summary_cache",
    metadata,
    Column("key", Text, primary_key=True),
    Column("data", PlainJson, nullable=False),
    Column("at", UtcTime, nullable=False),
)

engagement = Table(
    "engagement",
    metadata,
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("views", Id),
    Column("comments", Id),
    Column("reactions", Id),
)

digest_state = Table(
    "digest_state",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("frequency", Text, primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

digest_source = Table(
    "digest_source",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("frequency", Text, primary_key=True),
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("looked_at", UtcTime),  # when this digest last saw it answer; NULL: never yet
)

worker = Table(
    "worker",
    metadata,
    _id(),
    Column("host", Text, nullable=False),
    Column("pid", Id, nullable=False),
    Column("process_started", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("beat_at", UtcTime, nullable=False),
    Column("lease_until", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("run_id", Id),  # the worker whose run it is part of; its own id where it runs alone
    Column("issue_id", Id),  # what it sends; no foreign key: issues point at workers already
    Index(
        "ix_worker_live",
        "lease_until",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

pace = Table(
    "pace",
    metadata,
    Column("key", Text, primary_key=True),  # what is limited: "relay main", "to gmail.com"
    Column("next_at", Float, nullable=False),  # seconds of the clock that all workers share
    Column("used", PlainJson, nullable=False),  # messages by window and slot of time
)

issue = Table(
    "issue",
    metadata,
    _id(),
    Column("digest", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("period_label", Text, nullable=False),
    Column("period_start", UtcTime, nullable=False),
    Column("period_end", UtcTime, nullable=False),
    Column("number", Integer),
    Column("scheduled_for", UtcTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("note", Words, nullable=False, server_default=""),
    Column("subject", Words, nullable=False, server_default=""),
    Column("extra", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("frozen_at", UtcTime),
    Column("started_at", UtcTime),
    Column("begun_at", UtcTime),
    Column("done_at", UtcTime),
    Column("next_try_at", UtcTime),
    Column("owner_id", ForeignKey("worker.id", ondelete="SET NULL")),
    Column("list_name", Text, nullable=False, server_default=""),
    Column("list_size", Id),
    Column("content", PlainJson),
    Column("counts", PlainJson),
    UniqueConstraint("digest", "frequency", "period_label"),
    UniqueConstraint("digest", "number"),
    Index(None, "digest", "frequency", "period_end"),
    Index(None, "list_name", "frozen_at"),
    _one_of("state", IssueState),
    sqlite_autoincrement=True,
)

digest_article = Table(
    "digest_article",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("frequency", Text, primary_key=True),
    Column("article_id", ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("issue_id", ForeignKey("issue.id")),
    Column("rounds", Integer, nullable=False, server_default="0"),
    Column("at", UtcTime, nullable=False),
    Index(None, "article_id"),
    Index(None, "issue_id"),
    Index(
        "ix_digest_article_new",
        "digest",
        "frequency",
        "article_id",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
    _one_of("state", ARTICLE_STATES),
)

issue_article = Table(
    "issue_article",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("position", Integer),
    Column("item", PlainJson),
    Index(None, "article_id"),
)

issue_override = Table(
    "issue_override",
    metadata,
    _id(),
    Column("issue_id", ForeignKey("issue.id"), nullable=False, index=True),
    Column("article_id", ForeignKey("article.id")),
    Column("kind", Text, nullable=False),
    Column("value", PlainJson),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False, server_default=""),
    Column("undone_at", UtcTime),
)

issue_approval = Table(
    "issue_approval",
    metadata,
    _id(),
    Column("issue_id", ForeignKey("issue.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False, server_default=""),
    Column("hash", Text, nullable=False),
    Column("content", PlainJson, nullable=False),
)

issue_rendition = Table(
    "issue_rendition",
    metadata,
    _id(),
    Column("issue_id", ForeignKey("issue.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False, server_default="1"),  # 1 is what was frozen; each amendment is the next
    Column("locale", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("format_version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    _one_of("direction", ("ltr", "rtl"), "direction"),
    _one_of("kind", ("first", "correction"), "kind"),
)

issue_amendment = Table(
    "issue_amendment",
    metadata,
    Column("issue_id", ForeignKey("issue.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False, server_default=""),
    Column("reason", Words, nullable=False, server_default=""),
    Column("dropped", PlainJson, nullable=False),
    Column("moved", Id, nullable=False),
    Column("content", PlainJson, nullable=False),
)

audience_list = Table(
    "list",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Words, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

subscriber = Table(
    "subscriber",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("token_generation", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

subscription = Table(
    "subscription",
    metadata,
    Column("list_id", ForeignKey("list.id"), primary_key=True),
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("address", Words, nullable=False),
    Column("name", Words, nullable=False, server_default=""),
    Column("locale", Words, nullable=False, server_default=""),
    Column("timezone", Words, nullable=False, server_default=""),
    Column("topics", Topics),
    Column("frequency", Words, nullable=False),
    Column("since", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "list_id", "status", "frequency", "subscriber_id"),
    Index(None, "subscriber_id"),
    _one_of("status", SubscriptionStatus, "status"),
)

unsubscription = Table(
    "unsubscription",
    metadata,
    Column("list_id", ForeignKey("list.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("source", Words, nullable=False),
    Index(None, "key"),
)

consent = Table(
    "consent",
    metadata,
    _id(),
    Column("list_id", ForeignKey("list.id")),
    Column("key", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("source", Words, nullable=False, server_default=""),
    Column("detail", PlainJson),
    Index(None, "key", "at"),
)

suppression = Table(
    "suppression",
    metadata,
    Column("key", Text, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("until", UtcTime),
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    Column("issue_id", ForeignKey("issue.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscriber.id"), nullable=False),
    Column("list_id", ForeignKey("list.id"), nullable=False),
    Column("rendition_id", ForeignKey("issue_rendition.id"), nullable=False),
    Column("address", Words, nullable=False),
    Column("key", Text, nullable=False),
    Column("domain", Text, nullable=False, server_default=""),
    Column("name", Words, nullable=False),
    Column("locale", Words, nullable=False),
    Column("timezone", Words, nullable=False),
    Column("topics", Topics),
    Column("tokens", PlainJson, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("attempt", Integer, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("claimed_by", ForeignKey("worker.id")),
    Column("in_doubt", Boolean, nullable=False, server_default=false()),  # it may have arrived: repeated as it was
    Column("not_before", UtcTime),
    Column("code", Integer),
    Column("enhanced_code", Words, nullable=False, server_default=""),
    Column("server_text", Words, nullable=False, server_default=""),
    Column("relay", Words, nullable=False, server_default=""),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("issue_id", "subscriber_id"),
    Index(None, "subscriber_id"),
    Index(
        "ix_delivery_queued",
        "issue_id",
        "id",
        "domain",  # so that domains on hold are passed over without looking at their rows
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_delivery_deferred",
        "issue_id",
        "not_before",
        "id",
        sqlite_where=text("state = 'deferred'"),
        postgresql_where=text("state = 'deferred'"),
    ),
    Index(
        "ix_delivery_held",
        "claimed_by",
        sqlite_where=text("state IN ('claimed', 'intent')"),
        postgresql_where=text("state IN ('claimed', 'intent')"),
    ),
    _one_of("state", DeliveryState),
    sqlite_autoincrement=True,
    postgresql_with={"fillfactor": "80"},
)

event = Table(
    "event",
    metadata,
    _id(),
    Column("issue_id", ForeignKey("issue.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False, server_default=""),
    Column("detail", PlainJson, nullable=False),
)

mail_event = Table(
    "mail_event",
    metadata,
    _id(),
    Column("fingerprint", Text, nullable=False, unique=True),  # the same thing read again has the same one
    Column("kind", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("key", Text, nullable=False, server_default=""),
    Column("issue_id", ForeignKey("issue.id")),
    Column("subscriber_id", Id),
    Column("status", Words, nullable=False, server_default=""),
    Column("diagnostic", Words, nullable=False, server_default=""),
    Column("source", Words, nullable=False),
    Column("trust", Text, nullable=False),
    Index(None, "issue_id", "subscriber_id"),
    Index(None, "key", "at"),
    _one_of("kind", EventKind, "kind"),
    _one_of("trust", Trust, "trust"),
)

hook_nonce = Table(
    "hook_nonce",
    metadata,
    Column("hook", Text, primary_key=True),
    Column("nonce", Words, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

mailbox = Table(
    "mailbox",
    metadata,
    Column("name", Text, primary_key=True),
    Column("validity", Id, nullable=False, server_default="0"),
    Column("uid", Id, nullable=False, server_default="0"),
    Column("looked_at", UtcTime),
    Column("last_error", Words, nullable=False, server_default=""),
)

notice = Table(
    "notice",
    metadata,
    Column("cause", Words, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

# Temporary tables: rows on their way in, invisible to everybody else. They take no lock that another writer waits for.
staging = MetaData()

staged_delivery = Table(
    "staged_delivery",
    staging,
    Column("seq", Integer, primary_key=True),
    Column("rendition", Integer, nullable=False),
    Column("phase", Float, nullable=False),  # in [0, 1): where a domain's first recipient comes in the order
    *(
        Column(name, delivery.c[name].type)
        for name in (
            "subscriber_id", "list_id", "address", "key", "domain", "name", "locale", "timezone", "topics", "tokens",
            "message_id", "state", "reason", "at",
        )
    ),
    prefixes=["TEMPORARY"],
)  # fmt: skip

staged_row = Table(
    "staged_row",
    staging,
    Column("key", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    *(
        Column(name, subscription.c[name].type)
        for name in ("address", "name", "locale", "timezone", "topics", "frequency")
    ),
    prefixes=["TEMPORARY"],
)
