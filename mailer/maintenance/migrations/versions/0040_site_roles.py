"""Roles of contacts that a site added, renamed or retired."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_role",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("bit", sa.Integer(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_contact_role")),
        sa.UniqueConstraint("bit", name=op.f("uq_contact_role_bit")),
    )


def downgrade() -> None:
    op.drop_table("contact_role")
