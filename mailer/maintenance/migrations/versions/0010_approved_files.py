"""An approval keeps the files of its templates."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval", sa.Column("files", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("approval", "files")
