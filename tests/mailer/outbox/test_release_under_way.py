"""Messages are sent while a release makes others, and each is sent in the end."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import delete

from mailer import clock
from mailer.campaigns.campaign_states import CampaignState
from mailer.outbox import plan, process_identity
from mailer.outbox.models import Message, ReleasePlan
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, transactions
from tools.peers.relay import Relay
from tools.waiting import eventually

MADE, ALL = 20, 54  # messages
NO_PROCESS = process_identity.identity(4_194_305)  # above the greatest PID of Linux


async def half_released(site: Site, place: Path) -> int:
    """Release a campaign as this process would leave it half done."""
    number = await campaigning.released(site, place, audience=campaigning.OFFICES)
    ledger = await campaigning.ledger(site, number)
    last = sorted(each.contact_id for each in ledger.values())[MADE - 1]
    async with site.database.writing() as session:
        await session.execute(
            delete(Message).where(
                Message.campaign_id == number, Message.contact_id > last
            )
        )
        progress = plan.new_plan(number, now=clock.now())
        progress.contact_id = last
        session.add(progress)
    return number


async def abandon(site: Site, number: int) -> None:
    """Give the release of a campaign to a process that does not exist."""
    async with site.database.writing() as session:
        progress = await session.get_one(ReleasePlan, number)
        progress.process = NO_PROCESS


async def planned(site: Site, number: int) -> None:
    """Wait until every reader has a message."""

    async def done() -> bool:
        async with site.database.reading() as session:
            return await session.get(ReleasePlan, number) is None

    await eventually(done, "the release is not carried on with")


async def sent(relay: Relay, count: int) -> None:
    """Wait until the relay has taken so many messages."""
    await eventually(lambda: len(relay.accepted) >= count, "fewer messages were taken")


async def test_a_worker_that_ends_when_idle_waits_for_a_release_under_way(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await half_released(site, tmp_path)
    working = asyncio.create_task(delivering.work(site))
    await sent(relay, MADE)
    looks = transactions.counted(site)
    await eventually(lambda: len(looks) > 9 or working.done(), "nothing is looked for")
    ended, before = working.done(), await campaigning.state(site, number)
    await plan.plan(site, number, now=clock.now)
    await working

    assert (ended, before) == (False, CampaignState.SENDING)
    assert await campaigning.state(site, number) == CampaignState.FINISHED
    assert Counter(relay.recipients()) == Counter(
        list(await campaigning.ledger(site, number))
    )
    assert len(relay.accepted) == ALL


async def test_a_release_whose_process_is_gone_is_continued(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await half_released(site, tmp_path)
    await abandon(site, number)
    await delivering.work(site)

    assert len(relay.accepted) == ALL
    assert await campaigning.state(site, number) == CampaignState.FINISHED
    async with site.database.reading() as session:
        assert await session.get(ReleasePlan, number) is None


async def test_every_reader_of_a_campaign_cancelled_half_released_has_a_row(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await half_released(site, tmp_path)
    await abandon(site, number)
    await campaigning.cancel(site, number)
    working = asyncio.create_task(delivering.serve(site))
    await planned(site, number)
    working.cancel()
    await asyncio.wait({working})
    await delivering.work(site)
    ledger = await campaigning.ledger(site, number)

    assert Counter(each.state for each in ledger.values()) == {"cancelled": ALL}
    assert relay.accepted == []


@pytest.mark.parametrize("store", ["postgresql"])
async def test_messages_are_sent_while_others_are_being_made(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """On PostgreSQL release and worker do not wait for each other."""
    number = await half_released(site, tmp_path)
    async with site.database.writing() as session:
        await session.get_one(ReleasePlan, number, with_for_update=True)
        working = asyncio.create_task(delivering.work(site))
        await sent(relay, MADE)
    await plan.plan(site, number, now=clock.now)
    await working

    assert len(relay.accepted) == ALL
