"""Lists that are read again, and who was on each."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_sources()
    _add_members()


def _add_sources() -> None:
    op.create_table(
        "list_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("encoding", sa.String(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("said", sa.String(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_source")),
        sa.UniqueConstraint("name", name=op.f("uq_list_source_name")),
    )


def _add_members() -> None:
    op.create_table(
        "list_member",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["list_source.id"],
            name=op.f("fk_list_member_source_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_list_member_contact_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("source_id", "contact_id", name=op.f("pk_list_member")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_list_member_contact_id"), "list_member", ["contact_id"])


def downgrade() -> None:
    op.drop_table("list_member")
    op.drop_table("list_source")
