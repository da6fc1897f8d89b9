"""A part of `serve` that fails is logged and started again; the others go on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import exists, select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from mailer.errors import ConfigError
from mailer.outbox.models import WorkerLease
from mailer.processes import supervising
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, lines
from tools.peers.postgres import free_port
from tools.peers.relay import Relay
from tools.waiting import eventually

Part = Callable[[], Awaitable[object]]


@pytest.fixture
def store() -> str:
    """Run on SQLite only: the kind of store does not matter."""
    return "sqlite"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> tuple[float, ...]:
    """Wait shortly between two starts."""
    shorter = (0.01, 0.02, 0.04)
    monkeypatch.setattr(supervising, "WAITS", shorter)
    return shorter


def failing(times: int, fault: Exception | None, stopping: asyncio.Event) -> Part:
    """Return a part that fails at first, and then works until stopped."""
    starts = iter(range(times + 1))

    async def part() -> None:
        if next(starts) < times:
            if fault is not None:
                raise fault
            return
        stopping.set()

    return part


@pytest.mark.parametrize("fault", [ValueError("wrong"), None])
async def test_a_part_that_fails_or_ends_starts_again_later_each_time(
    fault: Exception | None, waits: tuple[float, ...]
) -> None:
    stopping = asyncio.Event()
    with capture_logs() as logged:
        await supervising.keep_running("ticker", failing(4, fault, stopping), stopping)

    assert [(each["event"], each["part"]) for each in logged] == [
        ("part.failed", "ticker")
    ] * 4
    assert [each["again_in"] for each in logged] == [*waits, waits[-1]]


@pytest.mark.parametrize(
    "fault",
    [
        ConfigError("another key"),
        ExceptionGroup("", [ConfigError("another key")]),
    ],
)
async def test_a_fault_that_no_new_start_mends_ends_the_process(
    fault: Exception,
) -> None:
    stopping = asyncio.Event()
    with pytest.raises(ConfigError, match="another key"):
        await supervising.keep_running("a", failing(1, fault, stopping), stopping)


async def test_a_damaged_store_ends_the_process() -> None:
    broken = sqlite3.DatabaseError("database disk image is malformed")
    broken.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    stopping, fault = asyncio.Event(), OperationalError("SELECT 1", {}, broken)
    with pytest.raises(OperationalError):
        await supervising.keep_running("a", failing(1, fault, stopping), stopping)


@pytest.fixture
async def served(site: Site) -> AsyncIterator[asyncio.subprocess.Process]:
    """The command `serve`, which does not wait long for a locked store."""
    values = {
        ("store", "busy_seconds"): 0.1,
        ("delivery", "lease_seconds"): 1.0,
        ("web", "port"): free_port(),
    }
    edit_toml(site.root / "config.toml", values)
    process = await delivering.process(site, "serve", "--log", "json")
    yield process
    if process.returncode is None:
        process.kill()
        await process.wait()


async def has_worker(site: Site) -> bool:
    async with site.database.reading() as session:
        return bool(await session.scalar(select(exists(WorkerLease.id))))


def rename(site: Site, before: str, after: str) -> None:
    with sqlite3.connect(site.root / "mailer.db") as store:
        store.execute(f"ALTER TABLE {before} RENAME TO {after}")


@pytest.mark.prove
async def test_delivery_that_fails_in_serve_goes_on_when_it_can(
    site: Site, served: asyncio.subprocess.Process, relay: Relay, tmp_path: Path
) -> None:
    """A table is missing for a time."""
    await eventually(lambda: has_worker(site), "no worker has a lease")
    rename(site, "store_beat", "gone")
    failed = (await lines.until(served, "part.failed"))[-1]
    rename(site, "gone", "store_beat")
    number = await campaigning.released(site, tmp_path)
    await eventually(lambda: len(relay.accepted) == 10, "delivery does not go on")
    finished = (await lines.until(served, "campaign.finished"))[-1]
    served.terminate()
    _, rest = await served.communicate()

    assert failed["part"] == "delivery"
    assert "no such table" in failed["reason"]
    assert finished["campaign"] == number
    assert finished["totals"] == {"accepted": 10}
    assert lines.events(lines.read(rest))[-2:] == [
        "process.stopping",
        "process.stopped",
    ]
    assert served.returncode == 0
