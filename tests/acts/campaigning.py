"""Writes, approves, releases and counts campaigns as the commands do."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from audiences.contacts import Contact
from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns import lookup
from mailer.campaigns.models import Occurrence
from mailer.campaigns.review import approval
from mailer.campaigns.writing import edit, folder
from mailer.demo import demonstration
from mailer.outbox import release
from mailer.outbox.models import Message
from mailer.outcomes import closing
from mailer.rendering import template_files
from mailer.reports import totals
from mailer.reports.totals import CampaignReport
from mailer.sites.site import Site

EDITOR, APPROVER = "editor", "head-of-unit"
SECTORS = "kind = sector and sub(monthly-letter)"  # ten readers, all in English
OFFICES = "kind = field_office and sub(monthly-letter)"  # fifty-four, with fallbacks
TOML = """name = "A short letter"
template = "monthly-letter"
date = 2097-05-04
author = "editor"
audience = "{audience}"

[languages.fallbacks]
fr = ["en"]
es = ["en"]
ar = ["en"]
ru = ["en"]
zh = ["en"]
"""
TEXT = """---
subject: A short letter
preheader: It is short
---
# opening

Dear {organisation}, this is short.
"""


def write(
    place: Path, *, toml: str | None = None, audience: str = SECTORS, **texts: str
) -> Path:
    """Write a campaign folder; without texts, a short English one."""
    path = place / f"campaign-{len(list(place.glob('campaign-*')))}"
    path.mkdir()
    written = toml if toml is not None else TOML.format(audience=audience)
    (path / "campaign.toml").write_text(written, encoding="utf-8")
    for language, text in (texts or {"en": TEXT}).items():
        (path / f"{language.replace('_', '-')}.md").write_text(text, encoding="utf-8")
    return path


async def add(
    site: Site, path: Path, *, author: str = EDITOR, unfinished: bool = False
) -> int:
    """Import a campaign folder; return its number."""
    async with site.database.writing() as session:
        campaign = await edit.add(
            session,
            folder.read(path),
            templates=site.templates,
            author=author,
            now=clock.now(),
            unfinished=unfinished,
        )
    return campaign.id


async def replace(site: Site, number: int, path: Path, *, by: str = EDITOR) -> None:
    """Import a campaign folder over a campaign."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await edit.replace(
            session,
            campaign,
            folder.read(path),
            templates=site.templates,
            by=by,
            now=clock.now(),
        )


async def approve(site: Site, number: int, *, by: str = APPROVER) -> int:
    """Approve a campaign; return how many readers it had then."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        given = await approval.approve(
            session,
            campaign,
            by=by,
            templates=template_files.read(site.templates_folder),
            context=await lookup.context_of(
                session, campaign, now=clock.now(), present=True
            ),
            now=clock.now(),
        )
    return given.count


async def schedule_at(site: Site, number: int, at: datetime) -> None:
    """Schedule a campaign at an instant."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await schedule.at(
            session,
            site,
            campaign,
            at,
            by=EDITOR,
            now=clock.now(),
        )


async def schedule_in_series(site: Site, number: int) -> Occurrence:
    """Schedule a campaign in the next open slot of the sample's series; return it."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        return await schedule.in_series(
            session,
            site,
            campaign,
            "monthly-letter",
            by=EDITOR,
            now=clock.now(),
        )


async def cancel(site: Site, number: int, *, by: str = EDITOR) -> None:
    """End a campaign."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await closing.cancel(session, campaign, by=by, now=clock.now())


async def approved(site: Site, place: Path, **written: str) -> int:
    """Write, import and approve a short campaign; return its number."""
    number = await add(site, write(place, **written))
    await approve(site, number)
    return number


async def released(site: Site, place: Path, **written: str) -> int:
    """Write, import, approve and release a short campaign; return its number."""
    number = await approved(site, place, **written)
    await release.release(site, number, by=EDITOR, now=clock.now())
    return number


async def released_sample(site: Site, name: str = "monthly-letter") -> int:
    """Import, check, approve and release a sample campaign; return its number."""
    number = await demonstration.prepare(site, site.root / "campaigns" / name)
    await release.release(site, number, by=EDITOR, now=clock.now())
    return number


async def state(site: Site, number: int) -> str:
    """Return where a campaign stands."""
    async with site.database.reading() as session:
        return (await lookup.get(session, number)).state


async def report(site: Site, number: int) -> CampaignReport:
    """Count a campaign's messages."""
    async with site.database.reading() as session:
        return await totals.report(session, await lookup.get(session, number))


async def ledger(site: Site, number: int) -> dict[str, Message]:
    """Return a campaign's messages by their reader's address."""
    async with site.database.reading() as session:
        rows = await session.execute(
            select(Contact.address, Message)
            .join(Contact, Contact.id == Message.contact_id)
            .where(Message.campaign_id == number)
        )
        return {str(address): message for address, message in rows}
