"""Waves, each with messages of its own; errata, with kept lists; acts on the site.

The ledger has one row per campaign, wave and contact. SQLite changes no constraint of a
table, so the table is made again there, as https://www.sqlite.org/lang_altertable.html
says: foreign keys must be off, which mailer.maintenance.schema does.
"""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BEFORE = {
    "uq_message_contact_id_campaign_id": ("contact_id", "campaign_id"),
    "uq_message_campaign_id_address_key": ("campaign_id", "address_key"),
}
AFTER = {
    "uq_message_contact_id_campaign_id_wave": ("contact_id", "campaign_id", "wave"),
    "uq_message_campaign_id_address_key_wave": ("campaign_id", "address_key", "wave"),
}


def upgrade() -> None:
    # the defaults stay: without one, SQLite adds no column that is never null
    for table in ("message", "release_plan"):
        op.add_column(
            table,
            sa.Column("wave", sa.SmallInteger(), nullable=False, server_default="1"),
        )
    op.add_column(
        "release_plan",
        sa.Column("joiners", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _replace(BEFORE, AFTER)
    _add_waves()
    _add_errata()
    _add_history()


def _add_history() -> None:
    op.add_column("suppression_event", sa.Column("by", sa.String(60), nullable=True))
    op.add_column("imported_file", sa.Column("undone_by", sa.String(), nullable=True))
    op.create_table(
        "site_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_event")),
    )
    op.create_index(op.f("ix_site_event_at"), "site_event", ["at"])


def _add_errata() -> None:
    op.add_column("campaign", sa.Column("corrects", sa.Integer(), nullable=True))
    op.create_table(
        "kept_contact",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_kept_contact_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("name", "contact_id", name=op.f("pk_kept_contact")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_kept_contact_contact_id"), "kept_contact", ["contact_id"])


def _add_waves() -> None:
    op.create_table(
        "campaign_wave",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joiners", sa.Boolean(), nullable=False),
        sa.Column("readers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_wave_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "number", name="pk_campaign_wave"),
    )


def downgrade() -> None:
    """Return to one row per campaign and contact; refused if there are waves."""
    op.drop_table("site_event")
    op.drop_column("imported_file", "undone_by")
    op.drop_column("suppression_event", "by")
    op.drop_table("kept_contact")
    op.drop_column("campaign", "corrects")
    op.drop_table("campaign_wave")
    _replace(AFTER, BEFORE)
    op.drop_column("release_plan", "joiners")
    for table in ("release_plan", "message"):
        op.drop_column(table, "wave")


def _replace(
    before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]
) -> None:
    """Replace the unique constraints of the ledger."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for name in before:
            op.drop_constraint(op.f(name), "message", type_="unique")
        for name, columns in after.items():
            op.create_unique_constraint(op.f(name), "message", list(columns))
        return
    if connection.exec_driver_sql("pragma foreign_keys").scalar():
        rows = connection.execute(sa.text("select 1 from message limit 1")).first()
        if rows is not None:
            raise RuntimeError("a ledger with rows is changed without foreign keys")
    with op.batch_alter_table("message", recreate="always") as batch:
        for name in before:
            batch.drop_constraint(op.f(name), type_="unique")
        for name, columns in after.items():
            batch.create_unique_constraint(op.f(name), list(columns))
