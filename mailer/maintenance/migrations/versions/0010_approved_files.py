"""An approval keeps the files of its templates, and counts its readers; adds alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ("files", "readers")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("approval", sa.Column(name, sa.JSON(), nullable=True))
    until = sa.Column("until", sa.DateTime(timezone=True), nullable=True)
    op.add_column("approval", until)
    op.create_table(
        "slot_alert",
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_slot_alert_occurrence_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("occurrence_id", "stage", name=op.f("pk_slot_alert")),
    )


def downgrade() -> None:
    op.drop_table("slot_alert")
    for name in (*COLUMNS, "until"):
        op.drop_column("approval", name)
