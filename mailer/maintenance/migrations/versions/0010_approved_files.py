"""An approval keeps the files of its templates, and its readers by kind; it may end."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ("files", "readers")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("approval", sa.Column(name, sa.JSON(), nullable=True))
    until = sa.Column("until", sa.DateTime(timezone=True), nullable=True)
    op.add_column("approval", until)


def downgrade() -> None:
    for name in (*COLUMNS, "until"):
        op.drop_column("approval", name)
