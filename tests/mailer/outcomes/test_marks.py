"""Marks: never more without an outcome than the settings allow, none after a pause."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions, suppressions
from audiences.subscriptions import Evidence, How
from mailer import clock
from mailer.campaigns import control, lookup
from mailer.clock import uptime
from mailer.outbox import claim, lease
from mailer.outbox.claim import Search
from mailer.outbox.message_states import ARROWS, MessageState
from mailer.outbox.models import Message
from mailer.outcomes import mark, record
from mailer.outcomes.record import Outcome
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, transactions
from tools.peers.relay import Relay
from tools.waiting import eventually

AHEAD = 3
Change = Callable[[AsyncSession, Message], Awaitable[None]]


async def marked(site: Site, number: int) -> int:
    """Return how many messages are marked and have no outcome."""
    ledger = await campaigning.ledger(site, number)
    return sum(each.state == "marked" for each in ledger.values())


async def test_never_more_are_marked_than_the_settings_allow(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    counts: list[int] = []

    async def count(verb: str) -> None:
        if verb == ".":
            counts.append(await marked(site, number))

    relay.before = count
    await delivering.work(delivering.tuned(site, connections=2, mark_ahead=AHEAD))

    assert len(counts) == 54
    assert 2 < max(counts) <= 2 * AHEAD


@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_pause_waits_for_marks_that_are_being_made(
    site: Site, tmp_path: Path
) -> None:
    """When it has returned, these are committed and no others are made."""
    number = await campaigning.released(site, tmp_path)
    now = clock.now()

    async def pause() -> None:
        async with site.database.writing() as session:
            await control.pause(session, number, by="editor", because="wait", now=now)

    async with site.database.writing() as session:
        worker = await lease.begin(
            session, lease=site.settings.delivery.evidence_wait, now=now
        )
        due = await claim.claim(session, Search(), limit=4, now=now)
        pausing = asyncio.create_task(pause())
        waited = await transactions.held_up(site, pausing)
        ids = [row.id for row in due.rows]
        allowed = await mark.mark(session, worker, ids, now=now)
    await pausing
    async with site.database.writing() as session:
        later = await claim.claim(session, Search(), limit=4, now=now)

    assert waited
    assert (len(allowed), list(later.rows)) == (4, [])


@pytest.mark.prove
@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_pause_is_not_overtaken_by_claims_that_begin_later(
    site: Site, tmp_path: Path
) -> None:
    """Eight workers hold a shared lock on the campaign without a gap between them."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    pausing: list[float] = []  # when the pause began that has not returned
    claims, overtook, stopping = 0, 0, False

    async def busy() -> None:
        nonlocal claims, overtook
        while not stopping:
            began = uptime()
            async with site.database.writing() as session:
                await claim.claim(session, Search(), limit=1, now=clock.now())
                claims += 1
                overtook += any(began > each for each in pausing)
                await asyncio.sleep(0.015)

    async def some_claims() -> None:
        enough = claims + 5 * len(workers)
        await eventually(lambda: claims > enough, "nothing is claimed")

    workers = [asyncio.create_task(busy()) for _ in range(8)]
    for _ in range(5):
        await some_claims()
        async with site.database.writing() as session:
            await session.execute(select(1))
            pausing.append(uptime())
            await control.pause(
                session, number, by="editor", because="wait", now=clock.now()
            )
            pausing.clear()
        async with site.database.writing() as session:
            campaign = await lookup.get(session, number)
            await control.resume(session, campaign, by="editor", now=clock.now())
    stopping = True
    await asyncio.gather(*workers)

    assert overtook <= 5 * 8


@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_claim_that_waited_for_a_pause_takes_nothing_of_its_campaign(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    now = clock.now()

    async def claimed() -> int:
        async with site.database.writing() as session:
            due = await claim.claim(session, Search(), limit=4, now=now)
            return len(due.rows)

    async with site.database.writing() as session:
        await control.pause(session, number, by="editor", because="wait", now=now)
        claiming = asyncio.create_task(claimed())
        waited = await transactions.held_up(site, claiming)

    assert (waited, await claiming) == (True, 0)


async def leave(session: AsyncSession, message: Message) -> None:
    evidence = Evidence(at=clock.now(), how=How.ONE_CLICK)
    await subscriptions.unsubscribe(
        session, message.contact_id, "monthly-letter", evidence=evidence
    )


async def suppress(session: AsyncSession, message: Message) -> None:
    why = suppressions.Why.ASKED
    await suppressions.suppress(session, message.address_key, why, now=clock.now())


async def stop(session: AsyncSession, message: Message) -> None:
    evidence = Evidence(at=clock.now(), how=How.PAGE)
    await subscriptions.stop_everything(session, message.contact_id, evidence=evidence)


@pytest.mark.parametrize(
    ("change", "reason"),
    [(leave, "unsubscribed"), (suppress, "suppressed"), (stop, "stopped")],
)
@pytest.mark.parametrize("store", ["postgresql"])
async def test_a_reader_who_leaves_between_claim_and_mark_is_skipped(
    site: Site, relay: Relay, tmp_path: Path, change: Change, reason: str
) -> None:
    """A claim may wait for the lock on a limit; on SQLite no other writes meanwhile."""
    number = await campaigning.released(site, tmp_path)
    now = clock.now()
    ledger = await campaigning.ledger(site, number)
    async with site.database.writing() as session:
        worker = await lease.begin(
            session, lease=site.settings.delivery.evidence_wait, now=now
        )
        due = await claim.claim(session, Search(), limit=10, now=now)
        left, *others = (row.id for row in due.rows)
        async with site.database.writing() as meanwhile:
            (message,) = (each for each in ledger.values() if each.id == left)
            await change(meanwhile, message)
        allowed = await mark.mark(session, worker, [left, *others], now=now)
        await record.unmark(session, worker, others, now=now)
    await delivering.work(delivering.tuned(site))
    counted = await campaigning.report(site, number)

    assert allowed == set(others)
    assert (counted.skipped, counted.accepted) == ({reason: 1}, 9)
    assert len(relay.accepted) == 9


@pytest.mark.parametrize("late", ["accepted", "deferred", "refused", "set_aside"])
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_late_reply_to_an_uncertain_message_is_recorded_along_an_arrow(
    site: Site, tmp_path: Path, late: str
) -> None:
    """Its worker was stopped until others took it for dead, and then continued."""
    number = await campaigning.released(site, tmp_path)
    now = clock.now()
    wait = site.settings.delivery.evidence_wait
    async with site.database.writing() as session:
        worker = await lease.begin(session, lease=wait, now=now)
        due = await claim.claim(session, Search(), limit=1, now=now)
        ids = [row.id for row in due.rows]
        await mark.mark(session, worker, ids, now=now)
        await record.set_uncertain(
            session, ids, reason="gone", due_at=now + wait, now=now
        )
        outcomes = [
            Outcome(message_number=ids[0], state=MessageState(late), due_at=None)
        ]
        await record.settle(session, worker, outcomes, now=now)
    ledger = await campaigning.ledger(site, number)
    (state,) = {each.state for each in ledger.values() if each.id == ids[0]}

    assert state == late
    assert MessageState(late) in ARROWS[MessageState.UNCERTAIN]
