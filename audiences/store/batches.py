"""Statements for many rows at once, with the same functions for both stores.

A list of numbers or rows is bound as one JSON text on SQLite and as arrays on
PostgreSQL, so that a statement is compiled once for lists of any length.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CursorResult,
    DateTime,
    Executable,
    FromClause,
    Select,
    String,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine

from audiences.store import dialects

Value = int | str | datetime
_TYPES: dict[type, TypeEngine[Any]] = {
    int: BigInteger(),
    str: String(),
    datetime: DateTime(timezone=True),
}


def among(
    wanted: InstrumentedAttribute[int], name: str, *, sqlite: bool
) -> ColumnElement[bool]:
    """Return the condition that a column is in the list of numbers bound to a name."""
    if not sqlite:
        return wanted == any_(bindparam(name, type_=ARRAY(BigInteger)))
    listed = func.json_each(bindparam(name, type_=String)).table_valued("value")
    return wanted.in_(select(listed.c.value))


def bind_numbers(session: AsyncSession, listed: Sequence[int]) -> str | list[int]:
    """Return a list of numbers as the value to bind for `among`."""
    return json.dumps(listed) if dialects.is_sqlite(session) else list(listed)


def bound_table(columns: Mapping[str, type[Value]], *, sqlite: bool) -> FromClause:
    """Return the table `given` of the rows that `bind_rows` binds."""
    if sqlite:
        packed = bindparam("given", type_=String)
        each = func.json_each(packed).table_valued("value")
        chosen = [
            func.json_extract(each.c.value, f"$[{place}]").label(name)
            for place, name in enumerate(columns)
        ]
        return select(*chosen).subquery("given")
    arrays = [
        bindparam(f"given_{name}", type_=ARRAY(_TYPES[kind]))
        for name, kind in columns.items()
    ]
    named = [column(name, _TYPES[kind]) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*named).render_derived(name="given")


def bind_rows(
    session: AsyncSession,
    columns: Mapping[str, type[Value]],
    rows: Sequence[Sequence[Value | None]],
) -> dict[str, Any]:
    """Return rows as the values to bind for `bound_table`."""
    if dialects.is_sqlite(session):
        return {
            "given": json.dumps([[_for_json(each) for each in row] for row in rows])
        }
    return {
        f"given_{name}": [row[place] for row in rows]
        for place, name in enumerate(columns)
    }


def _for_json(value: Value | None) -> Value | None:
    """Return a value for JSON; an instant as SQLAlchemy writes it to SQLite."""
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def one_of(
    known: InstrumentedAttribute[str], words: Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of some constants of the code.

    They are written into the statement as literals, so that it is compiled only once.
    Never pass words from outside: they are not escaped.
    """
    return known.in_([literal_column(f"'{word}'") for word in words])


_PREFER_INDEXES: Select[*tuple[Any, ...]] = select(
    *(
        literal_column(f"set_config('{name}', 'off', true)")
        for name in ("enable_sort", "enable_seqscan", "jit")
    )
)


async def prefer_indexes(session: AsyncSession) -> None:
    """Make PostgreSQL use indexes for the rest of this transaction.

    With outdated statistics it would scan or sort a whole table to find a few hundred
    rows. SQLite needs nothing.
    """
    if not dialects.is_sqlite(session):
        await execute(session, _PREFER_INDEXES, {})


async def execute(
    session: AsyncSession, statement: Executable, bound: Mapping[str, Any]
) -> CursorResult[Any]:
    """Execute a statement on the connection, without the object mapper."""
    return await session.run_sync(_execute, statement, bound)


def _execute(
    session: Session, statement: Executable, bound: Mapping[str, Any]
) -> CursorResult[Any]:
    return session.connection().execute(statement, dict(bound))


def packed(
    chosen: Select[*tuple[Any, ...]], *, sqlite: bool
) -> Select[*tuple[Any, ...]]:
    """Return a query of numbers and texts in the form that `fetch` expects.

    On SQLite all rows come as one JSON text. Otherwise each row would wait for the
    interpreter's lock, which a busy event loop gives up slowly.
    """
    if not sqlite:
        return chosen
    rows = chosen.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


async def fetch(
    session: AsyncSession,
    query: Select[*tuple[Any, ...]],
    bound: Mapping[str, Any],
) -> list[tuple[Any, ...]]:
    """Return the rows of a query that `packed` made."""
    answer = await execute(session, query, bound)
    if not dialects.is_sqlite(session):
        return [tuple(row) for row in answer]
    return cast(list[tuple[Any, ...]], json.loads(answer.scalar_one()))
