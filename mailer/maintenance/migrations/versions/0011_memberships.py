"""Further memberships of contacts, kept by messages; codes compared without case."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_membership_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_membership_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "contact_id",
            "organisation_id",
            name=op.f("uq_membership_contact_id_organisation_id"),
        ),
    )
    op.create_index(
        op.f("ix_membership_organisation_id"), "membership", ["organisation_id"]
    )
    op.create_index(op.f("ix_membership_import_id"), "membership", ["import_id"])
    _fold_codes()
    op.add_column("message", sa.Column("organisation_id", sa.Integer(), nullable=True))


def _fold_codes() -> None:
    # the default stays: without one, SQLite adds no column that is never null
    op.add_column(
        "organisation",
        sa.Column("code_key", sa.String(80), nullable=False, server_default=""),
    )
    organisation = sa.table(
        "organisation", sa.column("id"), sa.column("code"), sa.column("code_key")
    )
    folded = sa.func.lower(organisation.c.code)
    op.execute(organisation.update().values(code_key=folded))
    # lower() of SQLite knows ASCII only
    connection = op.get_bind()
    for number, code in connection.execute(
        sa.select(organisation.c.id, organisation.c.code)
    ).all():
        if not code.isascii():
            key = unicodedata.normalize("NFKC", code).casefold()
            connection.execute(
                organisation.update()
                .where(organisation.c.id == number)
                .values(code_key=key)
            )
    op.create_index(op.f("ix_organisation_code_key"), "organisation", ["code_key"])


def downgrade() -> None:
    op.drop_index(op.f("ix_organisation_code_key"), "organisation")
    op.drop_column("organisation", "code_key")
    op.drop_column("message", "organisation_id")
    op.drop_table("membership")
