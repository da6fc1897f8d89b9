"""Makes the messages of a campaign being sent: chunk by chunk, and resumable.

One row per campaign and contact, whoever else plans at the same time or is killed in
the middle. Nobody the rule picks is dropped: who is left out has a row that says why.
The first are sent while the others are made.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments import resolve
from audiences.segments.compiler import Context
from audiences.store.dialects import insert
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.campaigns.variants import codes, groups
from mailer.errors import RefusedError
from mailer.outbox import lease, message_states, process_identity
from mailer.outbox.models import Message, ReleasePlan, Route
from mailer.sites.site import Site

# Contacts of which one transaction makes messages: few at first, so that the first
# letters soon leave, then twice as many each time, up to a chunk.
FIRST, CHUNK = 2_000, 50_000
LEASE = timedelta(minutes=2)  # after a chunk; then somebody else carries on


async def under_way(session: AsyncSession) -> list[ReleasePlan]:
    """Return the plans of campaigns being sent: not every reader has a message yet."""
    return await _of(session, CampaignState.SENDING)


async def orphans(session: AsyncSession, *, now: datetime) -> list[ReleasePlan]:
    """Return the plans that nobody carries on with.

    Those of cancelled campaigns too: every reader is to have a row that says so.
    """
    found = await _of(session, CampaignState.SENDING, CampaignState.CANCELLED)
    return [each for each in found if each.alive_until <= now or lease.gone(each)]


async def _of(session: AsyncSession, *states: CampaignState) -> list[ReleasePlan]:
    found = await session.scalars(
        select(ReleasePlan)
        .join(Campaign, Campaign.id == ReleasePlan.campaign_id)
        .where(Campaign.state.in_(states))
    )
    return list(found)


def begun(campaign_id: int, *, now: datetime) -> ReleasePlan:
    """Return the plan of a campaign that this process releases."""
    return _held(ReleasePlan(campaign_id=campaign_id, contact_id=0), now)


def _held(found: ReleasePlan, now: datetime) -> ReleasePlan:
    """Enter this process as who makes the messages, for a while from now on."""
    found.host, found.process = process_identity.of_this_process()
    found.alive_until = now + LEASE
    return found


async def plan(site: Site, campaign_id: int, *, now: Callable[[], datetime]) -> int:
    """Make the messages of a campaign being sent; return how many there are."""
    size = FIRST
    async with site.database.held() as held:
        while True:
            async with held.transaction(writing=True) as session:
                campaign = await lookup.get(session, campaign_id)
                found = await session.get(
                    ReleasePlan, campaign_id, with_for_update=True
                )
                if found is None:
                    total = select(func.count()).where(
                        Message.campaign_id == campaign_id
                    )
                    return await session.scalar(total) or 0
                await _plan_chunk(session, campaign, _held(found, now()), size)
            size = min(size * 2, CHUNK)


async def _plan_chunk(
    session: AsyncSession, campaign: Campaign, found: ReleasePlan, size: int
) -> None:
    released = campaign.released_at
    if released is None:
        raise RefusedError(f"{campaign.name} has not been released")
    last = await session.scalar(
        select(func.max(Contact.id)).where(
            Contact.id.in_(
                select(Contact.id)
                .where(Contact.id > found.contact_id)
                .order_by(Contact.id)
                .limit(size)
            )
        )
    )
    if last is None:
        await session.delete(found)
        return
    context = await lookup.context_of(session, campaign, now=released)
    columns, chosen = _messages(campaign, context, released)
    chosen = chosen.where(Contact.id > found.contact_id, Contact.id <= last).order_by(
        Contact.id
    )
    await session.execute(
        insert(session, Message).from_select(columns, chosen).on_conflict_do_nothing()
    )
    found.contact_id = last


def _messages(
    campaign: Campaign, context: Context, released: datetime
) -> tuple[list[str], Select[*tuple[Any, ...]]]:
    """Return the columns of the ledger and the select that fills them."""
    variant = codes.expression(campaign, context)
    left_out = resolve.reason(campaign.topic)
    route = and_(
        left_out.is_(None),  # who is left out has no route
        Route.campaign_id == campaign.id,
        Route.contact_languages == groups.CONTACT_LANGUAGES,
        Route.organisation_languages == groups.ORGANISATION_LANGUAGES,
        Route.country_languages == groups.COUNTRY_LANGUAGES,
        Route.variant == variant,
    )
    columns = _columns(campaign, left_out, released)
    chosen = (
        resolve.audience(campaign.audience, context, *columns.values())
        .outerjoin(Route, route)
        .outerjoin(StoredLetter, StoredLetter.id == Route.letter_id)
    )
    return list(columns), chosen


def _columns(
    campaign: Campaign, left_out: ColumnElement[Any], released: datetime
) -> dict[str, ColumnElement[Any]]:
    """Return what each row of the ledger is filled with: a letter, or a reason."""
    goes = Route.letter_id.is_not(None)
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
        "address_key": Contact.address_key.expression,
        "letter_id": Route.letter_id.expression,
        "language": StoredLetter.language.expression,
        "step": case((goes, Route.step), else_=null()),
        "state": case((goes, waiting), else_=skipped),
        "reason": case((goes, null()), else_=func.coalesce(left_out, no_route)),
        "attempts": literal(0),
        "due_at": case((goes, literal(released, Message.due_at.type)), else_=null()),
    }
