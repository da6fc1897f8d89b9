"""Verbs change the state of a campaign along its arrows, and refuse other changes."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.campaigns.models import CampaignEvent, Occurrence
from mailer.campaigns.review import gate
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.processes import ticking
from mailer.sites.site import Site
from tests.acts import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_only_a_paused_campaign_is_resumed(site: Site, tmp_path: Path) -> None:
    """Resumed, it would be sending without messages, and soon be finished."""
    number = await campaigning.approved(site, tmp_path)
    with pytest.raises(RefusedError, match="is approved, not paused"):
        async with site.database.writing() as session:
            campaign = await lookup.get(session, number)
            await control.resume(session, campaign, by="editor", now=clock.now())

    assert await campaigning.state(site, number) == "approved"


async def test_a_paused_campaign_is_not_released_again(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        now = clock.now()
        await control.pause(session, number, by="editor", because="wait", now=now)
    with pytest.raises(RefusedError, match="A short letter is paused") as fault:
        await release.release(site, number, by="editor", now=clock.now())

    assert fault.value.code == "campaign.paused"
    assert await campaigning.state(site, number) == "paused"


async def changed_while_scheduled(site: Site, place: Path) -> tuple[int, datetime]:
    """Approve and schedule a campaign, then change its template; return its time."""
    number = await campaigning.approved(site, place)
    at = clock.now() + timedelta(hours=1)
    await campaigning.schedule_at(site, number, at)
    with (site.templates_folder / "monthly-letter" / "body.mjml").open("a") as file:
        file.write("\n")
    return number, at


async def test_an_approval_is_renewed_without_losing_the_time(
    site: Site, tmp_path: Path
) -> None:
    """Its template changed while it was scheduled."""
    number, at = await changed_while_scheduled(site, tmp_path)
    await campaigning.approve(site, number)
    state = await campaigning.state(site, number)
    ticked = await ticking.tick(site, at)

    assert (state, ticked.released) == ("scheduled", [number])


async def acts(site: Site, number: int) -> list[str]:
    async with site.database.reading() as session:
        recorded = await session.scalars(
            select(CampaignEvent.act)
            .where(CampaignEvent.campaign_id == number)
            .order_by(CampaignEvent.id)
        )
        return list(recorded)


async def test_a_campaign_with_an_error_is_not_approved(
    site: Site, tmp_path: Path
) -> None:
    text = campaigning.TEXT + "\n[a link](http://)\n"
    number = await campaigning.add(site, campaigning.write(tmp_path, en=text))
    with pytest.raises(RefusedError, match=r"has errors, the first in en\.md"):
        await gate.approve(site, number, by="head-of-unit", now=clock.now())

    assert await campaigning.state(site, number) == "draft"


async def test_a_late_and_changed_campaign_is_approved_again_and_sent(
    site: Site, tmp_path: Path
) -> None:
    number, at = await changed_while_scheduled(site, tmp_path)
    late = at + timedelta(hours=site.settings.ticker.grace_hours)
    held = (await ticking.tick(site, late)).held
    await campaigning.approve(site, number)
    await release.release(site, number, by="editor", now=late)

    assert held == [number]
    assert await campaigning.state(site, number) == "sending"
    assert await acts(site, number) == [
        "imported",
        "approved",
        "scheduled",
        "expired",
        "approved",
        "released",
    ]


async def test_a_scheduled_campaign_gets_another_time_and_leaves_its_slot(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    slots = []
    for _ in range(2):
        slot = await campaigning.schedule_in_series(site, number)
        slots.append(slot.due_at)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        filled = await session.scalars(
            select(Occurrence.due_at).where(Occurrence.campaign_id == number)
        )

    assert slots[0] < slots[1] == campaign.at
    assert filled.all() == [slots[1]]
