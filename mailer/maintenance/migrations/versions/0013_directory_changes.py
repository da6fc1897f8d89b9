"""The history of the directory; organisations that retired."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("because", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_change")),
    )
    op.create_index(op.f("ix_directory_change_at"), "directory_change", ["at"])
    op.create_index(
        op.f("ix_directory_change_kind_row_id"), "directory_change", ["kind", "row_id"]
    )
    op.add_column(
        "organisation",
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_column("organisation", "retired_at")
    op.drop_table("directory_change")
