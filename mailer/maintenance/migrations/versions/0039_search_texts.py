"""The texts by which contacts and organisations are searched, for those there are."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

AT_ONCE = 50_000  # rows of a statement, so that none needs much memory
MARKS = "[\u0300-\u036f\u064b-\u0652]"
LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ı": "i",
    "ς": "σ",
}
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh")
COLUMNS = {
    "contact": ("address", "name"),
    "organisation": ("code", "name", "acronym", "website"),
}


def upgrade() -> None:
    for table in COLUMNS:
        _create(table)
        _fill(table)


def _create(table: str) -> None:
    name, number = f"{table}_search", f"{table}_id"
    op.create_table(
        name,
        sa.Column(number, sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            [number],
            [f"{table}.id"],
            name=op.f(f"fk_{name}_{number}"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(number, name=op.f(f"pk_{name}")),
    )


def _fill(table: str) -> None:
    store = op.get_bind()
    sqlite = store.dialect.name == "sqlite"
    texts = [*COLUMNS[table]]
    if table == "organisation":
        path = "json_extract(names, '$.{}')" if sqlite else "names ->> '{}'"
        texts += [path.format(each) for each in LANGUAGES]
    folded = _on_sqlite if sqlite else _on_postgresql
    joined = " || '\n' || ".join(f"coalesce({each}, '')" for each in texts)
    has_one = "address IS NOT NULL" if table == "contact" else "true"
    fill = sa.text(
        f"INSERT INTO {table}_search ({table}_id, text)"  # noqa: S608 (our own names)
        f" SELECT id, {folded(joined)} FROM {table}"
        f" WHERE id > :after AND id <= :last AND {has_one} ORDER BY id"
    )
    last = store.scalar(sa.text(f"SELECT max(id) FROM {table}")) or 0  # noqa: S608
    for after in range(0, last, AT_ONCE):
        store.execute(fill, {"after": after, "last": after + AT_ONCE})


def _on_sqlite(text: str) -> str:
    """Return a text folded; each connection of ours has the function."""
    return f"liaison_folded({text})"


def _on_postgresql(text: str) -> str:
    folded = f"lower(regexp_replace(normalize({text}, NFKD), '{MARKS}', '', 'g'))"
    for letter, plain in LETTERS.items():
        folded = f"replace({folded}, '{letter}', '{plain}')"
    return folded


def downgrade() -> None:
    for table in COLUMNS:
        op.drop_table(f"{table}_search")
