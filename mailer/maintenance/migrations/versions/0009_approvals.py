"""An approval keeps the saved segments that its rules refer to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval", sa.Column("segments", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("approval", "segments")
