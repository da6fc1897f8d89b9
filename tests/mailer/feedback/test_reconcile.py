"""`messages reconcile` settles what the relay's log proves, once, and no more."""

import asyncio
import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailer import clock
from mailer.errors import RefusedError
from mailer.feedback import reconcile
from mailer.feedback.postfix_log import Acceptance
from mailer.feedback.reconcile import Reconciled
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import closing
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers, transactions
from tools.peers.relay import DROP, Relay

NOTHING = Reconciled(unsettled=0, taken=0, not_taken=0, held=0, unknown=0)


async def unsure(site: Site, relay: Relay, place: Path, **delivery: Any) -> int:
    """Deliver ten messages at once to a relay that never answers the final dot."""
    number = await campaigning.released(site, place)
    relay.script = lambda verb, _line: DROP if verb == "." else None
    patient: dict[str, Any] = {"uncertain_minutes": 60.0, **delivery}
    await delivering.work(delivering.tuned(site, connections=10, **patient))
    return number


async def message_ids(site: Site, number: int) -> list[str]:
    """Return the Message-IDs of a campaign, as in the relay's log."""
    rows = await campaigning.ledger(site, number)
    domain = site.settings.mail.domain
    signed = [await readers.signed_of(site, row) for row in rows.values()]
    return [f"<{each.message_id}@{domain}>" for each in signed]


def log(place: Path, *, headers: list[str], active: list[str]) -> Path:
    """Write a Postfix log: the headers it read, `queue active` for what it took."""
    stamp = (clock.now() + timedelta(seconds=1)).isoformat()
    lines = []
    for number, name in enumerate(headers):
        lines.append(f"{stamp} r postfix/cleanup[1]: AB{number:04}: message-id={name}")
        if name in active:
            lines.append(
                f"{stamp} r postfix/qmgr[2]: AB{number:04}: from=<x@y.example>, size=9,"
                " nrcpt=1 (queue active)"
            )
    end = (clock.now() + timedelta(hours=2)).isoformat()
    lines.append(f"{end} r postfix/anvil[3]: statistics: max connection count 1")
    path = place / "mail.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def test_the_log_settles_the_messages_it_knows_and_no_others(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Three were taken, of three only the header came, four are not in the log."""
    number = await unsure(site, relay, tmp_path)
    names = await message_ids(site, number)
    path = log(tmp_path, headers=names[:6], active=names[:3])

    settled = await reconcile.reconcile(site, [path], now=clock.now())

    assert settled == Reconciled(unsettled=10, taken=3, not_taken=3, held=0, unknown=4)
    counted = await campaigning.report(site, number)
    assert (
        counted.accepted,
        counted.states[MessageState.WAITING],
        counted.states[MessageState.UNCERTAIN],
    ) == (3, 3, 4)
    assert counted.audience == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_log_read_twice_settles_a_message_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await unsure(site, relay, tmp_path)
    names = await message_ids(site, number)
    path = log(tmp_path, headers=names, active=names)
    await reconcile.reconcile(site, [path], now=clock.now())

    again = await reconcile.reconcile(site, [path], now=clock.now())

    assert again == NOTHING
    assert (await campaigning.report(site, number)).accepted == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_what_was_not_taken_is_sent_again_and_what_was_taken_is_not(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """No reader gets a second copy: the relay counts what it receives."""
    number = await unsure(site, relay, tmp_path)
    names = await message_ids(site, number)
    path = log(tmp_path, headers=names, active=names[:7])
    await reconcile.reconcile(site, [path], now=clock.now())
    relay.script = lambda _verb, _line: None
    relay.accepted.clear()

    await delivering.work(delivering.tuned(site))

    assert len(relay.accepted) == 3
    assert (await campaigning.report(site, number)).accepted == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_held_message_is_settled_as_well(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Taken becomes accepted; not taken stays held, because the campaign is over."""
    number = await unsure(
        site, relay, tmp_path, uncertain="hold", uncertain_minutes=0.0
    )
    await delivering.work(delivering.tuned(site, uncertain="hold"))
    names = await message_ids(site, number)
    path = log(tmp_path, headers=names, active=names[:9])

    settled = await reconcile.reconcile(site, [path], now=clock.now())

    assert settled == replace(NOTHING, unsettled=10, taken=9, held=1)
    counted = await campaigning.report(site, number)
    assert (counted.accepted, counted.states[MessageState.HELD]) == (9, 1)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_rotated_and_compressed_logs_are_read_as_one(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The lines of a message may be in two files."""
    number = await unsure(site, relay, tmp_path)
    names = await message_ids(site, number)
    lines = (
        log(tmp_path, headers=names, active=names).read_text().splitlines(keepends=True)
    )
    old, new = tmp_path / "mail.log.1.gz", tmp_path / "mail.log"
    old.write_bytes(gzip.compress("".join(lines[:11]).encode()))
    new.write_text("".join(lines[11:]), encoding="utf-8")

    settled = await reconcile.reconcile(site, [old, new], now=clock.now())

    assert settled.taken == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_truncated_compressed_log_is_refused_by_name(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Half of a log does not settle anything."""
    number = await unsure(site, relay, tmp_path)
    names = await message_ids(site, number)
    whole = gzip.compress(log(tmp_path, headers=names, active=names).read_bytes())
    path = tmp_path / "mail.log.gz"
    path.write_bytes(whole[:-20])

    with pytest.raises(RefusedError, match=r"mail\.log\.gz cannot be read to its end"):
        await reconcile.reconcile(site, [path], now=clock.now())

    counted = await campaigning.report(site, number)
    assert counted.states[MessageState.UNCERTAIN] == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_message_tried_again_since_the_log_was_read_is_not_touched(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await unsure(site, relay, tmp_path)
    async with site.database.reading() as session:
        unsettled = next(iter((await reconcile._unsettled(session, site)).values()))
    async with site.database.writing() as session:
        row = await session.get_one(Message, unsettled.id)
        row.attempts += 1

    async with site.database.writing() as session:
        assert not await reconcile._unchanged(session, unsettled)
    counted = await campaigning.report(site, number)
    assert counted.states[MessageState.UNCERTAIN] == 10


async def held(site: Site, relay: Relay, place: Path) -> int:
    """Leave ten messages held in a campaign that is not finished yet."""
    number = await unsure(site, relay, place)
    await delivering.later(site, number)
    ids = [row.id for row in (await campaigning.ledger(site, number)).values()]
    async with site.database.writing() as session:
        await closing.decide(session, ids, resend=False, now=clock.now())
    return number


async def test_a_held_message_stays_held_if_its_campaign_has_ended(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """A waiting message of a finished campaign would wait for ever."""
    number = await held(site, relay, tmp_path)
    async with site.database.reading() as session:
        unsettled = await reconcile._unsettled(session, site)
    shown = dict.fromkeys(unsettled, Acceptance.NOT_TAKEN)
    async with site.database.writing() as session:
        finished = await closing.finish(session, now=clock.now())
    async with site.database.writing() as session:
        counts = await reconcile._settle(session, unsettled, shown, {}, now=clock.now())

    assert finished == [number]
    assert counts == {"taken": 0, "not_taken": 0, "held": 10}
    assert (await campaigning.report(site, number)).states[MessageState.HELD] == 10


async def test_a_campaign_whose_held_messages_are_sent_again_is_not_over(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Finishing waits on SQLite, and passes the campaign over on PostgreSQL."""
    number = await held(site, relay, tmp_path)

    async def finish() -> list[int]:
        async with site.database.writing() as session:
            return await closing.finish(session, now=clock.now())

    async with site.database.reading() as session:
        unsettled = await reconcile._unsettled(session, site)
    shown = dict.fromkeys(unsettled, Acceptance.NOT_TAKEN)
    async with site.database.writing() as session:
        counts = await reconcile._settle(session, unsettled, shown, {}, now=clock.now())
        finishing = asyncio.create_task(finish())
        await transactions.held_up(site, finishing)
    relay.script = lambda _verb, _line: None
    finished = await finishing
    await delivering.work(delivering.tuned(site))

    assert (finished, counts["not_taken"]) == ([], 10)
    assert (await campaigning.report(site, number)).accepted == 10
