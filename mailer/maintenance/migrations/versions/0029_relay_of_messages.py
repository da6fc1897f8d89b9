"""The relay that had a message last."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("relay", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("message", "relay")
