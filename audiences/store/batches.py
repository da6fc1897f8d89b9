"""Many rows in one statement: the same verbs on both stores, one bound value each.

A list of numbers or rows travels as one JSON text on SQLite and as arrays on
PostgreSQL, so that a statement is compiled once, whatever the length of the list.
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
    """Return the condition that a column is one of the numbers bound to a name."""
    if not sqlite:
        return wanted == any_(bindparam(name, type_=ARRAY(BigInteger)))
    listed = func.json_each(bindparam(name, type_=String)).table_valued("value")
    return wanted.in_(select(listed.c.value))


def numbers(session: AsyncSession, listed: Sequence[int]) -> str | list[int]:
    """Return numbers as they are bound for `among`."""
    return json.dumps(listed) if dialects.is_sqlite(session) else list(listed)


def table(columns: Mapping[str, type[Value]], *, sqlite: bool) -> FromClause:
    """Return rows of values, bound by `values`, as a table to update from."""
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


def values(
    session: AsyncSession,
    columns: Mapping[str, type[Value]],
    rows: Sequence[Sequence[Value | None]],
) -> dict[str, Any]:
    """Return rows as they are bound for `table`."""
    if dialects.is_sqlite(session):
        return {"given": json.dumps([[_plain(each) for each in row] for row in rows])}
    return {
        f"given_{name}": [row[place] for row in rows]
        for place, name in enumerate(columns)
    }


def _plain(value: Value | None) -> Value | None:
    """Write an instant as SQLAlchemy's SQLite type does."""
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def one_of(
    known: InstrumentedAttribute[str], words: Iterable[str]
) -> ColumnElement[bool]:
    """Return the condition that a column is one of some words of the house.

    They stand in the statement: bound, their number would be written into it each time.
    """
    return known.in_([literal_column(f"'{word}'") for word in words])


_BY_INDEX: Select[*tuple[Any, ...]] = select(
    *(
        literal_column(f"set_config('{name}', 'off', true)")
        for name in ("enable_sort", "enable_seqscan", "jit")
    )
)


async def by_index(session: AsyncSession) -> None:
    """Have every row of this transaction found by its index, in the index's order.

    Misled about how many rows there are, PostgreSQL would read a whole table, or sort
    it, for a few hundred.
    """
    if not dialects.is_sqlite(session):
        await change(session, _BY_INDEX, {})


async def change(
    session: AsyncSession, statement: Executable, bound: Mapping[str, Any]
) -> CursorResult[Any]:
    """Run a statement made once, past the mapper: nothing here is an object."""
    return await session.run_sync(_run, statement, bound)


def _run(
    session: Session, statement: Executable, bound: Mapping[str, Any]
) -> CursorResult[Any]:
    return session.connection().execute(statement, dict(bound))


def packed(
    chosen: Select[*tuple[Any, ...]], *, sqlite: bool
) -> Select[*tuple[Any, ...]]:
    """Return a question about numbers and texts as `read` asks it.

    Each row of SQLite costs a turn of the interpreter's lock, which a busy event loop
    gives up slowly; all of them packed in one cost one.
    """
    if not sqlite:
        return chosen
    rows = chosen.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


async def read(
    session: AsyncSession,
    question: Select[*tuple[Any, ...]],
    bound: Mapping[str, Any],
) -> list[tuple[Any, ...]]:
    """Fetch the rows of a packed question."""
    answer = await change(session, question, bound)
    if not dialects.is_sqlite(session):
        return [tuple(row) for row in answer]
    return cast(list[tuple[Any, ...]], json.loads(answer.scalar_one()))
