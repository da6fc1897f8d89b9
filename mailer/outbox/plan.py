"""Makes the messages of a campaign in chunks of contacts, so that it can be resumed.

The database allows one row per campaign, wave and contact, so a process that is killed,
or two at the same time, make each row once. A reader whom the release leaves out has a
row with the reason; a further wave makes rows only for those it is sent to. The first
messages are sent while the others are made.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Via
from audiences.segments import resolve
from audiences.segments.by_membership import Range
from audiences.segments.compiler import Context
from audiences.store.dialects import insert
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.campaigns.variants import codes, groups, waves
from mailer.errors import RefusedError
from mailer.outbox import (
    lease,
    message_states,
    only_to,
    process_identity,
)
from mailer.outbox.models import (
    CampaignWave,
    Message,
    ReleasePlan,
    Route,
)
from mailer.outbox.waves import frequency, not_reached, replaced
from mailer.outbox.waves.not_reached import MISSED, Whom
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from mailer.store import identity
from mailer.store.identity import StoreIdentity

# Contacts in one transaction: few in the first, so that the first letters leave soon,
# then twice as many each time, up to a maximum.
FIRST_CHUNK, MAX_CHUNK = 2_000, 50_000
log = structlog.get_logger()
LEASE = timedelta(minutes=2)  # from the last chunk; then another process continues


async def under_way(session: AsyncSession) -> list[ReleasePlan]:
    """Return the unfinished plans of campaigns being sent, unless the site stands."""
    return await _in_states(session, CampaignState.SENDING)


async def abandoned(session: AsyncSession, *, now: datetime) -> list[ReleasePlan]:
    """Return the unfinished plans that no process works on.

    A plan of a cancelled campaign is continued too: each reader gets a row.
    """
    plans = await _in_states(session, CampaignState.SENDING, CampaignState.CANCELLED)
    return [each for each in plans if each.alive_until <= now or lease.is_gone(each)]


async def _in_states(
    session: AsyncSession, *states: CampaignState
) -> list[ReleasePlan]:
    plans = await session.scalars(
        select(ReleasePlan)
        .join(Campaign, Campaign.id == ReleasePlan.campaign_id)
        .join(StoreIdentity, identity.may_send())
        .where(Campaign.state.in_(states))
    )
    return list(plans)


def new_plan(
    campaign_id: int, *, wave: int = 1, whom: Whom = MISSED, now: datetime
) -> ReleasePlan:
    """Return the plan of a campaign that this process releases, or sends again."""
    begun = ReleasePlan(
        campaign_id=campaign_id, contact_id=0, wave=wave, **whom._asdict()
    )
    return _leased(begun, now)


def _leased(progress: ReleasePlan, now: datetime) -> ReleasePlan:
    """Give the plan to this process until `now` + LEASE."""
    progress.host, progress.process = process_identity.of_this_process()
    progress.alive_until = now + LEASE
    return progress


async def plan(site: Site, campaign_id: int, *, now: Callable[[], datetime]) -> int:
    """Make the missing messages of a campaign's last wave; return how many it has."""
    size = FIRST_CHUNK
    async with site.database.connection() as held:
        while True:
            async with held.transaction(writing=True) as session:
                campaign = await lookup.get(session, campaign_id)
                progress = await session.get(
                    ReleasePlan, campaign_id, with_for_update=True
                )
                if progress is None:
                    made = await _made(session, campaign_id)
                    log.info("campaign.released", campaign=campaign_id, messages=made)
                    return made
                _leased(progress, now())
                await _plan_chunk(session, site, campaign, progress, size)
            size = min(size * 2, MAX_CHUNK)


async def _made(session: AsyncSession, campaign_id: int) -> int:
    """Return how many messages the last wave of a campaign has."""
    counted = await session.execute(
        select(func.count())
        .where(Message.campaign_id == campaign_id)
        .group_by(Message.wave)
        .order_by(Message.wave.desc())
        .limit(1)
    )
    return counted.scalar() or 0


async def _plan_chunk(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    progress: ReleasePlan,
    size: int,
) -> None:
    """Make the messages of the next `size` contacts; delete a plan that is done."""
    began = await _began(session, campaign, progress)
    last = await session.scalar(
        select(func.max(Contact.id)).where(
            Contact.id.in_(
                select(Contact.id)
                .where(Contact.id > progress.contact_id)
                .order_by(Contact.id)
                .limit(size)
            )
        )
    )
    if last is None:
        await session.delete(progress)
        return
    context = await lookup.context_of(session, campaign, now=began)
    within = (progress.contact_id, last)
    for via in context.memberships:
        due_at = await waves.due_at(session, campaign, context, via, within, began)
        columns, readers = _messages(
            *(campaign, context, via, within, site.settings),
            progress=progress,
            due_at=due_at,
        )
        await session.execute(
            insert(session, Message)
            .from_select(columns, readers)
            .on_conflict_do_nothing()
        )
    if progress.wave > 1:
        await replaced.forget_faults(session, progress, within)
    progress.contact_id = last


async def _began(
    session: AsyncSession, campaign: Campaign, progress: ReleasePlan
) -> datetime:
    """Return when the wave of a plan began."""
    if progress.wave > 1:
        key = (campaign.id, progress.wave)
        return (await session.get_one(CampaignWave, key)).at
    if campaign.released_at is None:
        raise RefusedError(f"{campaign.name} has not been released")
    return campaign.released_at


def _messages(
    campaign: Campaign,
    context: Context,
    via: Via,
    within: Range,
    settings: Settings,
    *,
    progress: ReleasePlan,
    due_at: ColumnElement[datetime],
) -> tuple[list[str], Select[*tuple[Any, ...]]]:
    """Return the columns of the ledger and the select that fills them.

    It selects the readers in a range that the audience has by a kind of membership; of
    a further wave, those who get it.
    """
    variant = codes.expression(campaign, context, via)
    left_out = _left_out(campaign, settings)
    if progress.wave == 1:  # a person decides on further waves
        often = frequency.beyond(settings, campaign, context.today)
        left_out = func.coalesce(left_out, often)
    # a reader who is left out has no route
    route = and_(left_out.is_(None), *_route(campaign, variant))
    columns = _columns(campaign, via, left_out) | {
        "wave": literal(progress.wave),
        "due_at": case((Route.letter_id.is_not(None), due_at), else_=null()),
    }
    readers = (
        resolve.audience(
            campaign.audience, context, *columns.values(), via=via, within=within
        )
        .outerjoin(Route, route)
        .outerjoin(StoredLetter, StoredLetter.id == Route.letter_id)
        .order_by(Contact.id)
    )
    if progress.wave > 1:
        readers = readers.where(*_of_wave(campaign, progress, settings.mail.only_to))
    return list(columns), readers


def _left_out(campaign: Campaign, settings: Settings) -> ColumnElement[Any]:
    """Return why a contact of the audience is left out, or null."""
    only = message_states.Skip.ONLY_TO.value
    allowed = only_to.condition(settings.mail.only_to)
    outside = case((allowed, null()), else_=only)
    return func.coalesce(resolve.reason(campaign.topic), outside)


def _route(
    campaign: Campaign, variant: ColumnElement[Any]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a route is a reader's."""
    return (
        Route.campaign_id == campaign.id,
        Route.contact_languages == groups.CONTACT_LANGUAGES,
        Route.organisation_languages == groups.ORGANISATION_LANGUAGES,
        Route.country_languages == groups.COUNTRY_LANGUAGES,
        Route.variant == variant,
    )


def _of_wave(
    campaign: Campaign, progress: ReleasePlan, patterns: Sequence[str]
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a contact gets a further wave."""
    why_not = not_reached.why_not(campaign.id, campaign.topic, patterns)
    whom = Whom(joiners=progress.joiners, successors=progress.successors)
    return (
        *not_reached.missed(campaign.id, whom),
        why_not.is_(None),
        Route.letter_id.is_not(None),
    )


def _columns(
    campaign: Campaign,
    via: Via,
    left_out: ColumnElement[Any],
) -> dict[str, ColumnElement[Any]]:
    """Return the value of each column of the ledger: a letter, or a reason."""
    has_letter = Route.letter_id.is_not(None)
    no_route = case(
        (Route.campaign_id.is_(None), message_states.Skip.CHANGED.value),
        else_=message_states.Skip.NO_TRANSLATION.value,
    )
    waiting, skipped = (
        message_states.MessageState.WAITING.value,
        message_states.MessageState.SKIPPED.value,
    )
    return {
        "campaign_id": literal(campaign.id),
        "contact_id": Contact.id.expression,
        "organisation_id": via.organisation_id.expression,
        "address_key": Contact.address_key.expression,
        "letter_id": Route.letter_id.expression,
        "language": StoredLetter.language.expression,
        "step": case((has_letter, Route.step), else_=null()),
        "state": case((has_letter, waiting), else_=skipped),
        "reason": case((has_letter, null()), else_=func.coalesce(left_out, no_route)),
        "attempts": literal(0),
    }
