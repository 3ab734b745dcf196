"""The domain of each delivery, beside its place in the queue; what a worker sends, and whose run it is part of."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.add_column("worker", sa.Column("run_id", ID))
    op.add_column("worker", sa.Column("issue_id", ID))
    op.add_column("delivery", sa.Column("domain", sa.Text(), server_default="", nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE delivery SET domain = substr(key, instr(key, '@') + 1)")
    else:
        op.execute("UPDATE delivery SET domain = split_part(key, '@', 2)")
    op.drop_index("ix_delivery_queued", "delivery")
    op.create_index(
        "ix_delivery_queued",
        "delivery",
        ["issue_id", "id", "domain"],
        sqlite_where=QUEUED,
        postgresql_where=QUEUED,
    )
