"""The record of acts, which only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFUSAL = "rows of the record are only added"
# table → what its triggers refuse; an erasure removes personal parts, and a merger
# changes the holder of a key
REFUSED = {
    "record": ("UPDATE", "DELETE"),
    "record_personal": ("UPDATE",),
}


def upgrade() -> None:
    _add_record()
    _add_persons()
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if not on_sqlite:
        _add_function()
    for table, acts in REFUSED.items():
        if on_sqlite:
            _refuse_on_sqlite(table, acts)
        else:
            _refuse_on_postgresql(table, (*acts, "TRUNCATE"))


def _add_record() -> None:
    op.create_table(
        "record",
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.String(60), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record")),
    )
    op.create_index(op.f("ix_record_about"), "record", ["about"])
    op.create_index(op.f("ix_record_by"), "record", ["by"])


def _add_persons() -> None:
    op.create_table(
        "record_person",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("holder", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_record_person")),
    )
    op.create_index(op.f("ix_record_person_holder"), "record_person", ["holder"])
    op.create_table(
        "record_personal",
        sa.Column("number", NUMBER, nullable=False, autoincrement=False),
        sa.Column("person", sa.String(80), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_record_personal")),
    )
    op.create_index(op.f("ix_record_personal_person"), "record_personal", ["person"])


def _refuse_on_sqlite(table: str, acts: tuple[str, ...]) -> None:
    for act in acts:
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    # REPLACE deletes a row without its trigger
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"  # noqa: S608 (names of our own tables)
        f" WHEN EXISTS (SELECT 1 FROM {table} WHERE number = NEW.number)"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _add_function() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION liaison_only_added() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{REFUSAL}'; END $$"
    )


def _refuse_on_postgresql(table: str, acts: tuple[str, ...]) -> None:
    # a trigger for each row: a move clears the empty tables of a new store
    rows = " OR ".join(each for each in acts if each != "TRUNCATE")
    for name, events, level in (
        ("rows", rows, "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {events} ON {table}"
            f" FOR EACH {level} EXECUTE FUNCTION liaison_only_added()"
        )


def downgrade() -> None:
    for table in ("record_personal", "record_person", "record"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION liaison_only_added()")
