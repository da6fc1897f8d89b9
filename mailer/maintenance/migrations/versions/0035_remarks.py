"""Remarks on blocks of a letter, and who is writing in it."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "campaign_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("block", sa.String(80), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("settled_by", sa.String(60), nullable=True),
        sa.Column("settled_at", moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_remark_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_remark")),
    )
    op.create_index(
        op.f("ix_campaign_remark_campaign_id"), "campaign_remark", ["campaign_id"]
    )
    op.create_table(
        "campaign_presence",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(60), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_presence_campaign_id_campaign"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "user", name=op.f("pk_campaign_presence")
        ),
    )


def downgrade() -> None:
    op.drop_table("campaign_presence")
    op.drop_table("campaign_remark")
