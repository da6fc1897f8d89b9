"""Reads the lines of a store, and fills an empty store with lines.

Each function works in the caller's transaction.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from sqlalchemy import delete, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mailer.errors import RefusedError
from mailer.maintenance import copying, schema
from mailer.maintenance.moving import lines
from mailer.maintenance.moving.lines import RowForm

BLOCK = 2_000  # rows read and written at once
Blocks = Callable[[RowForm], AsyncIterator[list[bytes]]]
# How PostgreSQL writes values into lines, whatever the server's usual settings are.
_WRITTEN = ("TIME ZONE 'UTC'", "datestyle = 'ISO'", "bytea_output = 'hex'")
_ENCODING = ("client_encoding = 'UTF8'", "extra_float_digits = 1")


def forms() -> dict[str, RowForm]:
    """Return the form of each table of this version, referenced tables first."""
    return {each.name: lines.form(each) for each in schema.metadata().sorted_tables}


def is_sqlite(connection: AsyncConnection) -> bool:
    """Whether a connection is to SQLite; if not, it is to PostgreSQL."""
    return connection.dialect.name == "sqlite"


async def hold(connection: AsyncConnection) -> None:
    """Keep others from writing until the transaction ends; they can read.

    On SQLite the transaction that writes does it.
    """
    if not is_sqlite(connection):
        names = ", ".join(f'"{each}"' for each in forms())
        await connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


async def count(connection: AsyncConnection) -> int:
    """Return the rows of all tables."""
    total = 0
    for name in forms():
        counted = await connection.scalar(text(f'SELECT count(*) FROM "{name}"'))  # noqa: S608 (names of our own tables)
        total += counted or 0
    return total


def read(connection: AsyncConnection) -> Blocks:
    """Return what yields the lines of a table in blocks.

    It raises RefusedError, which names the table, for a value that has no line.
    """
    return _of_sqlite(connection) if is_sqlite(connection) else _of_server(connection)


def _of_sqlite(connection: AsyncConnection) -> Blocks:
    async def blocks(form: RowForm) -> AsyncIterator[list[bytes]]:
        driver = await _driver(connection)
        names = ", ".join(f'"{each}"' for each in form.names)
        query = f'SELECT {names} FROM "{form.table}"'  # noqa: S608 (names of our own tables)
        async with driver.execute(query) as cursor:
            while rows := await cursor.fetchmany(BLOCK):
                yield [_line(form, each) for each in rows]

    return blocks


def _line(form: RowForm, row: Sequence[Any]) -> bytes:
    try:
        return form.line(row)
    except ValueError as fault:
        for name, kind, value in zip(form.names, form.kinds, row, strict=True):
            if value is not None:
                _refuse_value(f"{form.table}.{name}", row[0], kind.write, value)
        raise RefusedError(f"{form.table}: row {row[0]}: {fault}") from None


def _refuse_value(
    place: str, key: Any, write: Callable[[Any], str], value: Any
) -> None:
    """Raise RefusedError for a value that has no line."""
    try:
        write(value).encode()
    except ValueError as fault:
        raise RefusedError(
            f"{place}, row {key!r}: a value cannot be moved: {fault}; correct it in the"
            " store, then move again"
        ) from None


def _of_server(connection: AsyncConnection) -> Blocks:
    async def blocks(form: RowForm) -> AsyncIterator[list[bytes]]:
        for setting in (*_WRITTEN, *_ENCODING):
            await connection.execute(text(f"SET LOCAL {setting}"))
        block: list[bytes] = []
        async for octets in copying.read_table(connection, form.table, form.names):
            block += octets.removesuffix(b"\n").split(b"\n")
            if len(block) >= BLOCK:
                yield block
                block = []
        if block:
            yield block

    return blocks


async def fill(connection: AsyncConnection, blocks: Blocks) -> None:
    """Make the tables of an empty store, and fill them.

    Raises RefusedError, which names the table, for rows that the store does not take.
    """
    if is_sqlite(connection):
        await _fill_sqlite(connection, blocks)
    else:
        await _fill_server(connection, blocks)


async def _fill_sqlite(connection: AsyncConnection, blocks: Blocks) -> None:
    await connection.run_sync(schema.migrate, "head")
    for name in reversed(list(forms())):
        await connection.execute(delete(table(name)))  # of migrations
    driver = await _driver(connection)
    for form in forms().values():
        names = ", ".join(f'"{each}"' for each in form.names)
        marks = ", ".join("?" * len(form.names))
        insert = f'INSERT INTO "{form.table}" ({names}) VALUES ({marks})'  # noqa: S608 (names of our own tables)
        async for block in blocks(form):
            async with driver.executemany(insert, [form.row(each) for each in block]):
                pass


async def _fill_server(connection: AsyncConnection, blocks: Blocks) -> None:
    encoding = await connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise RefusedError(
            f"the database has the encoding {encoding}; expected UTF8: make it with"
            " createdb --encoding=UTF8 --template=template0"
        )
    for setting in (*_WRITTEN, *_ENCODING):
        await connection.execute(text(f"SET LOCAL {setting}"))
    known = forms()

    async def octets(name: str) -> AsyncIterator[bytes]:
        async for block in blocks(known[name]):
            yield b"\n".join([*block, b""])

    columns = {name: form.names for name, form in known.items()}
    await copying.load(connection, octets, columns, schema.newest() or "")
    await connection.execute(text("ANALYZE"))


async def clear(connection: AsyncConnection) -> None:
    """Remove the tables of a PostgreSQL database."""
    names = ", ".join(f'"{each}"' for each in (*forms(), "alembic_version"))
    await connection.execute(text(f"DROP TABLE IF EXISTS {names} CASCADE"))


async def _driver(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection
