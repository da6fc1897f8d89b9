"""Cadences of series by rules, and when their next slots are to be made."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("series") as series:
        series.add_column(sa.Column("rule", sa.JSON(), nullable=True))
        series.add_column(sa.Column("event_day", sa.Date(), nullable=True))
        series.add_column(
            sa.Column("renew_at", sa.DateTime(timezone=True), nullable=True)
        )
        series.create_index(op.f("ix_series_renew_at"), ["renew_at"])
    op.create_index(op.f("ix_occurrence_due_at"), "occurrence", ["due_at"])
    op.create_index(
        "ix_occurrence_open",
        "occurrence",
        ["due_at"],
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    # the first tick makes the slots of every series
    op.execute(sa.text("UPDATE series SET renew_at = created_at"))


def downgrade() -> None:
    op.drop_index("ix_occurrence_open", table_name="occurrence")
    op.drop_index(op.f("ix_occurrence_due_at"), table_name="occurrence")
    with op.batch_alter_table("series") as series:
        series.drop_index(op.f("ix_series_renew_at"))
        series.drop_column("renew_at")
        series.drop_column("event_day")
        series.drop_column("rule")
