"""How the list of a source is read: its mapping, preset, repair and strictness."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("list_source") as table:
        table.add_column(sa.Column("mapping", sa.JSON(), nullable=True))
        table.add_column(sa.Column("preset", sa.String(), nullable=True))
        for name in ("repair", "strict"):
            table.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )


def downgrade() -> None:
    with op.batch_alter_table("list_source") as table:
        for name in ("strict", "repair", "preset", "mapping"):
            table.drop_column(name)
