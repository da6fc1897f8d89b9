"""Organisations, contacts, consent and suppressions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _state()
    _suppression()
    _suppression_event()
    _suppression_event_indexes()
    _theme()
    _topic()
    _organisation()
    _organisation_indexes()
    _contact()
    _contact_indexes()
    _organisation_country()
    _organisation_country_indexes()
    _organisation_field()
    _consent()
    _consent_indexes()
    _subscription()


def downgrade() -> None:
    for table in (
        "subscription",
        "consent",
        "organisation_field",
        "organisation_country",
        "contact",
        "organisation",
        "topic",
        "theme",
        "suppression_event",
        "suppression",
        "state",
    ):
        op.drop_table(table)


def _state() -> None:
    op.create_table(
        "state",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("region", sa.String(length=3), nullable=False),
        sa.Column("electoral_group", sa.String(length=3), nullable=True),
        sa.Column("membership", sa.String(length=9), nullable=False),
        sa.Column("languages", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_state")),
    )


def _suppression() -> None:
    op.create_table(
        "suppression",
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_suppression")),
    )


def _suppression_event() -> None:
    op.create_table(
        "suppression_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression_event")),
    )


def _suppression_event_indexes() -> None:
    op.create_index(
        op.f("ix_suppression_event_address_key"),
        "suppression_event",
        ["address_key"],
        unique=False,
    )


def _theme() -> None:
    op.create_table(
        "theme",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("sectors", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_theme")),
    )


def _topic() -> None:
    op.create_table(
        "topic",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("rhythms", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_topic")),
    )


def _organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("acronym", sa.String(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("languages", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["country"], ["state.code"], name=op.f("fk_organisation_country")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
    )


def _organisation_indexes() -> None:
    op.create_index(
        op.f("ix_organisation_country"), "organisation", ["country"], unique=False
    )
    op.create_index(
        op.f("ix_organisation_kind_status_id"),
        "organisation",
        ["kind", "status", "id"],
        unique=False,
    )


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("address_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(length=60), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_contact_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )


def _contact_indexes() -> None:
    op.create_index(
        op.f("ix_contact_address_key"), "contact", ["address_key"], unique=True
    )
    op.create_index(
        op.f("ix_contact_import_id"), "contact", ["import_id"], unique=False
    )
    op.create_index(
        op.f("ix_contact_organisation_id_roles_id"),
        "contact",
        ["organisation_id", "roles", "id"],
        unique=False,
    )


def _organisation_country() -> None:
    op.create_table(
        "organisation_country",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=10), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["country"], ["state.code"], name=op.f("fk_organisation_country_country")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_country_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "relation",
            "country",
            name=op.f("pk_organisation_country"),
        ),
        sqlite_with_rowid=False,
    )


def _organisation_country_indexes() -> None:
    op.create_index(
        op.f("ix_organisation_country_country"),
        "organisation_country",
        ["country"],
        unique=False,
    )


def _organisation_field() -> None:
    op.create_table(
        "organisation_field",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_field_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id", "field", name=op.f("pk_organisation_field")
        ),
        sqlite_with_rowid=False,
    )


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_consent_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic"], ["topic.code"], name=op.f("fk_consent_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )


def _consent_indexes() -> None:
    op.create_index(
        op.f("ix_consent_contact_id"), "consent", ["contact_id"], unique=False
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_subscription_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["topic"], ["topic.code"], name=op.f("fk_subscription_topic")
        ),
        sa.PrimaryKeyConstraint("contact_id", "topic", name=op.f("pk_subscription")),
        sqlite_with_rowid=False,
    )
