"""The record: one chain, whole with its transaction, which no statement changes."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import DBAPIError

from audiences.record import chain, writing
from audiences.record.models import RecordPerson, RecordPersonal, RecordRow
from mailer.maintenance import schema
from mailer.settings.sections import StoreSettings
from mailer.store.database import Database, open_database

NOW = datetime(2027, 5, 4, 8, tzinfo=UTC)
WRITERS, ACTS = 6, 15
ACTS_OF_PERSON = {"name": ["Awa", "Awa Ndiaye"]}


async def noted(database: Database, *acts: str, about: str = "topic a") -> None:
    async with database.writing() as session:
        for act in acts:
            writing.note(session, act, about, by="editor", at=NOW)


async def noted_of(database: Database, person: str) -> None:
    async with database.writing() as session:
        writing.note(
            session, "edited", person, by="editor", at=NOW, personal=ACTS_OF_PERSON
        )


async def rows(database: Database) -> Sequence[RecordRow]:
    async with database.reading() as session:
        return (
            await session.scalars(select(RecordRow).order_by(RecordRow.number))
        ).all()


def is_whole(found: Sequence[RecordRow]) -> bool:
    """Follow the chain with the digests alone."""
    before = chain.GENESIS
    for number, row in enumerate(found, start=1):
        if row.number != number or chain.digest(before, row.body) != row.digest:
            return False
        before = row.digest
    return True


async def test_the_acts_of_a_transaction_follow_each_other_in_one_chain(
    empty_store: Database,
) -> None:
    await noted(empty_store, "added", "edited")
    await noted(empty_store, "retired")
    found = await rows(empty_store)

    assert [chain.read(each.body).act for each in found] == [
        *("added", "edited", "retired"),
    ]
    assert is_whole(found)


async def test_a_transaction_that_fails_records_nothing(empty_store: Database) -> None:
    with contextlib.suppress(RuntimeError):
        async with empty_store.writing() as session:
            writing.note(session, "added", "topic a", by="editor", at=NOW)
            raise RuntimeError
    await noted(empty_store, "edited")

    assert [chain.read(each.body).act for each in await rows(empty_store)] == ["edited"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record SET by = 'other'",
        "DELETE FROM record WHERE number = 2",
        "UPDATE record_personal SET body = '{}'",
    ],
)
async def test_the_store_refuses_to_change_what_is_recorded(
    empty_store: Database, statement: str
) -> None:
    await noted(empty_store, "added", "edited")
    await noted_of(empty_store, "contact 1")
    with pytest.raises(DBAPIError, match="only added"):
        async with empty_store.writing() as session:
            await session.execute(text(statement))

    assert is_whole(await rows(empty_store))


async def test_the_store_refuses_to_empty_or_replace_the_record(
    empty_store: Database,
) -> None:
    await noted(empty_store, "added")
    (row,) = await rows(empty_store)
    statement = "TRUNCATE record"
    if empty_store.is_sqlite:
        columns = "number, at, by, about, body, digest"
        statement = (
            f"INSERT OR REPLACE INTO record ({columns})"  # noqa: S608 (our own names)
            " SELECT number, at, 'other', about, body, digest FROM record"
        )
    with pytest.raises(DBAPIError, match="only added"):
        async with empty_store.writing() as session:
            await session.execute(text(statement))

    assert [each.by for each in await rows(empty_store)] == [row.by]


async def test_an_erasure_takes_what_is_personal_and_leaves_the_chain(
    empty_store: Database,
) -> None:
    for person in ("contact 1", "contact 2", "contact 3"):
        await noted_of(empty_store, person)
    async with empty_store.writing() as session:
        await writing.follow(session, "contact 2", "contact 1")
        await writing.erase(session, "contact 1", by="steward", at=NOW)
    found = await rows(empty_store)
    async with empty_store.reading() as session:
        left = (await session.scalars(select(RecordPersonal.person))).all()
        keys = (await session.scalars(select(RecordPerson.name))).all()

    assert is_whole(found)
    assert chain.read(found[-1].body).detail == {"persons": ["contact 1", "contact 2"]}
    assert (left, keys) == (["contact 3"], ["contact 3"])
    assert "Awa" not in "".join(each.body for each in found)


async def test_writers_at_once_make_one_chain(bare_url: str, tmp_path: Path) -> None:
    stores = [
        open_database(StoreSettings(url=bare_url), tmp_path) for _ in range(WRITERS)
    ]
    await schema.upgrade(stores[0], now=NOW)

    async def write(number: int) -> None:
        for act in range(ACTS):
            await noted(stores[number], f"{number}-{act}", "second")

    await asyncio.gather(*(write(number) for number in range(WRITERS)))
    found = await rows(stores[0])
    for each in stores:
        await each.close()

    assert len(found) == 2 * WRITERS * ACTS
    assert is_whole(found)


async def test_what_breaks_between_two_statements_leaves_all_or_nothing(
    empty_store: Database,
) -> None:
    await noted(empty_store, "founded")
    statements = await _count_statements(empty_store)

    for stop in range(1, statements + 1):
        before = len(await rows(empty_store))
        with _breaking(empty_store, stop) as seen:
            with contextlib.suppress(_BrokenError):
                await noted_of(empty_store, f"contact {stop}")
        assert len(seen) == stop
        found = await rows(empty_store)
        async with empty_store.reading() as session:
            parts = (await session.scalars(select(RecordPersonal.number))).all()
        assert len(found) == before
        assert is_whole(found)
        assert set(parts) <= {each.number for each in found}


class _BrokenError(Exception):
    """The process ended here."""


async def _count_statements(database: Database) -> int:
    with _breaking(database, 0) as seen:
        await noted_of(database, "contact 0")
    return len(seen)


@contextlib.contextmanager
def _breaking(database: Database, stop: int) -> Any:
    """Break before the statement of this number; 0: never."""
    seen: list[str] = []

    def before(_connection: Connection, _cursor: Any, said: str, *_rest: Any) -> None:
        seen.append(said)
        if len(seen) == stop:
            raise _BrokenError

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", before)
