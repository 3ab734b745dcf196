"""Bounces, complaints and unsubscribes by mail; taken webhooks; mailboxes; the deliveries of one person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
KINDS = "'bounce_hard', 'bounce_soft', 'bounce_policy', 'complaint', 'unsubscribe', 'delayed', 'delivered'"


def upgrade() -> None:
    op.create_table(
        "mail_event",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("issue_id", ID),
        sa.Column("subscriber_id", ID),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("diagnostic", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_mail_event_kind")),
        sa.CheckConstraint(
            "trust IN ('token', 'message_id', 'signed', 'smtp', 'none')", name=op.f("ck_mail_event_trust")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_mail_event_issue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mail_event"),
        sa.UniqueConstraint("fingerprint", name="uq_mail_event_fingerprint"),
    )
    op.create_index("ix_mail_event_issue_id_subscriber_id", "mail_event", ["issue_id", "subscriber_id"])
    op.create_index("ix_mail_event_key_at", "mail_event", ["key", "at"])
    op.create_table(
        "hook_nonce",
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("hook", "nonce", name="pk_hook_nonce"),
    )
    op.create_table(
        "mailbox",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("validity", ID, server_default="0", nullable=False),
        sa.Column("uid", ID, server_default="0", nullable=False),
        sa.Column("looked_at", TIME),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_mailbox"),
    )
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
