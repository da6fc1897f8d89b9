"""Renames tables, columns and an act whose names had two meanings."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (  # before, after
    ("state", "country"),
    ("plan", "release_plan"),
    ("translated_entry", "translated_unit"),
)
COLUMNS = (  # table, before, after
    ("message_event", "message_id", "message_number"),
    ("campaign", "late_hours", "too_late_hours"),
    ("entry_proposal", "verdict", "decision"),
    ("route", "state_languages", "country_languages"),
)
ACTS = (("held", "expired"),)  # on campaigns


def upgrade() -> None:
    _rename(TABLES, COLUMNS)
    _acts(ACTS)


def downgrade() -> None:
    _rename(
        [(after, before) for before, after in TABLES],
        [(table, after, before) for table, before, after in COLUMNS],
    )
    _acts([(after, before) for before, after in ACTS])


def _rename(
    tables: Iterable[tuple[str, str]], columns: Iterable[tuple[str, str, str]]
) -> None:
    for before, after in tables:
        op.rename_table(before, after)
        _constraint(after, f"pk_{before}", f"pk_{after}")
    for table, before, after in columns:
        op.alter_column(table, before, new_column_name=after)
        if table == "message_event":
            op.drop_index(f"ix_{table}_{before}", table)
            op.create_index(f"ix_{table}_{after}", table, [after])


def _constraint(table: str, before: str, after: str) -> None:
    """Rename a constraint; on SQLite it keeps its name, which nothing refers to."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}")


def _acts(acts: Iterable[tuple[str, str]]) -> None:
    event = sa.table("campaign_event", sa.column("act"))
    for before, after in acts:
        op.execute(event.update().where(event.c.act == before).values(act=after))
