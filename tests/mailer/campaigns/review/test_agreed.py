"""A campaign that changed in the store after its approval is not released."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign, CampaignText, StoredFile
from mailer.campaigns.review import agreed
from mailer.campaigns.review.agreed import AGREED
from mailer.errors import MailerError, RefusedError
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

Digest = Callable[[AsyncSession, Campaign, Site], Awaitable[str]]
OTHERS: dict[str, Any] = {  # values that differ from the campaign's
    "template": "programme-news",
    "topic": "forum-conclusions",
    "reference": "X/1",
    "reference_pattern": "X/{yy}/{number}",
    "reference_year": 2020,
    "reference_number": 99,
    "on_demand": True,
    "audience": "kind = field_office",
    "day": date(2027, 5, 5),
    "themes": ["forum-09"],
    "default_language": "fr",
    "fallbacks": {"fr": ["es"]},
    "per_block": ["fr"],
    "block_rules": {"opening": "kind = ngo"},
    "block_firsts": {"opening": "kind = ngo"},
    "hours": ["2027-05-04T08:00"],
    "shows_entry": True,
    "event": {"uid": "x"},
    "files": [{"name": "a", "language": "", "type": "x", "digest": "y"}],
    "too_late_hours": 1.5,
    "wave_hours": 1.5,
}


def other(name: str) -> Any:
    return OTHERS.get(name, "another")


async def refused(site: Site, number: int) -> None:
    with pytest.raises(MailerError):
        await release.release(site, number, by="editor", now=clock.now())
    assert await campaigning.ledger(site, number) == {}


@pytest.mark.parametrize("name", AGREED)
async def test_a_column_changed_after_the_approval_stops_the_release(
    site: Site, tmp_path: Path, name: str
) -> None:
    number = await campaigning.approved(site, tmp_path)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        assert getattr(campaign, name) != other(name)
        await session.execute(
            update(Campaign).where(Campaign.id == number).values({name: other(name)})
        )
    with pytest.raises(RefusedError, match="changed after head-of-unit approved it"):
        await release.release(site, number, by="editor", now=clock.now())

    assert await campaigning.ledger(site, number) == {}


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_text_changed_after_the_approval_stops_the_release(
    site: Site, tmp_path: Path, language: str
) -> None:
    texts = dict.fromkeys(("en", "fr"), campaigning.TEXT)
    number = await campaigning.approved(site, tmp_path, **texts)
    async with site.database.writing() as session:
        await session.execute(
            update(CampaignText)
            .where(CampaignText.language == language)
            .values(text=campaigning.TEXT + "One more word.\n")
        )

    await refused(site, number)


async def test_a_file_changed_after_the_approval_stops_the_release(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    (path / "files" / "agenda.pdf").write_bytes(b"%PDF-1.7 agenda")
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    async with site.database.writing() as session:
        await session.execute(update(StoredFile).values(octets=b"%PDF-1.7 another"))

    await refused(site, number)


async def of_now(session: AsyncSession, campaign: Campaign, site: Site) -> str:
    files = site.templates.digests
    return await agreed.digest(session, campaign, files=files, segments={})


async def before_files(session: AsyncSession, campaign: Campaign, site: Site) -> str:
    return await agreed.without_files(session, campaign, site.templates, {})


async def before_segments(session: AsyncSession, campaign: Campaign, site: Site) -> str:
    return await agreed.without_files(session, campaign, site.templates, None)


async def at_first(session: AsyncSession, campaign: Campaign, site: Site) -> str:
    return await agreed.former_digest(session, campaign, site.templates)


DIGESTS = [of_now, before_files, before_segments, at_first]


@pytest.mark.parametrize("digest", DIGESTS)
async def test_an_unchanged_campaign_has_the_same_digest_an_hour_later(
    site: Site, tmp_path: Path, digest: Digest
) -> None:
    number = await campaigning.approved(site, tmp_path)
    digests = set()
    for _ in range(2):
        async with site.database.writing() as session:
            campaign = await lookup.get(session, number)
            digests.add(await digest(session, campaign, site))
            campaign.updated_at += timedelta(hours=1)

    assert len(digests) == 1


@pytest.mark.parametrize("digest", DIGESTS[1:])
@pytest.mark.parametrize("changed", [False, True])
async def test_an_approval_that_kept_no_files_holds_while_the_templates_are_the_same(
    site: Site, tmp_path: Path, digest: Digest, *, changed: bool
) -> None:
    number = await campaigning.approved(site, tmp_path)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        given = await lookup.current_approval(session, campaign)
        assert given is not None
        given.files = None
        given.segments = {} if digest is before_files else None
        given.digest = await digest(session, campaign, site)
    if changed:
        with (site.templates_folder / "_layout" / "letter.css").open("a") as file:
            file.write("\n")
        await refused(site, number)
        return
    await release.release(site, number, by="editor", now=clock.now())

    assert await campaigning.state(site, number) == "sending"
