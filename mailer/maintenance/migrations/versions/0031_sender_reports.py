"""Reports of other mail systems on mail in our name."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "sender_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("kind", sa.String(5), nullable=False),
        sa.Column("organisation", sa.String(100), nullable=False),
        sa.Column("domain", sa.String(100), nullable=False),
        sa.Column("begins", moment, nullable=False),
        sa.Column("ends", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("mails", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_report")),
        sa.UniqueConstraint("digest", name=op.f("uq_sender_report_digest")),
    )
    op.create_index(op.f("ix_sender_report_seen_at"), "sender_report", ["seen_at"])


def downgrade() -> None:
    op.drop_table("sender_report")
