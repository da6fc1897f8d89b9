"""Functions, telephones, postal addresses, web sites, tags, notes, second addresses.

Also the keys that addresses had under the former rule: those of suppressions here,
those of contacts when the store's key is known (`audiences/people/former_keys.py`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
OF_ORGANISATIONS = ("telephones", "postal_address", "website")


def upgrade() -> None:
    for table in ("contact", "membership"):
        op.add_column(table, sa.Column("function", sa.String(), nullable=True))
    for name in OF_ORGANISATIONS:
        op.add_column("organisation", sa.Column(name, sa.String(), nullable=True))
    _of_contact(
        "contact_details",
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in (*OF_ORGANISATIONS, "notes")
        ),
    )
    _of_contact(
        "contact_tag",
        sa.Column("tag", sa.String(60), nullable=False),
        key="tag",
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_contact_tag_tag"), "contact_tag", ["tag"])
    _of_contact(
        "second_address",
        sa.Column("address_key", sa.LargeBinary(16), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        key="address_key",
    )
    op.create_index(
        op.f("ix_second_address_address_key"), "second_address", ["address_key"]
    )
    _keep_former_keys()


def _keep_former_keys() -> None:
    op.create_table(
        "former_key",
        sa.Column("address_key", sa.LargeBinary(16), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_former_key_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("address_key", name=op.f("pk_former_key")),
    )
    op.create_index(op.f("ix_former_key_contact_id"), "former_key", ["contact_id"])
    op.execute(
        "INSERT INTO former_key (address_key) SELECT address_key FROM suppression"
    )


def _of_contact(
    name: str,
    *columns: sa.Column[str] | sa.Column[bytes],
    key: str | None = None,
    **options: bool,
) -> None:
    """Create a table whose rows belong to a contact and are deleted with it."""
    op.create_table(
        name,
        sa.Column("contact_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f(f"fk_{name}_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            *filter(None, ("contact_id", key)), name=op.f(f"pk_{name}")
        ),
        **options,
    )


def downgrade() -> None:
    for table in ("former_key", "second_address", "contact_tag", "contact_details"):
        op.drop_table(table)
    for name in OF_ORGANISATIONS:
        op.drop_column("organisation", name)
    for table in ("membership", "contact"):
        op.drop_column(table, "function")
