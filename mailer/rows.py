"""Many rows in one statement: the same verbs on both stores, one bound value each.

A list of numbers or rows travels as one JSON text on SQLite and as arrays on
PostgreSQL, so that a statement is compiled once, whatever the length of the list.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    String,
    any_,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

Value = int | str | datetime | None
_TYPES: dict[type, TypeEngine[Any]] = {
    int: BigInteger(),
    str: String(),
    datetime: DateTime(timezone=True),
}


def is_sqlite(session: AsyncSession) -> bool:
    """Whether the session's store is one SQLite file."""
    return bool(session.get_bind().dialect.name == "sqlite")


def among(
    session: AsyncSession,
    wanted: InstrumentedAttribute[int] | ColumnElement[int],
    numbers: Sequence[int],
) -> ColumnElement[bool]:
    """Return the condition that a column is one of these numbers."""
    if is_sqlite(session):
        listed = func.json_each(json.dumps(numbers)).table_valued("value")
        return wanted.in_(select(listed.c.value))
    return wanted == any_(literal(list(numbers), ARRAY(BigInteger)))


def values(
    session: AsyncSession,
    rows: Sequence[Sequence[Value]],
    **columns: type[int] | type[str] | type[datetime],
) -> FromClause:
    """Return rows of values as a table to join or to update from."""
    if is_sqlite(session):
        packed = json.dumps([[_plain(value) for value in row] for row in rows])
        each = func.json_each(packed).table_valued("value")
        chosen = [
            func.json_extract(each.c.value, f"$[{place}]").label(name)
            for place, name in enumerate(columns)
        ]
        return select(*chosen).subquery("given")
    arrays = [
        literal([row[place] for row in rows], ARRAY(_TYPES[kind]))
        for place, kind in enumerate(columns.values())
    ]
    named = [column(name, _TYPES[kind]) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*named).render_derived(name="given")


def _plain(value: Value) -> Value:
    """Write an instant as SQLAlchemy's SQLite type does."""
    if not isinstance(value, datetime):
        return value
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


async def read(
    session: AsyncSession, chosen: Select[*tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Fetch numbers and texts; SQLite packs them, for its rows come one by one.

    Each row of SQLite costs a turn of the interpreter's lock, which a busy event loop
    gives up slowly; one packed row costs one.
    """
    if not is_sqlite(session):
        return [tuple(row) for row in await session.execute(chosen)]
    rows = chosen.subquery()
    packed: Any = await session.scalar(
        select(func.json_group_array(func.json_array(*rows.c)))
    )
    return cast(list[tuple[Any, ...]], json.loads(packed))


def count_of(result: object) -> int:
    """Return how many rows a statement changed."""
    return int(getattr(result, "rowcount", 0))
