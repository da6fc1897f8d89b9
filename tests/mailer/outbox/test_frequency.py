"""A reader who had as many letters in a month as the unit allows is left out."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.outbox import release
from mailer.outbox.models import Message
from mailer.reports import audience
from mailer.sites.site import Site
from tests.acts import campaigning

ONE_MORE = "kind = sector and sub(monthly-letter) and desk = ED"


def limited(site: Site, letters: int) -> Site:
    gate = site.settings.gate.model_copy(update={"letters_a_month": letters})
    return replace(site, settings=site.settings.model_copy(update={"gate": gate}))


async def released(site: Site, place: Path, **written: str) -> int:
    number = await campaigning.approved(site, place, **written)
    await release.release(site, number, by=campaigning.EDITOR, now=clock.now())
    return number


async def reasons(site: Site, number: int) -> list[str | None]:
    async with site.database.reading() as session:
        found = await session.scalars(
            select(Message.reason).where(Message.campaign_id == number)
        )
        return list(found)


async def test_only_readers_above_the_limit_are_left_out(
    site: Site, tmp_path: Path
) -> None:
    site = limited(site, 2)
    numbers = [await released(site, tmp_path, audience=ONE_MORE) for _ in range(2)]
    last = await released(site, tmp_path)

    assert [await reasons(site, each) for each in numbers] == [[None], [None]]
    assert sorted(map(str, await reasons(site, last))) == ["None"] * 9 + ["frequency"]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_audience_says_so_before_the_release(
    site: Site, tmp_path: Path
) -> None:
    site = limited(site, 1)
    await released(site, tmp_path, audience=ONE_MORE)
    number = await campaigning.approved(site, tmp_path)
    async with site.database.reading() as session:
        read = await audience.audience(session, site, number, now=clock.now())
        rows = [row async for page in read.pages(session) for row in page]

    assert sorted(row.left_out for row in rows) == [""] * 9 + ["frequency"]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_letter_of_an_earlier_month_and_a_correction_do_not_count(
    site: Site, tmp_path: Path
) -> None:
    site = limited(site, 1)
    first = await released(site, tmp_path)
    correcting = await campaigning.approved(site, tmp_path)
    async with site.database.writing() as session:
        await session.execute(
            update(Campaign).where(Campaign.id == correcting).values(corrects=first)
        )
    await release.release(site, correcting, by=campaigning.EDITOR, now=clock.now())
    long_ago = clock.now() - timedelta(days=31)
    async with site.database.writing() as session:
        await session.execute(update(Campaign).values(released_at=long_ago))
    later = await released(site, tmp_path)

    assert await reasons(site, correcting) == [None] * 10
    assert await reasons(site, later) == [None] * 10
