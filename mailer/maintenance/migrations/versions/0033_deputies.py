"""Deputies of approvers, in whose place one approved, and sign-offs of translations."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_NAME = sa.String(60)
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("approval") as approval:
        approval.add_column(sa.Column("on_behalf", _NAME, nullable=True))
    op.create_table(
        "deputy",
        sa.Column("user", _NAME, nullable=False),
        sa.Column("deputy", _NAME, nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name],
                ["unit_user.name"],
                name=op.f(f"fk_deputy_{name}"),
                ondelete="CASCADE",
            )
            for name in ("user", "deputy")
        ),
        sa.PrimaryKeyConstraint("user", "deputy", name=op.f("pk_deputy")),
    )
    op.create_index(op.f("ix_deputy_deputy"), "deputy", ["deputy"])
    op.create_table(
        "sign_off",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("by", _NAME, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_sign_off_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "language", name=op.f("pk_sign_off")),
    )


def downgrade() -> None:
    op.drop_table("sign_off")
    op.drop_table("deputy")
    with op.batch_alter_table("approval") as approval:
        approval.drop_column("on_behalf")
