"""Adds what a confirmation link confirms; keeps decided proposals as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
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
    op.create_table(
        "confirmation_wish",
        sa.Column("message_number", BIG, nullable=False),
        sa.Column("topic", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_number"],
            ["message.id"],
            name=op.f("fk_confirmation_wish_message_number"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic"], ["topic.code"], name=op.f("fk_confirmation_wish_topic")
        ),
        sa.PrimaryKeyConstraint(
            "message_number", "topic", name=op.f("pk_confirmation_wish")
        ),
    )


def downgrade() -> None:
    op.drop_table("confirmation_wish")
    op.drop_index(AFTER, TABLE)
    with op.batch_alter_table(TABLE) as batch:
        batch.create_unique_constraint(BEFORE, COLUMNS)
