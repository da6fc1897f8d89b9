"""When two users act on one campaign at once, the second act sees the first."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns import control, lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import approval, gate
from mailer.campaigns.writing import edit, folder
from mailer.errors import RefusedError
from mailer.outcomes import closing
from mailer.sites.site import Site
from tests.acts import campaigning, transactions
from tools.waiting import eventually

Act = Callable[[Site, AsyncSession, Campaign, Path], Awaitable[object]]


async def resume(
    _site: Site, session: AsyncSession, campaign: Campaign, _: Path
) -> None:
    await control.resume(session, campaign, by="editor", now=clock.now())


async def cancel(
    _site: Site, session: AsyncSession, campaign: Campaign, _: Path
) -> None:
    await closing.cancel(session, campaign, by="editor", now=clock.now())


async def at(site: Site, session: AsyncSession, campaign: Campaign, _: Path) -> None:
    now = clock.now()
    await schedule.at(
        session, site, campaign, now + timedelta(hours=1), by="editor", now=now
    )


async def approve(
    site: Site, session: AsyncSession, campaign: Campaign, _: Path
) -> None:
    now = clock.now()
    await approval.approve(
        session,
        campaign,
        by=campaigning.APPROVER,
        templates=site.templates,
        context=await lookup.context_of(session, campaign, now=now),
        now=now,
    )


async def replace(
    site: Site, session: AsyncSession, campaign: Campaign, place: Path
) -> None:
    written = folder.read(campaigning.write(place))
    templates, now = site.templates, clock.now()
    await edit.replace(
        session, campaign, written, templates=templates, by="editor", now=now
    )


@pytest.mark.parametrize(
    ("before", "act", "meanwhile"),
    [
        ("paused", resume, "cancelled"),
        ("sending", cancel, "finished"),
        ("approved", at, "cancelled"),
        ("draft", approve, "cancelled"),
        ("scheduled", replace, "sending"),
    ],
)
@pytest.mark.parametrize("store", ["postgresql"])
async def test_an_act_is_refused_if_another_came_after_its_campaign_was_read(
    site: Site, tmp_path: Path, before: str, act: Act, meanwhile: str
) -> None:
    """On SQLite the other act would have waited."""
    number = await campaigning.approved(site, tmp_path)
    await put(site, number, before)
    with pytest.raises(RefusedError, match=f"is {meanwhile}"):
        async with site.database.writing() as session:
            campaign = await lookup.get(session, number)
            await put(site, number, meanwhile)
            await act(site, session, campaign, tmp_path)

    assert await campaigning.state(site, number) == meanwhile


async def put(site: Site, number: int, state: str) -> None:
    async with site.database.writing() as session:
        await session.execute(
            update(Campaign)
            .where(Campaign.id == number)
            .values(state=CampaignState(state))
        )


async def test_a_cancel_that_returned_is_not_undone_by_a_resume(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await put(site, number, "paused")
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        cancelling = asyncio.create_task(campaigning.cancel(site, number))
        await transactions.held_up(site, cancelling)
        with suppress(RefusedError):
            await control.resume(session, campaign, by="editor", now=clock.now())
    await cancelling

    assert await campaigning.state(site, number) == "cancelled"


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_campaign_changed_while_it_is_checked_is_not_approved(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with site.database.writing() as session:
        ended = transactions.counted(site)
        approving = asyncio.create_task(
            gate.approve(site, number, by=campaigning.APPROVER, now=clock.now())
        )
        await eventually(lambda: len(ended) > 0, "the campaign is not read")
        campaign = await lookup.get(session, number)
        await replace(site, session, campaign, tmp_path)
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        await approving

    assert await campaigning.state(site, number) == "draft"
