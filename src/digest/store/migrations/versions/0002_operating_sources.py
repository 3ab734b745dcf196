"""Paused sources, an editor's marks, withdrawn articles, likeness, repeated lines, checked images, kept summaries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("source", sa.Column("paused_at", TIME))
    op.add_column("source", sa.Column("paused_by", sa.Text(), server_default="", nullable=False))
    op.add_column("source", sa.Column("paused_note", sa.Text(), server_default="", nullable=False))
    op.add_column("article", sa.Column("withdrawn_at", TIME))
    op.add_column("article", sa.Column("shingles", sa.LargeBinary()))
    op.create_table(
        "article_shingle",
        sa.Column("shingle", sa.BigInteger(), nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name="fk_article_shingle_article_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("shingle", "article_id", name="pk_article_shingle"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_article_shingle_article_id", "article_shingle", ["article_id"])
    op.create_table(
        "article_mark",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("article_id", ID, nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("undone_at", TIME),
        sa.Column("undone_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('pin', 'exclude')", name=op.f("ck_article_mark_kind")),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_mark_article_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_article_mark"),
    )
    op.create_index("ix_article_mark_article_id", "article_mark", ["article_id"])
    op.create_table(
        "source_line",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_source_line_source_id"),
        sa.PrimaryKeyConstraint("source_id", "line", name="pk_source_line"),
    )
    op.create_table(
        "image_check",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("type", sa.Text(), server_default="", nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("bytes", ID),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_image_check"),
    )
    op.create_table(
        "summary_cache",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_summary_cache"),
    )
