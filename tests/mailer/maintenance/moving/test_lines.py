"""A row has the same line in both stores, and a line the same row."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
from sqlalchemy.types import JSON

from audiences.store.base import UtcDateTime
from mailer.maintenance.moving import lines
from tools import dice
from tools.peers.postgres import Cluster

TABLE = Table(
    "kept",
    MetaData(),
    Column("id", Integer),
    Column("text", String),
    Column("yes", Boolean),
    Column("at", UtcDateTime),
    Column("day", Date),
    Column("octets", LargeBinary),
    Column("document", JSON),
    Column("number", Double),
)
MADE = """create table kept (id bigint, text varchar, yes boolean, at timestamptz,
    day date, octets bytea, document json, number double precision)"""
TEXTS = (
    *("", "plain", "\\N", "\\", "a\tb\nc\rd\be\ff\vg", "\\t", "'\"", "\x01\x7f\x85"),
    *("é ü 王 حداد 🙂", " ", "null", "{}", "\u2028", "a\\", "\\\\n"),
)
NUMBERS = (
    *(0.0, 1.0, -1.0, 0.1, 1 / 3, 1e14, 1e15, 123456789012345.0, 1234567890123456.0),
    *(1e-4, 1e-5, 0.00012, 1.5e300, 5e-324, -2.5e-10, 1e100, 72.5, 999999999999999.9),
)


@pytest.fixture
def server(cluster: Cluster) -> Iterator[psycopg.Connection]:
    """A connection to an empty database."""
    with psycopg.connect(cluster.create("lines"), autocommit=True) as connection:
        yield connection
    cluster.run(
        *("dropdb", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "liaison"),
        "lines",
    )


def rows(seed: int) -> list[tuple[object, ...]]:
    """Return rows as SQLite has them, hostile ones and drawn ones."""
    drawn = dice.of(seed)
    began = datetime(2001, 1, 1, tzinfo=UTC)
    found: list[tuple[object, ...]] = [(1, *[None] * 7)]
    for number in range(300):
        at = began + timedelta(microseconds=drawn.randrange(10**15))
        whole = at if number % 3 else at.replace(microsecond=at.second * 1000)
        found.append(
            (
                drawn.randrange(-(2**63), 2**63),
                TEXTS[number % len(TEXTS)],
                number % 2,
                f"{whole:%Y-%m-%d %H:%M:%S.%f}",
                f"{at:%Y-%m-%d}",
                drawn.randbytes(number % 7),
                '{"a": "' + "\\\\n" + '"}',
                NUMBERS[number] if number < len(NUMBERS) else drawn.gauss(0, 10**9),
            )
        )
    return found


def test_postgresql_writes_the_lines_that_are_made_for_sqlite(
    server: psycopg.Connection, seed: int
) -> None:
    form, given = lines.form(TABLE), rows(seed)
    made = [form.line(row) for row in given]
    server.execute(MADE)
    server.execute("set time zone 'UTC'")
    with server.cursor() as cursor:
        with cursor.copy("copy kept from stdin") as copy:
            copy.write(b"\n".join([*made, b""]))
        with cursor.copy("copy kept to stdout") as copy:
            written = [bytes(each).removesuffix(b"\n") for each in copy]

    assert written == made


def test_sqlite_gets_back_what_it_had(seed: int) -> None:
    form, given = lines.form(TABLE), rows(seed)
    with sqlite3.connect(":memory:") as store:
        store.execute(MADE)
        back = [form.row(form.line(row)) for row in given]
        store.executemany("insert into kept values (?, ?, ?, ?, ?, ?, ?, ?)", back)
        kept = store.execute("select * from kept").fetchall()

    assert kept == given


def test_two_rows_with_their_values_exchanged_have_another_digest() -> None:
    one, other = lines.Digest(), lines.Digest()
    one.add([b"1\ta", b"2\tb"])
    other.add([b"1\tb", b"2\ta"])
    again = lines.Digest()
    again.add([b"2\tb"])
    again.add([b"1\ta"])

    assert one != other
    assert one == again
