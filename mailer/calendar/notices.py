"""Mails to users about slots: whose turn it is, and that no letter goes.

A notice is a row, unique by slot, kind and user, so each is sent once.
"""

import importlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.calendar import leads
from mailer.calendar.open_slots import REMEMBERED
from mailer.calendar.showing.mails import Notice, NoticeKind
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.slot_models import SlotAlert, SlotNotice
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.sites.site import Site
from mailer.users import deputies, guard, rights
from mailer.users.acts import Right
from mailer.users.rights import Subject
from scheduler.leads import Turn

log = structlog.get_logger()
# it renders blocks, and loads slowly: few of those who name a slot need it
_TRANSLATION = "mailer.campaigns.writing.translation"
_LATE = (NoticeKind.MISSED, NoticeKind.DROPPED, NoticeKind.WENT)
_OPEN = (CampaignState.DRAFT, CampaignState.IN_REVIEW)


async def plan(
    session: AsyncSession,
    site: Site,
    series: Series,
    occurrence: Occurrence,
    *,
    now: datetime,
) -> None:
    """Plan the notices of a slot whose turns have come, unless they are done."""
    number = occurrence.campaign_id or occurrence.draft_id
    campaign = None if number is None else await session.get(Campaign, number)
    came = {
        turn
        for turn, at in leads.instants(series, leads.local_of(occurrence)).items()
        if at <= now
    }
    owner = [series.owner] if series.owner else []
    if campaign is None:
        await add(session, occurrence, NoticeKind.NO_DRAFT, owner, now)
        return
    if campaign.state == CampaignState.APPROVED:
        await add(session, occurrence, NoticeKind.SCHEDULE, owner, now)
    if campaign.state not in _OPEN:
        return
    if Turn.DRAFT in came and campaign.state == CampaignState.DRAFT:
        await add(session, occurrence, NoticeKind.DRAFT, owner, now)
    if Turn.TRANSLATION in came:
        wanted = await untranslated(session, site, series, campaign)
        names = await _translators(session, series, wanted)
        await add(session, occurrence, NoticeKind.TRANSLATION, names, now)
        names = await _readers_of(session, site, series, campaign, wanted)
        await add(session, occurrence, NoticeKind.SIGN_OFF, names, now)
    if Turn.APPROVAL in came:
        names = await approvers(session, site, series, campaign, now=now)
        await add(session, occurrence, NoticeKind.APPROVAL, names, now)


async def add(
    session: AsyncSession,
    occurrence: Occurrence,
    kind: NoticeKind,
    users: Iterable[str],
    now: datetime,
) -> None:
    """Add a notice for each user who has none of this kind about the slot."""
    rows = [
        {"occurrence_id": occurrence.id, "kind": kind, "user": name, "at": now}
        for name in users
    ]
    if rows:
        await session.execute(
            insert(session, SlotNotice).values(rows).on_conflict_do_nothing()
        )


async def untranslated(
    session: AsyncSession, site: Site, series: Series, campaign: Campaign
) -> set[str]:
    """Return the languages of a series that are missing or stale in a campaign."""
    unready = importlib.import_module(f"{_TRANSLATION}.unready")
    languages = (series.languages or "").split()
    found: set[str] = await unready.untranslated(
        session, site.templates, campaign, languages
    )
    return found


async def _translators(
    session: AsyncSession, series: Series, wanted: Collection[str]
) -> list[str]:
    """Return the translators of a series for any of these languages."""
    found = []
    for name in (series.translators or "").split():
        user = await guard.find(session, name)
        if user is not None and any(
            rights.able(user, Right.TRANSLATE, Subject(language=each))
            for each in wanted
        ):
            found.append(name)
    return found


async def _readers_of(
    session: AsyncSession,
    site: Site,
    series: Series,
    campaign: Campaign,
    unready: Collection[str],
) -> list[str]:
    """Return the translators who can sign off what is translated and needs it."""
    signing_off = importlib.import_module(f"{_TRANSLATION}.signing_off")
    try:
        wanting = await signing_off.missing(session, campaign, site.templates)
    except ContentError:  # its template is gone: the check says so
        return []
    found = []
    for language in {*wanting} - {*unready}:
        able = await _translators(session, series, [language])
        wrote = await signing_off.writers(session, campaign, language)
        found += [each for each in able if each not in wrote]
    return list(dict.fromkeys(found))


async def approvers(
    session: AsyncSession,
    site: Site,
    series: Series,
    campaign: Campaign,
    *,
    now: datetime,
) -> list[str]:
    """Return the approvers of a series; without any, all who may approve its letters.

    Their present deputies are among them. The author of the campaign is left out.
    """
    named = (series.approvers or "").split()
    if not named:
        try:
            template = letter_types.load(site.templates, campaign.template)
        except ContentError:  # its template is gone: the check says so
            return []
        letter = Subject(letter_class=template.letter_class)
        users = await guard.listed(session)
        await deputies.lend(session, users, now=now)
        named = [
            each.name for each in users if rights.able(each, Right.APPROVE, letter)
        ]
    else:
        named += await deputies.now_of(session, named, now=now)
    written = {campaign.author, series.owner}
    return [each for each in dict.fromkeys(named) if each not in written]


async def forget(
    session: AsyncSession, occurrence: Occurrence, *kinds: NoticeKind
) -> None:
    """Let notices of some kinds about a slot be sent again."""
    await session.execute(
        delete(SlotNotice).where(
            SlotNotice.occurrence_id == occurrence.id, SlotNotice.kind.in_(kinds)
        )
    )


async def forget_warnings(session: AsyncSession, occurrence: Occurrence) -> None:
    """Let the warnings about a slot be given again, for its new date."""
    await forget(session, occurrence, NoticeKind.BEFORE)
    await session.execute(
        delete(SlotAlert).where(SlotAlert.occurrence_id == occurrence.id)
    )


async def asked(session: AsyncSession, occurrence: Occurrence) -> list[str]:
    """Return the users who had a mail about a slot, by name."""
    names = await session.scalars(
        select(SlotNotice.user)
        .where(
            SlotNotice.occurrence_id == occurrence.id, SlotNotice.sent_at.is_not(None)
        )
        .order_by(SlotNotice.user)
        .distinct()
    )
    return list(names)


async def waiting(
    session: AsyncSession, *, limit: int, now: datetime
) -> list[SlotNotice]:
    """Return notices that are to be sent now, locked for this process."""
    found = await session.scalars(
        select(SlotNotice)
        .where(
            SlotNotice.tried_at.is_(None),
            SlotNotice.sent_at.is_(None),
            SlotNotice.at <= now,
        )
        .order_by(SlotNotice.at, SlotNotice.occurrence_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(found)


async def read(
    session: AsyncSession, row: SlotNotice, *, now: datetime
) -> Notice | None:
    """Return a notice with what its mail says; None if it is too late to send it.

    None, logged, if its user has gone or has no address.
    """
    found = await session.execute(
        select(Occurrence, Series)
        .join(Series, Series.id == Occurrence.series_id)
        .where(Occurrence.id == row.occurrence_id)
    )
    occurrence, series = found.one()
    late = REMEMBERED if row.kind in _LATE else timedelta()
    if now >= max(occurrence.due_at, row.at if late else occurrence.due_at) + late:
        return None
    user = await guard.find(session, row.user)
    if user is None or user.disabled_at is not None or not user.address:
        log.warning(
            "notice.no_recipient", series=series.name, kind=row.kind, user=row.user
        )
        return None
    return Notice(
        occurrence=occurrence.id,
        kind=NoticeKind(row.kind),
        user=user,
        series=series.name,
        slot=leads.local_of(occurrence),
        zone=series.zone,
        campaign=occurrence.campaign_id or occurrence.draft_id,
    )
