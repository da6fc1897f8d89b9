"""Mails that came back."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OPEN = sa.text("decision is null and kind = 'bounce'")


NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _add_mails()
    _index_mails()
    _add_places()
    _add_answers()


def _add_mails() -> None:
    op.create_table(
        "feedback_mail",
        *_columns(),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_feedback_mail_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["message_number"],
            ["message.id"],
            name=op.f("fk_feedback_mail_message_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_mail")),
        sa.UniqueConstraint("digest", name=op.f("uq_feedback_mail_digest")),
    )


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("standing", sa.String(12), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("message_number", NUMBER, nullable=True),
        sa.Column("address_key", sa.LargeBinary(16), nullable=True),
        sa.Column("evidence", sa.String(40), nullable=True),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("permanence", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=True),
        sa.Column("decision", sa.String(12), nullable=True),
        sa.Column("settled_by", sa.String(60), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _index_mails() -> None:
    for name, columns in (
        ("ix_feedback_mail_seen_at", ["seen_at"]),
        ("ix_feedback_mail_message_number", ["message_number"]),
        ("ix_feedback_mail_address_key", ["address_key"]),
        ("ix_feedback_mail_campaign_id", ["campaign_id", "kind", "reason"]),
        ("ix_feedback_mail_standing", ["standing", "kind", "id"]),
    ):
        op.create_index(op.f(name), "feedback_mail", columns)
    op.create_index(
        op.f("ix_feedback_mail_open"),
        "feedback_mail",
        ["campaign_id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def _add_places() -> None:
    op.create_table(
        "mailbox_place",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("validity", NUMBER, nullable=False),
        sa.Column("last", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox_place")),
    )


def _add_answers() -> None:
    op.create_table(
        "event_answer",
        sa.Column("uid", sa.String(100), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_event_answer_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("uid", "contact_id", name=op.f("pk_event_answer")),
    )


def downgrade() -> None:
    op.drop_table("event_answer")
    op.drop_table("mailbox_place")
    op.drop_table("feedback_mail")
