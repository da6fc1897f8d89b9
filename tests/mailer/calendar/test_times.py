"""A campaign's time falls with its approval; its slot stays its own or becomes free."""

from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns import lookup
from mailer.campaigns.models import Occurrence
from mailer.errors import RefusedError
from mailer.processes import ticking
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.mailer.calendar.test_due import occurrences, scheduled

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def in_series(site: Site, number: int) -> str:
    """Schedule a campaign in the next open slot of the sample's series; return it."""
    slot = await campaigning.schedule_in_series(site, number)
    return slot.slot


async def test_a_campaign_corrected_after_it_was_scheduled_goes_in_its_slot(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    before = await in_series(site, number)
    await campaigning.replace(site, number, path)
    async with site.database.reading() as session:
        corrected = await lookup.get(session, number)
    await campaigning.approve(site, number)
    after = await in_series(site, number)
    async with site.database.reading() as session:
        due = (await lookup.get(session, number)).at
    assert due is not None
    ticked = await ticking.tick(site, due)

    assert (corrected.state, corrected.at) == ("draft", None)
    assert before == after
    assert (ticked.released, ticked.held) == ([number], [])


async def test_a_cancelled_campaign_frees_its_slot(site: Site, tmp_path: Path) -> None:
    first = await campaigning.approved(site, tmp_path)
    second = await campaigning.approved(site, tmp_path)
    slot = await in_series(site, first)
    await campaigning.cancel(site, first)

    assert await in_series(site, second) == slot


async def test_a_slot_held_by_a_draft_is_missed_at_its_time(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    slot = await in_series(site, number)
    await campaigning.replace(site, number, path)
    async with site.database.reading() as session:
        due = await session.scalar(
            select(Occurrence.due_at).where(Occurrence.slot == slot)
        )
    assert due is not None
    ticked = await ticking.tick(site, due)

    assert ticked.missed == [slot]
    assert (await occurrences(site))[0] == (slot, number, "missed")


async def test_a_campaign_without_its_time_stays_approved_for_any_time(
    site: Site, tmp_path: Path
) -> None:
    number, at = await scheduled(site, tmp_path)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await schedule.remove(session, campaign, by="editor", now=clock.now())
    ticked = await ticking.tick(site, at)

    assert (campaign.state, campaign.at, ticked.released) == ("approved", None, [])
    assert await in_series(site, number)


async def test_an_approval_for_one_time_is_refused_another_and_falls_with_it(
    site: Site, tmp_path: Path
) -> None:
    number, at = await scheduled(site, tmp_path)
    await campaigning.approve(site, number)  # now for this time
    with pytest.raises(RefusedError, match="head-of-unit approved A short letter for"):
        await in_series(site, number)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        assert campaign.at == at
        await schedule.remove(session, campaign, by="editor", now=clock.now())

    assert await campaigning.state(site, number) == "draft"
