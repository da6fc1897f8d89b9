"""Contacts whose mailbox is gone, and waves to those who follow them."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

GONE = sa.text("returned_at is null")


def upgrade() -> None:
    _add_lost_contacts()
    for column in ("organisation_id", "successor_id"):
        op.create_index(op.f(f"ix_lost_contact_{column}"), "lost_contact", [column])
    op.create_index(
        "uq_lost_contact_gone",
        "lost_contact",
        ["contact_id", "organisation_id"],
        unique=True,
        sqlite_where=GONE,
        postgresql_where=GONE,
    )
    for table in ("release_plan", "campaign_wave"):
        op.add_column(
            table,
            sa.Column(
                "successors", sa.Boolean(), nullable=False, server_default=sa.false()
            ),
        )


def _add_lost_contacts() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "lost_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(16), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("lent", sa.Integer(), nullable=False),
        sa.Column("sent_at", moment, nullable=True),
        sa.Column("returned_at", moment, nullable=True),
        sa.Column("draft", sa.Integer(), nullable=True),
        sa.Column("done_at", moment, nullable=True),
        sa.Column("done_by", sa.String(60), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_lost_contact_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_lost_contact_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["contact.id"],
            name=op.f("fk_lost_contact_successor_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lost_contact")),
    )


def downgrade() -> None:
    op.drop_column("campaign_wave", "successors")
    op.drop_column("release_plan", "successors")
    op.drop_table("lost_contact")
