"""The hour of readers at which the messages of a campaign go."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("reader_hour", sa.String(5), nullable=True))
    op.add_column("campaign", sa.Column("reader_quiet", sa.String(8), nullable=True))
    op.add_column("campaign", sa.Column("wave_hours", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("campaign", "wave_hours")
    op.drop_column("campaign", "reader_quiet")
    op.drop_column("campaign", "reader_hour")
