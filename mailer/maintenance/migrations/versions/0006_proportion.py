"""Faults by their class, counts of attempts, and logins that were refused."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _delivery_fault()
    _attempt_count()
    _login_attempt()


def downgrade() -> None:
    for table in ("login_attempt", "attempt_count", "delivery_fault"):
        op.drop_table(table)


def _delivery_fault() -> None:
    op.create_table(
        "delivery_fault",
        sa.Column("message_number", BIG, autoincrement=False, nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("relay", sa.String(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_number"],
            ["message.id"],
            name=op.f("fk_delivery_fault_message_number"),
        ),
        sa.PrimaryKeyConstraint("message_number", name=op.f("pk_delivery_fault")),
    )
    op.create_index(
        "ix_delivery_fault_place", "delivery_fault", ["campaign_id", "place"]
    )
    op.create_index(
        op.f("ix_delivery_fault_address_key"), "delivery_fault", ["address_key"]
    )


def _attempt_count() -> None:
    op.create_table(
        "attempt_count",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_attempt_count_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "worker_id", name=op.f("pk_attempt_count")
        ),
    )


def _login_attempt() -> None:
    op.create_table(
        "login_attempt",
        sa.Column("relay", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("relay", "digest", name=op.f("pk_login_attempt")),
    )
