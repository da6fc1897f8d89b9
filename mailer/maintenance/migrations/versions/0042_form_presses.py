"""The forms of the console that were pressed lately, and their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_press",
        sa.Column("form", sa.LargeBinary(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(2000), nullable=True),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_form_press")),
    )
    op.create_index(op.f("ix_form_press_at"), "form_press", ["at"])


def downgrade() -> None:
    op.drop_table("form_press")
