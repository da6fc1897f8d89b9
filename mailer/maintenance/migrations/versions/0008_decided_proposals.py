"""Allows a further proposal of the same link once the earlier one is decided."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLE, COLUMNS = "entry_proposal", ["organisation_id", "source"]
BEFORE, AFTER = "uq_entry_proposal_organisation_id_source", "uq_entry_proposal_waiting"
WAITING = sa.text("decision is null")


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(BEFORE, type_="unique")
    op.create_index(
        AFTER,
        TABLE,
        COLUMNS,
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index(AFTER, TABLE)
    with op.batch_alter_table(TABLE) as batch:
        batch.create_unique_constraint(BEFORE, COLUMNS)
