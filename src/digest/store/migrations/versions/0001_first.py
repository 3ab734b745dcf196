"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

# Plain types, spelled out: a migration must go on meaning the same when the program's own types change. `op.f` says
# that a name is complete: the naming convention would prefix those of CHECKs again.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "digest_state",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("digest", "frequency", name="pk_digest_state"),
    )
    op.create_table(
        "list",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_list"),
        sa.UniqueConstraint("name", name="uq_list_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "notice",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("cause", "day", name="pk_notice"),
    )
    op.create_table(
        "secret",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("id BETWEEN 1 AND 255", name=op.f("ck_secret_id")),
        sa.PrimaryKeyConstraint("id", name="pk_secret"),
    )
    op.create_table(
        "source",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("fetch_state", JSON, nullable=False),
        sa.Column("last_tried_at", TIME),
        sa.Column("last_success_at", TIME),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("name", name="uq_source_name"),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("token_generation", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("key", name="uq_subscriber_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.PrimaryKeyConstraint("key", name="pk_suppression"),
    )
    op.create_table(
        "worker",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", ID, nullable=False),
        sa.Column("process_started", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("beat_at", TIME, nullable=False),
        sa.Column("lease_until", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_worker_live",
        "worker",
        ["lease_until"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "article",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("published", TIME),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_article_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_source_id_first_seen_at", "article", ["source_id", "first_seen_at"])
    op.create_table(
        "consent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("list_id", ID),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", JSON),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name="fk_consent_list_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_key_at", "consent", ["key", "at"])
    op.create_table(
        "digest_source",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("first_seen_at", TIME, nullable=False),
        sa.Column("looked_at", TIME),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_digest_source_source_id"),
        sa.PrimaryKeyConstraint("digest", "frequency", "source_id", name="pk_digest_source"),
    )
    op.create_table(
        "issue",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("period_label", sa.Text(), nullable=False),
        sa.Column("period_start", TIME, nullable=False),
        sa.Column("period_end", TIME, nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("scheduled_for", TIME, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("extra", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("frozen_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("begun_at", TIME),
        sa.Column("done_at", TIME),
        sa.Column("next_try_at", TIME),
        sa.Column("owner_id", ID),
        sa.Column("list_name", sa.Text(), server_default="", nullable=False),
        sa.Column("list_size", ID),
        sa.Column("content", JSON),
        sa.Column("counts", JSON),
        sa.CheckConstraint(
            "state IN ('planned', 'drafted', 'awaiting_approval', 'held', 'frozen', 'sending', 'paused', 'done', "
            "'skipped', 'missed', 'cancelled')",
            name=op.f("ck_issue_state"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["worker.id"], name="fk_issue_owner_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_issue"),
        sa.UniqueConstraint("digest", "frequency", "period_label", name="uq_issue_digest_frequency_period_label"),
        sa.UniqueConstraint("digest", "number", name="uq_issue_digest_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_issue_digest_frequency_period_end", "issue", ["digest", "frequency", "period_end"])
    op.create_index("ix_issue_list_name_frozen_at", "issue", ["list_name", "frozen_at"])
    op.create_table(
        "subscription",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("locale", sa.Text(), server_default="", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="", nullable=False),
        sa.Column("topics", sa.Text()),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'unsubscribed', 'ended', 'bounced', 'complained')",
            name=op.f("ck_subscription_status"),
        ),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name="fk_subscription_list_id"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_subscription_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("list_id", "subscriber_id", name="pk_subscription"),
    )
    op.create_index(
        "ix_subscription_list_id_status_frequency_subscriber_id",
        "subscription",
        ["list_id", "status", "frequency", "subscriber_id"],
    )
    op.create_index("ix_subscription_subscriber_id", "subscription", ["subscriber_id"])
    op.create_table(
        "unsubscription",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name="fk_unsubscription_list_id"),
        sa.PrimaryKeyConstraint("list_id", "key", name="pk_unsubscription"),
    )
    op.create_index("ix_unsubscription_key", "unsubscription", ["key"])
    op.create_table(
        "article_alias",
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_alias_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("alias", "article_id", name="pk_article_alias"),
    )
    op.create_index("ix_article_alias_article_id", "article_alias", ["article_id"])
    op.create_table(
        "article_source",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_source_article_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_article_source_source_id"),
        sa.PrimaryKeyConstraint("source_id", "article_id", name="pk_article_source"),
    )
    op.create_index("ix_article_source_article_id", "article_source", ["article_id"])
    op.create_table(
        "digest_article",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("issue_id", ID),
        sa.Column("rounds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('known', 'new', 'consumed', 'passed_over', 'excluded')", name=op.f("ck_digest_article_state")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_digest_article_article_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_digest_article_issue_id"),
        sa.PrimaryKeyConstraint("digest", "frequency", "article_id", name="pk_digest_article"),
    )
    op.create_index("ix_digest_article_article_id", "digest_article", ["article_id"])
    op.create_index("ix_digest_article_issue_id", "digest_article", ["issue_id"])
    op.create_index(
        "ix_digest_article_new",
        "digest_article",
        ["digest", "frequency", "article_id"],
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "engagement",
        sa.Column("article_id", ID, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("views", ID),
        sa.Column("comments", ID),
        sa.Column("reactions", ID),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_engagement_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "at", name="pk_engagement"),
    )
    op.create_table(
        "event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_event_issue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_issue_id", "event", ["issue_id"])
    op.create_table(
        "issue_article",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("position", sa.Integer()),
        sa.Column("item", JSON),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_issue_article_article_id"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_article_issue_id"),
        sa.PrimaryKeyConstraint("issue_id", "article_id", name="pk_issue_article"),
    )
    op.create_index("ix_issue_article_article_id", "issue_article", ["article_id"])
    op.create_table(
        "issue_override",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("article_id", ID),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", JSON),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("undone_at", TIME),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_issue_override_article_id"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_override_issue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_issue_override"),
    )
    op.create_index("ix_issue_override_issue_id", "issue_override", ["issue_id"])
    op.create_table(
        "issue_rendition",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("format_version", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("direction IN ('ltr', 'rtl')", name=op.f("ck_issue_rendition_direction")),
        sa.CheckConstraint("kind IN ('first', 'correction')", name=op.f("ck_issue_rendition_kind")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_rendition_issue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_issue_rendition"),
    )
    op.create_index("ix_issue_rendition_issue_id", "issue_rendition", ["issue_id"])
    op.create_table(
        "delivery",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("rendition_id", ID, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text()),
        sa.Column("tokens", JSON, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("claimed_by", ID),
        sa.Column("not_before", TIME),
        sa.Column("code", sa.Integer()),
        sa.Column("enhanced_code", sa.Text(), server_default="", nullable=False),
        sa.Column("server_text", sa.Text(), server_default="", nullable=False),
        sa.Column("relay", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'claimed', 'intent', 'accepted', 'deferred', 'refused', 'uncertain', 'skipped')",
            name=op.f("ck_delivery_state"),
        ),
        sa.ForeignKeyConstraint(["claimed_by"], ["worker.id"], name="fk_delivery_claimed_by"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_delivery_issue_id"),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name="fk_delivery_list_id"),
        sa.ForeignKeyConstraint(["rendition_id"], ["issue_rendition.id"], name="fk_delivery_rendition_id"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name="fk_delivery_subscriber_id"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("issue_id", "subscriber_id", name="uq_delivery_issue_id_subscriber_id"),
        postgresql_with={"fillfactor": "80"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_delivery_deferred",
        "delivery",
        ["issue_id", "not_before", "id"],
        sqlite_where=sa.text("state = 'deferred'"),
        postgresql_where=sa.text("state = 'deferred'"),
    )
    op.create_index(
        "ix_delivery_held",
        "delivery",
        ["claimed_by"],
        sqlite_where=sa.text("state IN ('claimed', 'intent')"),
        postgresql_where=sa.text("state IN ('claimed', 'intent')"),
    )
    op.create_index(
        "ix_delivery_queued",
        "delivery",
        ["issue_id", "id"],
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
