"""The service keeps to the calendar while the machine's clock jumps, by libfaketime."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailer import clock
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, lines
from tools.peers.postgres import free_port
from tools.peers.relay import Relay
from tools.waiting import eventually

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
READERS = 10
LONG = 180.0  # seconds; the library makes each look at the clock slow
pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]


def library() -> str:
    (found,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return str(found)


class JumpingClock:
    """A file that says by how much a process's clock is off."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def show(self, instant: datetime) -> None:
        """Let the clock show an instant, and go on from there."""
        off = (instant - clock.now()).total_seconds()
        new = self.path.with_suffix(".new")
        new.write_text(f"{off:+.0f}", encoding="ascii")
        new.replace(self.path)


@asynccontextmanager
async def serving(
    site: Site, jumping: JumpingClock
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ticker, pages and delivery on a clock that jumps; stop them in the end."""
    faked = {
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(jumping.path),
        "FAKETIME_CACHE_DURATION": "1",  # seconds
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer", "--config", str(site.root / "config.toml")),
        *("serve", "--log", "json"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | faked,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)


async def planned(site: Site, place: Path, at: datetime) -> int:
    """Approve a letter, and give it a time."""
    number = await campaigning.approved(site, place)
    await campaigning.schedule_at(site, number, at)
    return number


async def mails(relay: Relay, count: int) -> None:
    """Wait until the relay has taken so many mails."""
    said = f"fewer than {count} mails go"
    await eventually(lambda: len(relay.accepted) >= count, said, within=LONG)


async def test_nothing_goes_twice_or_early_and_nothing_is_silent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    edit_toml(
        site.root / "config.toml",
        {("ticker", "seconds"): 0.2, ("web", "port"): free_port()},
    )
    at = clock.now() + 2 * DAY
    early = await planned(site, tmp_path, at - 2 * HOUR)
    due = await planned(site, tmp_path, at)
    late = await planned(site, tmp_path, at + DAY)
    jumping = JumpingClock(tmp_path / "offset")
    jumping.show(at - 3 * HOUR)

    async with serving(site, jumping) as process:
        jumping.show(at - HOUR)
        await mails(relay, READERS)
        assert await campaigning.state(site, due) == "scheduled"
        jumping.show(at + HOUR)
        await mails(relay, 2 * READERS)
        jumping.show(at)  # an hour back
        again = await planned(site, tmp_path, at + HOUR / 2)
        jumping.show(at + HOUR)
        await mails(relay, 3 * READERS)
        jumping.show(at + 3 * DAY)
        told = await lines.until(process, "campaign.not_released", seconds=LONG)
        process.send_signal(signal.SIGTERM)
        _, log = await process.communicate()
    sent = [await campaigning.report(site, each) for each in (early, due, again)]

    assert process.returncode == 0, log.decode()
    assert [each.accepted for each in sent] == [READERS] * 3
    assert len(relay.accepted) == 3 * READERS
    assert await campaigning.ledger(site, late) == {}
    assert await campaigning.state(site, late) == "expired"
    assert told[-1]["campaign"] == late
