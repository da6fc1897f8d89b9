"""A store that another program holds for long: what is said, and what ends."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from audiences.topics import Topic
from mailer.processes import logs
from mailer.settings.sections import StoreSettings
from mailer.store import faults
from mailer.store.database import Database, open_database
from tests.acts import lines
from tools.waiting import eventually

ONLY_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


def beside(held: Database, *, busy_seconds: float) -> Database:
    """Return the store of another process."""
    url, root = held.engine.url, Path()
    if held.is_sqlite:
        root = Path(str(url.database)).parent
        url = url.set(database=Path(str(url.database)).name)
    url = url.set(drivername=url.get_backend_name())
    given = StoreSettings(
        url=url.render_as_string(hide_password=False), busy_seconds=busy_seconds
    )
    return open_database(given, root)


async def write(store: Database) -> None:
    async with store.writing() as session:
        await session.execute(select(Topic.code))


@ONLY_SQLITE
async def test_it_works_again_only_when_it_can_be_written(
    empty_store: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """It can be read all the time, also by the process that waits to write."""
    other = beside(empty_store, busy_seconds=0.01)

    async def read() -> None:
        await other.query(lambda session: session.scalar(select(Topic.code)))

    with logs.to_stderr():
        logs.choose("work", json=True)
        async with empty_store.writing() as session:
            await session.execute(text("select 1"))
            writing = asyncio.create_task(other.retry(lambda: write(other)))
            for _ in range(30):
                await read()
                await asyncio.sleep(0.02)
        await writing
        await read()
    await other.close()

    written = lines.read(capsys.readouterr().err)
    assert lines.events(written) == ["store.away", "store.back"]
    assert "another program holds it (database is locked)" in str(written[0]["reason"])


@ONLY_SQLITE
async def test_who_waits_for_it_can_be_stopped(
    empty_store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a request to stop, which limits the wait, and by Ctrl-C, which cancels it."""
    monkeypatch.setattr("mailer.store.locks.LOOK", 0.1)
    other = beside(empty_store, busy_seconds=600)
    async with empty_store.writing() as session:
        await session.execute(text("select 1"))
        began = time.monotonic()
        cancelled = asyncio.create_task(write(other))
        await asyncio.sleep(0)
        await eventually(lambda: other.engine.pool.status() != "", "no connection")
        cancelled.cancel()
        await asyncio.wait({cancelled})
        other.retry_until = time.monotonic() + 0.3
        with pytest.raises(OperationalError):
            await other.retry(lambda: write(other))
        took = time.monotonic() - began
    await write(other)
    await other.close()

    assert cancelled.cancelled()
    assert took < 20


async def test_a_command_does_not_wait_for_it_without_a_word(
    empty_store: Database,
) -> None:
    other = beside(empty_store, busy_seconds=0.1)
    async with empty_store.writing() as session:
        taking = "select 1" if empty_store.is_sqlite else "lock table topic"
        await session.execute(text(taking))
        with pytest.raises(OperationalError) as raised:
            await write(other)
    await write(other)
    await other.close()
    error = faults.store_error(raised.value)

    assert faults.is_temporary(raised.value)
    assert error.code == "store.locked"
    assert "the store cannot be used: another program holds it (" in str(error)
