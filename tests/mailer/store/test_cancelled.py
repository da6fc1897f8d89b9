"""An act that is cancelled in a transaction leaves no lock on the store."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from audiences.topics import Topic
from mailer.processes import logs
from mailer.store.database import Database
from tests.acts import lines

READ = select(func.count()).select_from(Topic)
CHANGE = update(Topic).values(code=Topic.code)


async def test_others_write_while_the_cancelled_act_is_remembered(
    empty_store: Database,
) -> None:
    """Its traceback holds the cursor of the statement that was running.

    A stop of `serve` cancels the ticker in its transaction, and a client that is too
    slow the answer of a page.
    """
    begun = asyncio.Event()

    @event.listens_for(empty_store.engine.sync_engine, "before_cursor_execute")
    def executing(*given: Any) -> None:
        if given[2].startswith("SELECT"):
            begun.set()

    remembered: list[asyncio.CancelledError] = []
    for _ in range(3):
        begun.clear()
        act = asyncio.create_task(_act(empty_store, remembered))
        await begun.wait()
        act.cancel()
        await asyncio.wait({act})
        async with asyncio.timeout(5):
            await write(empty_store)

    assert len(remembered) == 3


async def _act(store: Database, remembered: list[asyncio.CancelledError]) -> None:
    try:
        await write(store)
    except asyncio.CancelledError as fault:
        remembered.append(fault)
        raise


async def write(store: Database) -> None:
    """Change rows in a transaction."""
    async with store.writing() as session:
        await session.execute(CHANGE)
        await session.execute(READ)  # its cursor holds a row until it is fetched


@pytest.mark.parametrize("cancelled", [True, False])
async def test_a_stop_while_a_connection_is_given_back_is_no_line_of_the_log(
    empty_store: Database, capsys: pytest.CaptureFixture[str], *, cancelled: bool
) -> None:
    """Another fault at this moment is one."""

    @event.listens_for(empty_store.engine.sync_engine.pool, "reset")
    def reset(*given: Any) -> None:
        if not cancelled:
            raise OSError("no answer")
        task = asyncio.current_task()
        assert task is not None
        task.cancel()  # arrives in the rollback that follows

    with logs.to_stderr():
        logs.choose("work", json=True)
        act = asyncio.create_task(write(empty_store))
        await asyncio.wait({act})
    written = lines.read(capsys.readouterr().err)

    assert act.cancelled() == cancelled
    assert [each["fault"] for each in written] == ([] if cancelled else ["OSError"])
