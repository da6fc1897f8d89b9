"""Copies all rows of a store out and in, as of one instant.

SQLite by its backup interface, PostgreSQL by COPY in one snapshot. Neither holds up
those who write.
"""

import asyncio
import errno
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, column, delete, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailer.errors import RefusedError
from mailer.maintenance import schema

Progress = Callable[[str], None]
Octets = Callable[[str], AsyncIterator[bytes]]  # of a table, in the form of COPY
_CHUNK = 1 << 16  # octets


def copy_sqlite(source: Path, copy: Path) -> dict[str, int]:
    """Copy a SQLite store in use to a new file; return its rows by table.

    Raises OSError if that fails, as on a full disk.
    """
    copy.touch(mode=0o600)
    with (
        closing(sqlite3.connect(source)) as store,
        closing(sqlite3.connect(copy)) as to,
    ):
        try:
            store.backup(to)  # in one step, so that writers cannot make it begin again
        except sqlite3.OperationalError as fault:
            is_full = fault.sqlite_errorcode == sqlite3.SQLITE_FULL
            number = errno.ENOSPC if is_full else errno.EIO
            raise OSError(number, str(fault), str(copy)) from None
    return count_sqlite(copy)


def count_sqlite(path: Path) -> dict[str, int]:
    """Return the rows of a SQLite file by table; raise RefusedError if damaged."""
    with closing(sqlite3.connect(path)) as store:
        (state,) = store.execute("pragma quick_check(1)").fetchone()
        if state != "ok":
            raise RefusedError(f"the SQLite file is damaged: {state}")
        names = store.execute(
            "select name from sqlite_master where type = 'table'"
            " and name not like 'sqlite_%' order by name"
        ).fetchall()
        count = "select count(*) from "
        return {
            name: store.execute(f'{count}"{name}"').fetchone()[0] for (name,) in names
        }


def columns() -> dict[str, list[str]]:
    """Return the columns of each table of this version, referenced tables first."""
    return {
        table.name: [column.name for column in table.columns]
        for table in schema.metadata().sorted_tables
    }


async def copy_table_out(
    connection: AsyncConnection, table: str, names: list[str], path: Path
) -> int:
    """Write the rows of a PostgreSQL table to a file; return how many they are."""
    rows = 0
    with await asyncio.to_thread(path.open, "wb") as file:
        async for octets in read_table(connection, table, names):
            file.write(octets)
            rows += octets.count(b"\n")  # those in values are escaped
    return rows


async def read_table(
    connection: AsyncConnection, table: str, names: Sequence[str]
) -> AsyncIterator[bytes]:
    """Yield the rows of a PostgreSQL table, as COPY writes them."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    async with driver.cursor() as cursor:
        async with cursor.copy(f"COPY {_named(table, names)} TO STDOUT") as copy:
            async for octets in copy:
                yield bytes(octets)


def of_files(folder: Path) -> Octets:
    """Return what reads the files that `copy_table_out` wrote into a folder."""

    async def read(table: str) -> AsyncIterator[bytes]:
        with (folder / f"{table}.copy").open("rb") as file:
            while octets := file.read(_CHUNK):
                yield octets

    return read


async def load(
    connection: AsyncConnection,
    octets_of: Octets,
    columns: Mapping[str, Sequence[str]],
    revision: str,
) -> dict[str, int]:
    """Fill an empty PostgreSQL database; return the rows by table.

    The caller's transaction holds all of it.
    """
    await connection.run_sync(schema.migrate, revision)
    driver: Any = (await connection.get_raw_connection()).driver_connection
    for table in reversed(list(columns)):
        await connection.execute(delete(sqlalchemy.table(table)))  # of migrations
    rows = {}
    for table, names in columns.items():
        async with driver.cursor() as cursor:
            async with cursor.copy(f"COPY {_named(table, names)} FROM STDIN") as copy:
                async for octets in octets_of(table):
                    await copy.write(octets)
            rows[table] = cursor.rowcount
        if "id" in names:
            numbered = sqlalchemy.table(table, column("id"))
            highest = select(func.greatest(func.max(numbered.c.id), 1))
            sequence = func.pg_get_serial_sequence(table, "id")
            await connection.execute(
                select(func.setval(sequence, highest.scalar_subquery()))
            )
    return rows


def is_empty(connection: Connection) -> bool:
    """Whether a database has no table."""
    return not inspect(connection).get_table_names()


def _named(table: str, names: Sequence[str]) -> str:
    quoted = [f'"{each}"' for each in names]
    return f'"{table}" ({", ".join(quoted)})'
