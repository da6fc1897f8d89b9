"""A pause, cancellation or opt-out during sending is in force at the next mark."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from audiences import subscriptions
from audiences.subscriptions import Evidence, How
from mailer import clock
from mailer.campaigns import control, lookup
from mailer.outbox import confirmations
from mailer.outbox.message_states import MessageState
from mailer.outcomes import closing
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers
from tools.peers.relay import DROP, Relay
from tools.waiting import eventually

Change = Callable[[Site, int], Awaitable[None]]


async def pause(site: Site, number: int) -> None:
    async with site.database.writing() as session:
        now = clock.now()
        await control.pause(session, number, by="editor", because="wait", now=now)


async def cancel(site: Site, number: int) -> None:
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await closing.cancel(session, campaign, by="editor", now=clock.now())


async def leave(site: Site, number: int) -> None:
    readers = (await campaigning.ledger(site, number)).values()
    async with site.database.writing() as session:
        for each in readers:
            await subscriptions.unsubscribe(
                session,
                each.contact_id,
                "monthly-letter",
                evidence=Evidence(at=clock.now(), how=How.ONE_CLICK),
            )


async def marked_ahead(site: Site, number: int) -> None:
    """Wait until a message is marked behind the one whose answer is held."""

    async def ahead() -> bool:
        messages = (await campaigning.ledger(site, number)).values()
        return sum(each.state == "marked" for each in messages) > 1

    await eventually(ahead, "nothing was marked ahead")


async def interrupted(
    site: Site, relay: Relay, number: int, change: Change
) -> datetime:
    """Deliver, with a change while the relay delays a reply and a message is marked.

    Return when the change was committed.
    """
    changed_at: list[datetime] = []

    async def delay(verb: str) -> None:
        if verb == "." and not changed_at:
            changed_at.append(clock.now())
            await marked_ahead(site, number)
            await change(site, number)
            changed_at[0] = clock.now()

    relay.before = delay
    await delivering.work(delivering.tuned(site, mark_ahead=8))
    return changed_at[0]


async def marked_after(site: Site, number: int, moment: datetime) -> list[str]:
    return [
        address
        for address, message in (await campaigning.ledger(site, number)).items()
        if message.marked_at is not None and message.marked_at > moment
    ]


async def test_once_pause_returns_nothing_is_marked(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    moment = await interrupted(site, relay, number, pause)
    counted = await campaigning.report(site, number)

    assert await marked_after(site, number, moment) == []
    assert counted.state == "paused"
    assert counted.accepted == len(relay.accepted) < 30
    assert (
        counted.states[MessageState.WAITING] == counted.audience - counted.accepted > 0
    )


async def test_a_resumed_campaign_reaches_the_rest_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    await interrupted(site, relay, number, pause)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await control.resume(session, campaign, by="editor", now=clock.now())
    await delivering.work(site)
    counted = await campaigning.report(site, number)

    assert counted.accepted == counted.audience == len(set(relay.recipients()))
    assert len(relay.accepted) == counted.audience


async def test_once_cancel_returns_nothing_is_marked(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    moment = await interrupted(site, relay, number, cancel)
    counted = await campaigning.report(site, number)

    assert await marked_after(site, number, moment) == []
    assert counted.state == "cancelled"
    assert counted.accepted == len(relay.accepted) < 30
    assert (
        counted.states[MessageState.CANCELLED]
        == counted.audience - counted.accepted
        > 0
    )


@pytest.mark.parametrize(
    ("verb", "answer", "left"),
    [("RCPT", "450 later", "cancelled"), (".", DROP, "held")],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_message_that_fails_after_the_cancellation_is_not_sent_again(
    site: Site, relay: Relay, tmp_path: Path, verb: str, answer: str, left: str
) -> None:
    """It was marked when the campaign was cancelled."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    relay.script = lambda command, _: (
        answer if command == verb and len(relay.accepted) in {1, 2} else None
    )
    await interrupted(site, relay, number, cancel)
    await delivering.later(site, number)
    await delivering.work(delivering.tuned(site))
    counted = await campaigning.report(site, number)

    assert counted.states[MessageState(left)] > 0
    assert (
        counted.accepted
        + counted.states[MessageState.CANCELLED]
        + counted.states[MessageState.HELD]
        == counted.audience
    )


async def test_a_reader_who_leaves_before_the_mark_gets_no_message(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    moment = await interrupted(site, relay, number, leave)
    counted = await campaigning.report(site, number)

    assert await marked_after(site, number, moment) == []
    assert counted.accepted == len(relay.accepted) < 30
    assert counted.skipped == {"unsubscribed": counted.audience - counted.accepted}
    assert counted.state == "finished"


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_message_that_is_too_late_expires(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        campaign.expires_at = clock.now() - timedelta(seconds=1)
    await delivering.work(site)
    counted = await campaigning.report(site, number)

    assert relay.accepted == []
    assert counted.states[MessageState.EXPIRED] == counted.audience
    assert counted.state == "finished"


async def stop_everything(site: Site, contact_id: int) -> None:
    async with site.database.writing() as session:
        evidence = Evidence(at=clock.now(), how=How.PAGE)
        await subscriptions.stop_everything(session, contact_id, evidence=evidence)


async def test_a_reader_who_stops_everything_gets_no_service_mail(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Also if they stop it after the release."""
    toml = campaigning.TOML.replace("monthly-letter", "directory-update")
    toml = toml.format(audience="kind = sector")
    number = await campaigning.released(site, tmp_path, toml=toml)
    address, message = (await campaigning.ledger(site, number)).popitem()
    await stop_everything(site, message.contact_id)
    await delivering.work(delivering.tuned(site))
    counted = await campaigning.report(site, number)

    assert counted.skipped == {"stopped": 1}
    assert counted.accepted == counted.audience - 1 == len(relay.accepted)
    assert address not in relay.recipients()


async def test_a_reader_who_stopped_everything_gets_the_confirmation_they_ask_for(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    address, message = (await campaigning.ledger(site, number)).popitem()
    await campaigning.cancel(site, number)
    await stop_everything(site, message.contact_id)
    now = clock.now()
    async with site.database.writing() as session:
        evidence = Evidence(at=now, how=How.PAGE)
        await subscriptions.request(
            session, message.contact_id, readers.TOPIC, evidence=evidence
        )
    answer = await confirmations.request(
        site, message.contact_id, now=now, writing=site.database.writing
    )
    assert answer.queued
    await delivering.work(delivering.tuned(site))

    assert relay.recipients() == [address]
