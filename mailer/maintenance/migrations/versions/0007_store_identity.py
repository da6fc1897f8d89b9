"""Gives the store an identity: epoch, former epochs, stop, and a counter."""

import os

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EPOCH = sa.LargeBinary(4)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    identity = _identity()
    op.create_table(
        "store_epoch",
        sa.Column("epoch", EPOCH, nullable=False),
        sa.Column("until_number", BIG, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_store_epoch")),
    )
    beat = op.create_table(
        "store_beat",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beat", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_beat")),
    )
    message = sa.table("message", sa.column("id"))
    highest = sa.select(sa.func.coalesce(sa.func.max(message.c.id), 0))
    op.execute(
        identity.insert().values(
            id=1, epoch=os.urandom(4), legacy_until=highest.scalar_subquery()
        )
    )
    op.execute(beat.insert().values(id=1, beat=0))


def downgrade() -> None:
    for table in ("store_beat", "store_epoch", "store_identity"):
        op.drop_table(table)


def _identity() -> sa.Table:
    return op.create_table(
        "store_identity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("epoch", EPOCH, nullable=False),
        sa.Column("legacy_until", BIG, nullable=False),
        sa.Column("address_check", sa.LargeBinary(16), nullable=True),
        sa.Column("restored_at", INSTANT, nullable=True),
        sa.Column("resumed_at", INSTANT, nullable=True),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("stopped_by", sa.String(), nullable=True),
        sa.Column("stopped_because", sa.String(), nullable=True),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_identity")),
    )
