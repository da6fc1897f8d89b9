"""Each act moves the messages it may move, and leaves every other as it was."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from mailer.outbox.message_states import MessageState
from mailer.outbox.models import WorkerLease
from mailer.outcomes import mark, record
from mailer.outcomes.record import Outcome
from mailer.sites.site import Site
from tests.acts import ledgers
from tests.acts.ledgers import ATTEMPTS, LATER, NOW, Ledger, after

CLAIMABLE = {"waiting", "deferred"}
WITH_WORKER = {"marked", "uncertain"}


def held(before: Ledger) -> list[int]:
    """Return what this worker holds of the messages that are asked for."""
    return [
        row.id
        for row in before.rows
        if row.id in before.asked
        and row.state in WITH_WORKER
        and row.worker_id == before.mine
    ]


async def test_only_what_a_worker_holds_is_accepted(site: Site, tmp_path: Path) -> None:
    before = await ledgers.every(site, tmp_path)
    replies = [(number, f"250 {number}", "main") for number in before.asked]

    async with site.database.writing() as session:
        await record.accept(session, before.mine, replies, now=NOW)

    assert await ledgers.rows(site) == [
        replace(
            row,
            state="accepted",
            reason=None,
            reply=f"250 {row.id}",
            due_at=None,
            worker_id=None,
            settled_at=NOW,
        )
        if row.id in held(before)
        else row
        for row in before.rows
    ]
    assert await ledgers.events(site) == []


@pytest.mark.parametrize("state", ["deferred", "refused", "set_aside", "uncertain"])
async def test_only_what_a_worker_holds_is_settled_and_told_of(
    site: Site, tmp_path: Path, state: str
) -> None:
    """What is uncertain stays with its worker, whose late answer counts."""
    before = await ledgers.every(site, tmp_path)
    outcomes = [
        Outcome(number, MessageState(state), f"why {number}", f"4xx {number}", LATER)
        for number in before.asked
    ]

    async with site.database.writing() as session:
        await record.settle(session, before.mine, outcomes, now=NOW)

    moved = held(before)
    assert await ledgers.rows(site) == [
        replace(
            row,
            state=state,
            reason=f"why {row.id}",
            reply=f"4xx {row.id}",
            due_at=LATER,
            worker_id=before.mine if state == "uncertain" else None,
            settled_at=NOW,
        )
        if row.id in moved
        else row
        for row in before.rows
    ]
    assert await ledgers.events(site) == [
        (number, NOW, state, f"why {number}") for number in moved
    ]


async def test_nothing_is_settled_of_what_another_holds(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path)
    theirs = [row.id for row in before.rows if row.worker_id == before.other]
    outcomes = [Outcome(number, MessageState.REFUSED) for number in theirs]

    async with site.database.writing() as session:
        await record.settle(session, before.mine, outcomes, now=NOW)

    assert await ledgers.rows(site) == before.rows
    assert await ledgers.events(site) == []


async def test_a_mark_is_taken_back_by_its_worker_and_was_no_attempt(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path)

    async with site.database.writing() as session:
        await record.unmark(session, before.mine, before.asked, now=NOW)

    assert await ledgers.rows(site) == after(
        before.rows,
        lambda row: (
            row.id in before.asked
            and (row.state, row.worker_id) == ("marked", before.mine)
        ),
        state="waiting",
        worker_id=None,
        marked_at=None,
        due_at=NOW,
        attempts=ATTEMPTS - 1,
    )


async def test_only_what_may_be_claimed_is_skipped(site: Site, tmp_path: Path) -> None:
    before = await ledgers.every(site, tmp_path)
    refused = [(number, "stopped") for number in before.asked]

    async with site.database.writing() as session:
        await record.skip(session, refused, now=NOW)
        await record.skip(session, [], now=LATER)

    assert await ledgers.rows(site) == after(
        before.rows,
        lambda row: row.id in before.asked and row.state in CLAIMABLE,
        state="skipped",
        reason="stopped",
        due_at=None,
        settled_at=NOW,
    )


async def test_only_what_is_marked_becomes_uncertain_and_is_told_of(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path)
    moved = [
        row.id
        for row in before.rows
        if row.id in before.asked and row.state == "marked"
    ]

    async with site.database.writing() as session:
        for ids in (before.asked, [], before.asked):
            await record.set_uncertain(
                session, ids, reason="gone", due_at=LATER, now=NOW
            )

    assert await ledgers.rows(site) == after(
        before.rows,
        lambda row: row.id in moved,
        state="uncertain",
        reason="gone",
        settled_at=NOW,
        due_at=LATER,
    )
    assert await ledgers.events(site) == [
        (number, NOW, "uncertain", "gone") for number in moved
    ]


async def test_a_message_is_moved_once_and_only_from_where_it_is(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path)
    first = next(row for row in before.rows if row.state == "held")
    async with site.database.writing() as session:
        moved = [
            await record.move(
                session, first.id, state, MessageState.WAITING, {"due_at": NOW}
            )
            for state in (MessageState.MARKED, MessageState.HELD, MessageState.HELD)
        ]

    assert moved == [False, True, False]
    assert await ledgers.rows(site) == after(
        before.rows, lambda row: row.id == first.id, state="waiting", due_at=NOW
    )


async def test_only_what_may_be_claimed_is_marked_and_the_worker_is_told_which(
    site: Site, tmp_path: Path
) -> None:
    before = await ledgers.every(site, tmp_path)
    mine = ("marked", before.mine)  # marked before, and so told once more
    asked = [
        row.id
        for row in before.rows
        if row.id in before.asked and (row.state, row.worker_id) != mine
    ]
    free = [row.id for row in before.rows if row.state in CLAIMABLE and row.id in asked]
    some, rest = free[:5], [each for each in asked if each not in free[:5]]

    async with site.database.writing() as session:
        told = [
            await mark.mark(session, before.mine, ids, now=NOW) for ids in (some, rest)
        ]

    assert told == [set(some), set(free[5:])]
    assert await ledgers.rows(site) == after(
        before.rows,
        lambda row: row.id in free,
        state="marked",
        worker_id=before.mine,
        marked_at=NOW,
        attempts=ATTEMPTS + 1,
    )


@pytest.mark.parametrize(
    "lease",
    [{"alive_until": NOW}, {"alive_until": LATER, "ended_at": NOW}],
    ids=["over", "given up"],
)
async def test_a_worker_without_a_lease_marks_nothing(
    site: Site, tmp_path: Path, lease: dict[str, object]
) -> None:
    before = await ledgers.every(site, tmp_path)
    ids = [row.id for row in before.rows if row.state == "waiting"]
    async with site.database.writing() as session:
        await session.execute(
            update(WorkerLease).where(WorkerLease.id == before.mine).values(**lease)
        )

    async with site.database.writing() as session:
        told = await mark.mark(session, before.mine, ids, now=NOW)

    assert told == set()
    assert await ledgers.rows(site) == before.rows
