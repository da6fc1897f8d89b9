"""An approval keeps the saved segments of its rules; a draft has no time."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval", sa.Column("segments", sa.JSON(), nullable=True))
    campaign = sa.table("campaign", sa.column("state"), sa.column("at"))
    op.execute(campaign.update().where(campaign.c.state == "draft").values(at=None))


def downgrade() -> None:
    op.drop_column("approval", "segments")
