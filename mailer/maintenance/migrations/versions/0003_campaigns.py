"""Campaigns, approvals, letters and series."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _campaign()
    _reference_series()
    _series()
    _unit_user()
    _approval()
    _approval_indexes()
    _campaign_event()
    _campaign_event_indexes()
    _campaign_text()
    _translated_entry()
    _letter()
    _occurrence()
    _approved_reader()


def downgrade() -> None:
    for table in (
        "approved_reader",
        "occurrence",
        "letter",
        "translated_entry",
        "campaign_text",
        "campaign_event",
        "approval",
        "unit_user",
        "series",
        "reference_series",
        "campaign",
    ):
        op.drop_table(table)


def _carried() -> tuple[sa.Column[object], ...]:
    """Return the columns of what a campaign's letters carry."""
    return (
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("shows_entry", sa.Boolean(), nullable=False),
        sa.Column("event", sa.JSON(none_as_null=True), nullable=True),
    )


def _referenced() -> tuple[sa.Column[object], ...]:
    """Return the columns of a campaign's reference."""
    return (
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reference_pattern", sa.String(), nullable=True),
        sa.Column("reference_year", sa.Integer(), nullable=True),
        sa.Column("reference_number", sa.Integer(), nullable=True),
    )


def _campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("on_demand", sa.Boolean(), nullable=False),
        *_referenced(),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("author", sa.String(length=60), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("default_language", sa.String(length=20), nullable=False),
        sa.Column("fallbacks", sa.JSON(), nullable=False),
        sa.Column("per_block", sa.JSON(), nullable=False),
        sa.Column("block_rules", sa.JSON(), nullable=False),
        sa.Column("block_firsts", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        *_carried(),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_from", sa.String(length=5), nullable=True),
        sa.Column("window_until", sa.String(length=5), nullable=True),
        sa.Column("window_zone", sa.String(length=60), nullable=True),
        sa.Column("late_hours", sa.Double(), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_because", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
    )


def _reference_series() -> None:
    op.create_table(
        "reference_series",
        sa.Column("pattern", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pattern", "year", name=op.f("pk_reference_series")),
    )


def _series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("cadence", sa.String(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("name", name=op.f("uq_series_name")),
    )


def _unit_user() -> None:
    op.create_table(
        "unit_user",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("approver", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_unit_user")),
    )


def _approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_approval_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )


def _approval_indexes() -> None:
    op.create_index(
        op.f("ix_approval_campaign_id"), "approval", ["campaign_id"], unique=False
    )


def _campaign_event() -> None:
    op.create_table(
        "campaign_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_event_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_event")),
    )


def _campaign_event_indexes() -> None:
    op.create_index(
        op.f("ix_campaign_event_campaign_id"),
        "campaign_event",
        ["campaign_id"],
        unique=False,
    )


def _campaign_text() -> None:
    op.create_table(
        "campaign_text",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_text_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "language", name=op.f("pk_campaign_text")
        ),
    )


def _translated_entry() -> None:
    op.create_table(
        "translated_entry",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("context", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_translated_entry_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "language", "context", name=op.f("pk_translated_entry")
        ),
    )


def _letter() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("wanted", sa.String(length=20), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("skeleton", sa.LargeBinary(), nullable=False),
        sa.Column("template_digest", sa.String(length=64), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_letter_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("campaign_id", "id", name=op.f("uq_letter_campaign_id_id")),
        sa.UniqueConstraint(
            "campaign_id",
            "language",
            "wanted",
            "variant",
            name=op.f("uq_letter_campaign_id_language_wanted_variant"),
        ),
    )


def _occurrence() -> None:
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_occurrence_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_occurrence_series_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("campaign_id", name=op.f("uq_occurrence_campaign_id")),
        sa.UniqueConstraint(
            "series_id", "slot", name=op.f("uq_occurrence_series_id_slot")
        ),
    )


def _approved_reader() -> None:
    op.create_table(
        "approved_reader",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_approved_reader_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_approved_reader_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "contact_id", name=op.f("pk_approved_reader")
        ),
        sqlite_with_rowid=False,
    )
