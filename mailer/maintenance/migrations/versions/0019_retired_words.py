"""The day on which a topic or theme was retired."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("topic", "theme"):
        column = sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True)
        op.add_column(table, column)


def downgrade() -> None:
    for table in ("topic", "theme"):
        op.drop_column(table, "retired_at")
