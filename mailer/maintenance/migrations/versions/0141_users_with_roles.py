"""Users with roles; a history of users and words. Who acted keeps the right to."""

import sqlalchemy as sa
from alembic import op

revision = "0141"
down_revision = "0014"
branch_labels = None
depends_on = None

# role → table, the column with the user, and the acts that need the role
_USED = {
    "author": ("campaign_event", "by", ("imported", "edited", "tested")),
    "translator": ("campaign_event", "by", ("translated",)),
    "sender": (
        "campaign_event",
        "by",
        ("scheduled", "unscheduled", "released", "resumed", "cancelled"),
    ),
    "steward": ("imported_file", "by", None),
    "operator": ("store_identity", "stopped_by", None),
}
_ALSO_STEWARDS = (
    ("directory_change", "by"),
    ("entry_proposal", "settled_by"),
    ("list_source", "added_by"),
)


def upgrade() -> None:
    _add_history()
    for name, kind in (
        ("shown", sa.String()),
        ("address", sa.String()),
        ("language", sa.String(20)),
        ("zone", sa.String(60)),
        ("disabled_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("unit_user", sa.Column(name, kind, nullable=True))
    # defaults stay: without one, SQLite adds no column that is never null
    op.add_column(
        "unit_user", sa.Column("roles", sa.JSON(), nullable=False, server_default="{}")
    )
    long_ago = sa.text("'1970-01-01 00:00:00+00:00'")
    op.add_column(
        "unit_user",
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=long_ago,
        ),
    )
    _give_roles()
    op.drop_column("unit_user", "approver")


def _add_history() -> None:
    op.create_table(
        "data_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("code", sa.String(80), nullable=False),
        sa.Column("act", sa.String(12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("because", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_change")),
    )
    op.create_index(op.f("ix_data_change_kind_code"), "data_change", ["kind", "code"])
    op.create_index(op.f("ix_data_change_at"), "data_change", ["at"])


def _give_roles() -> None:
    """Give each user the roles they used; the first one also those no user used.

    The first user is admin. So what could be done before the upgrade still can.
    """
    connection = op.get_bind()
    user = sa.table(
        "unit_user",
        sa.column("name", sa.String()),
        sa.column("approver", sa.Boolean()),
        sa.column("added_at", sa.DateTime(timezone=True)),
        sa.column("updated_at", sa.DateTime(timezone=True)),
        sa.column("roles", sa.JSON()),
    )
    connection.execute(user.update().values(updated_at=user.c.added_at))
    rows = connection.execute(
        sa.select(user.c.name, user.c.approver).order_by(user.c.added_at, user.c.name)
    ).all()
    used = {role: _users_of(*place) for role, place in _USED.items()}
    for table, column in _ALSO_STEWARDS:
        used["steward"] |= _users_of(table, column, None)
    names = {name for name, _ in rows}
    for place, (name, approves) in enumerate(rows):
        first = place == 0
        held = [role for role, by in used.items() if name in by]
        held += [role for role, by in used.items() if first and not by & names]
        held += ["approver"] if approves else []
        held += ["admin"] if first else []
        roles: dict[str, dict[str, str]] = {role: {} for role in held or ["viewer"]}
        connection.execute(user.update().where(user.c.name == name).values(roles=roles))


def _users_of(table: str, column: str, acts: tuple[str, ...] | None) -> set[str]:
    """Return the names in a column, of rows with one of these acts."""
    who, act = sa.column(column, sa.String()), sa.column("act", sa.String())
    query = sa.select(who).select_from(sa.table(table)).distinct()
    if acts is not None:
        query = query.where(act.in_(acts))
    return {name for (name,) in op.get_bind().execute(query) if name}


def downgrade() -> None:
    op.add_column(
        "unit_user",
        sa.Column("approver", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for name in (
        *("shown", "address", "language", "zone"),
        *("disabled_at", "roles", "updated_at"),
    ):
        op.drop_column("unit_user", name)
    op.drop_table("data_change")
