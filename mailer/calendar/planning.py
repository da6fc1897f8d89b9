"""What a series is about and who works on it, checked before it is stored."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice, pairwise

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from audiences.segments import save
from mailer.calendar import leads, renewing
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.slot_models import FollowedLetter
from mailer.campaigns.writing import text_files
from mailer.errors import MailerError, RefusedError, counted
from mailer.outbox.waves import reminding
from mailer.outbox.waves.reminding import Unless
from mailer.rendering import letter_types
from mailer.rendering.letter_types import Template
from mailer.sites.site import Site
from mailer.users import guard, rights
from mailer.users.acts import Right
from mailer.users.models import User
from mailer.users.rights import Subject
from scheduler import slots
from scheduler.errors import ScheduleError
from scheduler.leads import LONGEST, Turn

_LOOKED_AT = 24  # dates of a series, for its shortest period


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesPlan:
    """What is said of a series besides its cadence; None leaves it, "" removes it.

    Languages and users are lists with spaces; leads are days before each date.
    """

    letter_type: str | None = None
    audience: str | None = None
    languages: str | None = None
    owner: str | None = None
    translators: str | None = None
    approvers: str | None = None
    draft_lead: int | None = None
    translation_lead: int | None = None
    approval_lead: int | None = None
    remind: str | None = None  # words of reminding.Unless


async def change(
    session: AsyncSession, site: Site, series: Series, plan: SeriesPlan, author: Author
) -> Mapping[str, object]:
    """Set what a plan says, and record it; return property → before and after.

    Raises RefusedError for a user who is unknown, disabled or lacks the right, and for
    leads that do not fit the period; AudienceError for a faulty rule or language.
    """
    await guard.require(session, author.by, Right.SERIES)
    changed = {}
    for each in fields(SeriesPlan):
        value = getattr(plan, each.name)
        if value is None:
            continue
        value = " ".join(value.split()) or None if isinstance(value, str) else value
        before = getattr(series, each.name)
        if value != before:
            setattr(series, each.name, value)
            changed[each.name] = [before, value]
    if not changed:
        return changed
    await _check(session, site, series, author.at)
    await attend_again(session, series)
    data_changes.record(
        session, DataKind.SERIES, series.name, "edited", author, changed
    )
    await session.flush()
    return changed


def version_of(series: Series) -> str:
    """Return what changes with each change of a series; a form carries it."""
    names = [each.name for each in fields(SeriesPlan)]
    values = [getattr(series, each) for each in (*names, "cadence", "zone")]
    written = repr([*values, series.event_day])
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def require_seen(series: Series, version: str) -> None:
    """Raise RefusedError if a series was changed after a form was filled."""
    if version_of(series) != version:
        raise RefusedError(
            f"{series.name} was changed after you opened this page; nothing is saved."
            " Look at the series, then change it again"
        )


async def attend_again(session: AsyncSession, series: Series) -> None:
    """Give the open slots of a series the times at which they need their people."""
    open_ones = await session.scalars(
        select(Occurrence).where(
            Occurrence.series_id == series.id,
            Occurrence.outcome.is_(None),
            Occurrence.draft_id.is_(None),
        )
    )
    for each in open_ones:
        each.attend_at = leads.first(series, leads.local_of(each))


async def _check(
    session: AsyncSession, site: Site, series: Series, now: datetime
) -> None:
    """Raise unless drafts of a series can be opened, translated and approved."""
    if series.languages:
        tags = [text_files.known(each) for each in series.languages.split()]
        series.languages = " ".join(dict.fromkeys(tags))
    if series.audience:
        await save.check_rule(session, series.audience, now=now)
    if series.letter_type is None:
        given = [f.name for f in fields(SeriesPlan) if getattr(series, f.name)]
        if given:
            raise RefusedError(
                f"{series.name} has no letter type, so that its {_word(given[0])} means"
                " nothing; name the letter type too"
            )
        return
    template = letter_types.load(site.templates, series.letter_type)
    await _check_people(session, series, template)
    await _check_reminders(session, series)
    _check_leads(site, series, now)


def _word(name: str) -> str:
    return name.replace("_", " ")


async def _check_reminders(session: AsyncSession, series: Series) -> None:
    """Raise RefusedError unless what a series reminds of can be known."""
    if series.remind is None:
        return
    unless = reminding.unless_of(series.remind)
    series.remind = " ".join(unless)
    if not series.follows_letters:
        raise RefusedError(
            f"{series.name} follows no letter, so that there is nothing to remind of;"
            " name the campaign or the series with --follows"
        )
    wanted = select(Campaign).where(Campaign.id == series.follows)
    campaign = await session.scalar(wanted)
    if campaign is None:
        return
    if campaign.template != series.letter_type:
        raise RefusedError(
            f"{series.name} reminds of {campaign.name}, a letter of the type"
            f" {campaign.template}, and has the type {series.letter_type}; a reminder"
            " has the type of its letter"
        )
    if Unless.ANSWERED in unless and campaign.event is None:
        raise RefusedError(
            f"{campaign.name} invites to no event, so that no reader can answer;"
            " expected replied or confirmed"
        )


async def _check_people(
    session: AsyncSession, series: Series, template: Template
) -> None:
    if series.owner is None:
        raise RefusedError(f"{series.name} has no owner, who writes its drafts")
    subject = Subject(audience=series.audience or template.audience)
    await _able(session, series.owner, "owner", Right.WRITE, subject)
    for name in (series.translators or "").split():
        await _able(session, name, "translator", Right.TRANSLATE, Subject())
    for name in (series.approvers or "").split():
        if name == series.owner:
            raise RefusedError(
                f"{name} is the owner of {series.name} and writes its letters; another"
                " user must approve them"
            )
        letter = Subject(letter_class=template.letter_class)
        await _able(session, name, "approver", Right.APPROVE, letter)
    approvers = len((series.approvers or "").split())
    if approvers and approvers < template.approvers:
        raise RefusedError(
            f"letters of the type {template.name} need {template.approvers} approvers;"
            f" {series.name} has {approvers}"
        )


async def _able(
    session: AsyncSession, name: str, part: str, right: Right, subject: Subject
) -> None:
    refusal = refused(await guard.find(session, name), name, right, subject)
    if refusal:
        raise RefusedError(f"{name} cannot be the {part}: {refusal}")


async def faults(session: AsyncSession, site: Site, series: Series) -> list[str]:
    """Return why the drafts of a series cannot be made or approved; [] if they can."""
    if series.letter_type is None:
        return []
    try:
        template = letter_types.load(site.templates, series.letter_type)
        await _check_people(session, series, template)
    except (MailerError, AudienceError) as fault:
        return [str(fault)]
    names = [series.owner or "", *(series.translators or "").split()]
    names += (series.approvers or "").split()
    users = [await guard.find(session, each) for each in names]
    unfollowed = await session.scalars(
        select(FollowedLetter.fault).where(
            FollowedLetter.series_id == series.id, FollowedLetter.fault.is_not(None)
        )
    )
    return [
        f"{each.name} has no address, and so gets no reminder"
        for each in users
        if each is not None and not each.address
    ] + [str(each) for each in unfollowed]


def refused(user: User | None, name: str, right: Right, subject: Subject) -> str | None:
    """Return why a user cannot do their part in a series; None if they can."""
    if user is None:
        return f"no user is called {name!r}"
    return rights.may(user, right, subject)


def _check_leads(site: Site, series: Series, now: datetime) -> None:
    """Raise RefusedError unless the leads are in order and within the period."""
    days = leads.of(series).days
    draft, translation, approval = (days[turn] for turn in Turn)
    if not LONGEST >= draft >= translation >= approval >= 0:
        raise RefusedError(
            f"{series.name} has the draft {draft} days before each date, translations"
            f" {translation} and approval {approval}; expected at most {LONGEST},"
            " each no longer than the one before"
        )
    office = site.settings.office.office
    cadence = renewing.cadence_of(series)
    try:
        coming = slots.slots_after(cadence, now, office=office, event=series.event_day)
        found = list(islice(coming, _LOOKED_AT))
    except ScheduleError:
        return  # it has no dates to come
    for one, other in pairwise(found):
        if other.local - one.local < timedelta(days=draft):
            apart = (other.local.date() - one.local.date()).days
            raise RefusedError(
                f"the drafts of {series.name} would be opened {counted(draft, 'day')}"
                f" before each date, but {one.local:%Y-%m-%d} and"
                f" {other.local:%Y-%m-%d} are {counted(apart, 'day')} apart; give a"
                " shorter lead",
                code="series.lead",
                series=series.name,
            )
