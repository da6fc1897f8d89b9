"""Each due, approved campaign is released once, also by two tickers or a killed one."""

import asyncio
import signal
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.review import agreed
from mailer.processes import ticking
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.postgres import free_port
from tools.peers.relay import Relay
from tools.waiting import eventually

HOUR = timedelta(hours=1)


async def scheduled(site: Site, place: Path, **written: str) -> tuple[int, datetime]:
    """Approve a short campaign and schedule it an hour from now."""
    number = await campaigning.approved(site, place, **written)
    at = clock.now().replace(microsecond=0) + HOUR
    await campaigning.schedule_at(site, number, at)
    return number, at


async def occurrences(site: Site) -> list[tuple[str, int | None, str | None]]:
    """Return the slots of the sample's series: slot, campaign, outcome."""
    async with site.database.reading() as session:
        rows = await session.execute(
            select(Occurrence.slot, Occurrence.campaign_id, Occurrence.outcome)
            .join(Series, Series.id == Occurrence.series_id)
            .order_by(Occurrence.due_at)
        )
        return [(slot, campaign, outcome) for slot, campaign, outcome in rows]


async def test_a_campaign_goes_at_its_time_and_once(site: Site, tmp_path: Path) -> None:
    number, at = await scheduled(site, tmp_path)
    early = await ticking.tick(site, at - timedelta(seconds=1))
    due = await ticking.tick(site, at)
    again = await ticking.tick(site, at + HOUR)

    assert (early.released, due.released, again.released) == ([], [number], [])
    assert len(await campaigning.ledger(site, number)) == 10


async def test_two_tickers_at_once_release_once(site: Site, tmp_path: Path) -> None:
    numbers = [(await scheduled(site, tmp_path))[0] for _ in range(3)]
    moment = clock.now() + 2 * HOUR
    with capture_logs() as lines:
        both = await asyncio.gather(
            ticking.tick(site, moment), ticking.tick(site, moment)
        )
    released = [number for ticked in both for number in ticked.released]

    assert sorted(released) == numbers
    assert [ticked.held for ticked in both] == [[], []]
    assert "campaign.not_released" not in {each["event"] for each in lines}
    for number in numbers:
        assert len(await campaigning.ledger(site, number)) == 10


async def test_a_campaign_too_late_waits_for_a_person(
    site: Site, tmp_path: Path
) -> None:
    number, at = await scheduled(site, tmp_path)
    late = timedelta(hours=site.settings.ticker.grace_hours)
    with capture_logs() as logged:
        ticked = await ticking.tick(site, at + late)
    told = [each for each in logged if each["event"] == "campaign.not_released"]
    counted = await campaigning.report(site, number)

    assert (ticked.released, ticked.held) == ([], [number])
    assert [each["campaign"] for each in told] == [number]
    assert counted.state == "expired"
    assert "its time passed more than 12 hours ago" in str(counted.stopped_because)
    assert await campaigning.ledger(site, number) == {}


async def test_a_campaign_late_within_the_limit_still_goes(
    site: Site, tmp_path: Path
) -> None:
    number, at = await scheduled(site, tmp_path)
    late = timedelta(hours=site.settings.ticker.grace_hours)
    ticked = await ticking.tick(site, at + late - timedelta(seconds=1))

    assert (ticked.released, ticked.held) == ([number], [])


async def test_a_campaign_that_cannot_be_released_does_not_stop_the_next(
    site: Site, tmp_path: Path
) -> None:
    """Its rule was changed in the store; the next campaign is released all the same."""
    lost, _ = await scheduled(site, tmp_path)
    good, at = await scheduled(site, tmp_path)
    async with site.database.writing() as session:
        changed = update(Campaign).where(Campaign.id == lost)
        await session.execute(changed.values(audience="kind = ngo"))
    ticked = await ticking.tick(site, at + HOUR)
    counted = await campaigning.report(site, lost)

    assert (ticked.released, ticked.held) == ([good], [lost])
    assert counted.state == "expired"
    assert "changed after head-of-unit approved it" in str(counted.stopped_because)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_fault_in_one_release_does_not_stop_the_next(
    site: Site, tmp_path: Path
) -> None:
    """A stored zone that is no longer one is a fault that no check foresees."""
    lost, _ = await scheduled(site, tmp_path)
    good, at = await scheduled(site, tmp_path)
    async with site.database.writing() as session:
        changed = update(Campaign).where(Campaign.id == lost)
        window = {"window_from": "08:00", "window_until": "20:00"}
        await session.execute(changed.values(**window, window_zone="Mars/Olympus"))
        campaign = await lookup.get(session, lost)
        await session.refresh(campaign)
        approval = await lookup.current_approval(session, campaign)
        assert approval is not None
        files, segments = approval.files or {}, approval.segments or {}
        approval.digest = await agreed.digest(
            session, campaign, files=files, segments=segments
        )
    ticked = await ticking.tick(site, at + HOUR)
    counted = await campaigning.report(site, lost)

    assert (ticked.released, ticked.held) == ([good], [lost])
    assert "its release failed" in str(counted.stopped_because)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_series_has_its_coming_slots_as_rows(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    before = await occurrences(site)
    slot = await campaigning.schedule_in_series(site, number)
    due = slot.due_at
    ticked = await ticking.tick(site, due)
    after = await occurrences(site)

    assert [each[1:] for each in before] == [(None, None)] * len(before)
    assert all(slot.endswith("T10:00") for slot, *_ in before)
    assert ticked.released == [number]
    assert after[0] == (before[0][0], number, "released")
    assert len(after) == len(before) + 1


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_slot_without_a_campaign_is_missed_and_sends_nothing(
    site: Site, tmp_path: Path
) -> None:
    async with site.database.reading() as session:
        due = await session.scalar(
            select(Occurrence.due_at).order_by(Occurrence.due_at)
        )
    assert due is not None
    first = await ticking.tick(site, due)
    second = await ticking.tick(site, due + HOUR)

    assert first.missed == [(await occurrences(site))[0][0]]
    assert (first.released, second.missed) == ([], [])
    assert (await occurrences(site))[0][1:] == (None, "missed")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_cadence_that_is_no_longer_read_does_not_stop_the_ticker(
    site: Site, tmp_path: Path
) -> None:
    number, at = await scheduled(site, tmp_path)
    async with site.database.writing() as session:
        await session.execute(
            update(Series).values(cadence="weekly first Tuesday 9:00")
        )
    ticked = await ticking.tick(site, at)

    assert ticked.released == [number]


async def a_ticker(site: Site, at: datetime) -> asyncio.subprocess.Process:
    """Start a ticker at another time than the clock's."""
    return await delivering.process(site, "tick", "--once", "--now", at.isoformat())


async def killed(ticker: asyncio.subprocess.Process) -> None:
    """Kill a ticker, unless it has just ended."""
    with suppress(ProcessLookupError):
        ticker.kill()
    await ticker.communicate()


@pytest.mark.prove
async def test_a_ticker_killed_while_it_releases_leaves_one_release(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """SIGKILL at once, during the release and after its first messages."""

    async def releases() -> bool:
        return await campaigning.state(site, numbers[-1]) != "scheduled"

    async def has_messages() -> bool:
        return len(await campaigning.ledger(site, numbers[-1])) > 0

    numbers = []
    for moment in (lambda: True, releases, has_messages):
        number, at = await scheduled(site, tmp_path)
        numbers.append(number)
        ticker = await a_ticker(site, at + HOUR)
        await eventually(moment, "the ticker releases nothing")
        await killed(ticker)
    last = await a_ticker(site, at + HOUR)
    await last.communicate()
    for number in numbers:
        await delivering.later(site, number)
    await delivering.work(site)
    for number in numbers:
        await delivering.later(site, number)
    await delivering.work(site)
    reports = [await campaigning.report(site, number) for number in numbers]

    assert last.returncode == 0
    assert [(each.audience, each.accepted) for each in reports] == [(10, 10)] * 3
    assert len(relay.accepted) == 30


@pytest.mark.prove
async def test_ten_tickers_in_processes_of_their_own_release_once(
    site: Site, tmp_path: Path
) -> None:
    """mautic#3669: timers that began in the same second sent a letter many times."""
    numbers = [(await scheduled(site, tmp_path))[0] for _ in range(3)]
    moment = clock.now() + HOUR
    tickers = [await a_ticker(site, moment) for _ in range(10)]
    said = [await each.communicate() for each in tickers]
    ledgers = [await campaigning.ledger(site, number) for number in numbers]

    assert [each.returncode for each in tickers] == [0] * 10, said
    assert [len(each) for each in ledgers] == [10, 10, 10]
    assert sum(errors.count(b'"campaign.released"') for _, errors in said) == 3


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGHUP])
async def test_serve_ticks_releases_and_delivers(
    site: Site, relay: Relay, tmp_path: Path, end: signal.Signals
) -> None:
    """One process waits for the time, sends the letters, and ends on a signal."""
    number = await campaigning.approved(site, tmp_path)
    soon = clock.now() + timedelta(seconds=1)
    await campaigning.schedule_at(site, number, soon)
    quick = {("ticker", "seconds"): 0.2, ("web", "port"): free_port()}
    edit_toml(site.root / "config.toml", quick)
    serving = await delivering.process(site, "serve")
    await eventually(lambda: len(relay.accepted) == 10, "not all is delivered")
    serving.send_signal(end)
    _, errors = await serving.communicate()

    assert len(relay.accepted) == 10
    assert serving.returncode == 0, errors.decode()
    assert (await campaigning.report(site, number)).accepted == 10
