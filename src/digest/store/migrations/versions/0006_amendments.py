"""Corrections in mid-send: numbered renditions, what each says, and rows that must be repeated as they were."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("issue_rendition", sa.Column("number", sa.Integer(), server_default="1", nullable=False))
    op.add_column("delivery", sa.Column("in_doubt", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "issue_amendment",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("dropped", JSON, nullable=False),
        sa.Column("moved", ID, nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_issue_amendment_issue_id"),
        sa.PrimaryKeyConstraint("issue_id", "number", name="pk_issue_amendment"),
    )
