"""Up to which row the record was cut; the triggers let these rows go, and no others."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
REFUSAL = "rows of the record are only added"
WHEN_CUT = "EXISTS (SELECT 1 FROM record_cut WHERE through >= OLD.number)"


def upgrade() -> None:
    op.create_table(
        "record_cut",
        sa.Column("through", NUMBER, nullable=False, autoincrement=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("through", name=op.f("pk_record_cut")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _upgrade_sqlite()
    else:
        _upgrade_postgresql()


def _upgrade_sqlite() -> None:
    op.execute("DROP TRIGGER record_no_delete")
    op.execute(
        "CREATE TRIGGER record_no_delete BEFORE DELETE ON record"
        f" WHEN NOT {WHEN_CUT}"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER record_cut_no_{act.lower()} BEFORE {act} ON record_cut"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    op.execute(
        "CREATE TRIGGER record_cut_no_replace BEFORE INSERT ON record_cut"  # noqa: S608 (names of our own)
        " WHEN EXISTS (SELECT 1 FROM record_cut WHERE through = NEW.through)"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    )


def _upgrade_postgresql() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION liaison_only_cut() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'DELETE' AND {WHEN_CUT} THEN RETURN OLD; END IF;"
        f" RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute("DROP TRIGGER record_no_rows ON record")
    op.execute(
        "CREATE TRIGGER record_no_rows BEFORE UPDATE OR DELETE ON record"
        " FOR EACH ROW EXECUTE FUNCTION liaison_only_cut()"
    )
    op.execute(
        "CREATE TRIGGER record_cut_no_rows BEFORE UPDATE OR DELETE ON record_cut"
        " FOR EACH ROW EXECUTE FUNCTION liaison_only_added()"
    )
    op.execute(
        "CREATE TRIGGER record_cut_no_truncate BEFORE TRUNCATE ON record_cut"
        " FOR EACH STATEMENT EXECUTE FUNCTION liaison_only_added()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER record_no_delete")
        op.execute(
            "CREATE TRIGGER record_no_delete BEFORE DELETE ON record"
            f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
    else:
        op.execute("DROP TRIGGER record_no_rows ON record")
        op.execute(
            "CREATE TRIGGER record_no_rows BEFORE UPDATE OR DELETE ON record"
            " FOR EACH ROW EXECUTE FUNCTION liaison_only_added()"
        )
        op.execute("DROP FUNCTION liaison_only_cut()")
    op.drop_table("record_cut")
