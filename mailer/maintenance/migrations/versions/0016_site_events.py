"""Who stopped a site, and who let it send again."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "site_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_event")),
    )


def downgrade() -> None:
    op.drop_table("site_event")
