"""How many approvers a letter type asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("approval") as approval:
        approval.add_column(sa.Column("needed", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("approval") as approval:
        approval.drop_column("needed")
