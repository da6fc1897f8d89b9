"""The months whose anchor of the record was mailed."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "anchor_mail",
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("tried_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_anchor_mail")),
    )


def downgrade() -> None:
    op.drop_table("anchor_mail")
