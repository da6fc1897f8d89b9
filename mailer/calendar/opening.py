"""Opens the drafts of series, and asks their people when their turn comes.

A slot is attended in one transaction: its draft, the notices to its users, and when it
is attended next. So a killed or second ticker neither repeats nor loses anything.
"""

import asyncio
import tempfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.calendar import leads, notices
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.writing import edit, folder, starting
from mailer.campaigns.writing.folder import Folder
from mailer.errors import MailerError, RefusedError
from mailer.outbox.waves import reminding
from mailer.sites.site import Site

MANY = 200  # slots that one tick attends
log = structlog.get_logger()


async def attend(site: Site, *, now: datetime) -> list[int]:
    """Attend the slots whose people are needed; return the drafts that were opened."""
    async with site.database.reading() as session:
        due = await session.scalars(
            select(Occurrence.id)
            .where(Occurrence.attend_at <= now)
            .order_by(Occurrence.attend_at, Occurrence.id)
            .limit(MANY)
        )
        numbers = due.all()
    opened = []
    for number in numbers:
        draft = await _attend(site, number, now)
        if draft is not None:
            opened.append(draft)
    return opened


async def _attend(site: Site, number: int, now: datetime) -> int | None:
    """Attend one slot; return the number of its draft if it was opened now."""
    written, fault = None, ""
    async with site.database.reading() as session:
        occurrence, series = await _slot(session, number)
        wanted = _wants_draft(occurrence, series, now)
        model = await _model(session, series, occurrence) if wanted else None
    if wanted:
        try:
            written = await _folder(site, series, occurrence, model)
        except (MailerError, AudienceError) as refusal:
            fault = str(refusal)
    draft, refused = await _settle(site, number, written, now)
    if fault or refused:
        log.warning(
            "draft.not_opened",
            series=series.name,
            slot=occurrence.slot,
            reason=fault or refused,
        )
    return draft


async def _settle(
    site: Site, number: int, written: Folder | None, now: datetime
) -> tuple[int | None, str]:
    """Store the draft and the notices of a slot, and when it is attended next.

    Return the number of the draft if it was opened now, and why it was not.
    """
    async with site.database.writing() as session:
        occurrence, series = await _slot(session, number)
        await session.refresh(occurrence, with_for_update=True)
        if occurrence.attend_at is None or occurrence.attend_at > now:
            return None, ""  # another ticker attended it
        draft, fault = None, ""
        if written is not None and _wants_draft(occurrence, series, now):
            try:
                draft = await _open(session, site, series, occurrence, written, now)
            except (MailerError, AudienceError) as refusal:
                fault = str(refusal)
        if occurrence.outcome is None and occurrence.due_at > now:
            await notices.plan(session, site, series, occurrence, now=now)
        local = leads.local_of(occurrence)
        occurrence.attend_at = leads.following(series, local, now)
    return draft, fault


async def _slot(session: AsyncSession, number: int) -> tuple[Occurrence, Series]:
    row = await session.execute(
        select(Occurrence, Series)
        .join(Series, Series.id == Occurrence.series_id)
        .where(Occurrence.id == number)
    )
    occurrence, series = row.one()
    return occurrence, series


def _wants_draft(occurrence: Occurrence, series: Series, now: datetime) -> bool:
    """Whether a slot still needs its draft: it is opened once, before its time."""
    is_open = occurrence.outcome is None and occurrence.due_at > now
    filled = occurrence.draft_id is not None or occurrence.campaign_id is not None
    return is_open and not filled and series.letter_type is not None


async def _model(
    session: AsyncSession, series: Series, occurrence: Occurrence
) -> Campaign | None:
    """Return the campaign that a draft is prefilled from: the last of the series.

    Without one, it is the one of its letter type that was released last.
    """
    kind = Campaign.template == series.letter_type
    own = (
        select(Campaign)
        .join(Occurrence, Occurrence.campaign_id == Campaign.id)
        .where(
            kind,
            Occurrence.series_id == series.id,
            Occurrence.due_at < occurrence.due_at,
        )
        .order_by(Occurrence.due_at.desc())
    )
    other = (
        select(Campaign)
        .where(kind, Campaign.released_at.is_not(None), Campaign.on_demand.is_(False))
        .order_by(Campaign.released_at.desc())
    )
    for query in (own, other):
        found: Campaign | None = await session.scalar(query.limit(1))
        if found is not None:
            return found
    return None


async def _folder(
    site: Site, series: Series, occurrence: Occurrence, model: Campaign | None
) -> Folder:
    """Return the folder of a slot's draft: a copy of a campaign, or a new one."""
    day = leads.local_of(occurrence).date()
    if series.remind and occurrence.follows is not None:
        return await _reminder(site, series, occurrence, day)
    with tempfile.TemporaryDirectory(prefix="draft-") as place:
        path = Path(place) / "draft"
        if model is None:
            tags = (series.languages or "").split()[:1]  # others are translated
            await asyncio.to_thread(
                starting.new,
                replace(site),
                series.letter_type or "",
                path,
                tags,
                author=series.owner or "",
                today=day,
            )
        else:
            async with site.database.reading() as session:
                campaign = await lookup.get(session, model.id)
                await starting.copy(session, campaign, path, today=day)
        written = await asyncio.to_thread(folder.read, path)
    return replace(
        written,
        name=f"{series.name} {day}",
        day=day,
        author=series.owner,
        audience=series.audience or written.audience,
    )


async def _reminder(
    site: Site, series: Series, occurrence: Occurrence, day: date
) -> Folder:
    """Return the folder of a reminder: of the letter, or of the last reminder of it."""
    async with site.database.reading() as session:
        letter = await lookup.get(session, occurrence.follows or 0)
        if letter.template != series.letter_type:
            raise RefusedError(
                f"{letter.name} is of the type {letter.template}, and {series.name} of"
                f" {series.letter_type}; a reminder has the type of its letter"
            )
        last = await session.scalar(
            select(Campaign)
            .join(Occurrence, Occurrence.campaign_id == Campaign.id)
            .where(
                Occurrence.series_id == series.id,
                Occurrence.follows == letter.id,
                Campaign.released_at.is_not(None),
            )
            .order_by(Campaign.released_at.desc())
            .limit(1)
        )
        written = await reminding.folder_of(session, site, last or letter, day=day)
        unless = reminding.unless_of(series.remind or "")
        own = series.audience
        own = own or await reminding.within(session, series.owner or "", letter)
        rule = reminding.rule(letter, unless, own)
    name = f"{series.name} {day}"
    return replace(written, name=name, author=series.owner, audience=rule)


async def _open(
    session: AsyncSession,
    site: Site,
    series: Series,
    occurrence: Occurrence,
    written: Folder,
    now: datetime,
) -> int:
    """Store the draft of a slot in the name of the series' owner; return its number."""
    async with session.begin_nested():
        campaign = await edit.add(
            session,
            written,
            templates=replace(site).templates,
            author=series.owner or "",
            now=now,
        )
        occurrence.draft_id = occurrence.campaign_id = campaign.id
        await session.flush()
    return campaign.id
