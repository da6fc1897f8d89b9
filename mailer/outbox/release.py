"""Release: a due, approved campaign becomes messages.

Guarantees one row per campaign and contact, whoever else releases at the same time or
is killed in the middle: the campaign is taken by one compare-and-set, its letters and
routes are committed with it, and its messages follow in chunks that can be resumed.
Nobody the rule picks is dropped: who is left out has a row that says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.base import insert
from audiences.contacts import Contact
from audiences.segments import resolve
from audiences.segments.compile import Context
from mailer.campaigns import approval, edit, event, groups, letters, sending
from mailer.campaigns.groups import Group
from mailer.campaigns.letters import Content, Key
from mailer.campaigns.models import Campaign, Letter, Occurrence
from mailer.campaigns.states import State, refuse_unless
from mailer.errors import RefusedError
from mailer.outbox import states
from mailer.outbox.models import Message, Route
from mailer.site import Site

CHUNK = 50_000  # contacts of which one transaction makes messages
CACHE = 16_000  # KiB of SQLite's pages; more gains next to nothing (performance.md)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """One letter ready to be stored, and the key it is found by."""

    key: Key
    subject: str
    skeleton: bytes


async def release(site: Site, campaign_id: int, *, by: str, now: datetime) -> int:
    """Turn a campaign into messages; return how many rows there are."""
    async with site.database.reading() as session:
        campaign = await edit.get(session, campaign_id)
        refuse_unless(State(campaign.state), State.SENDING, name=campaign.name)
        await approval.require(session, campaign, site.templates)
        content = await letters.content_of(session, site, campaign)
        context = await edit.context_of(session, campaign, now=now)
        found = await groups.group(session, campaign, context, written=content.written)
    rendered = render_groups(site, content, found, now=now)
    async with site.database.writing() as session:
        await _take(session, campaign_id, site, by=by, now=now)
        await event.settle(session, content.campaign, content.sequence, now=now)
        await _store(session, site, content, rendered, found, now=now)
    return await plan(site, campaign_id)


def render_groups(
    site: Site, content: Content, found: Sequence[Group], *, now: datetime
) -> list[Rendered]:
    """Render each letter the groups need, once."""
    made = []
    for key in letters.needed(content, found):
        source = letters.source(site, content, key)
        letter = letters.rendered(site, source)
        skeleton = letters.skeleton(site, content, letter, source, at=now)
        made.append(
            Rendered(
                key=key,
                subject=letter.subject,
                skeleton=skeleton.pack(),
            )
        )
    return made


async def _take(
    session: AsyncSession, campaign_id: int, site: Site, *, by: str, now: datetime
) -> Campaign:
    """Move the campaign to sending, once, whoever else tries."""
    campaign = await edit.get(session, campaign_id)
    await session.refresh(campaign, with_for_update=True)
    before = State(campaign.state)
    refuse_unless(before, State.SENDING, name=campaign.name)
    await approval.require(session, campaign, site.templates)
    usual = site.settings.delivery.give_up_hours
    begun = sending.begun(campaign, usual_hours=usual, now=now)
    taken = await session.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == before)
        .values(state=State.SENDING, released_at=now, updated_at=now, **begun)
        .returning(Campaign.id)
    )
    if taken.first() is None:
        raise RefusedError(f"{campaign.name} is being released by someone else")
    await session.execute(
        update(Occurrence)
        .where(Occurrence.campaign_id == campaign_id)
        .values(outcome="released")
    )
    edit.note(session, campaign, by=by, act="released", now=now)
    await session.refresh(campaign)
    return campaign


async def _store(
    session: AsyncSession,
    site: Site,
    content: Content,
    rendered: Sequence[Rendered],
    found: Sequence[Group],
    *,
    now: datetime,
) -> None:
    campaign = content.campaign
    digest = approval.template_digest(site.templates, campaign.template)
    stored: dict[Key, Letter] = {}
    for each in rendered:
        stored[each.key] = Letter(
            campaign_id=campaign.id,
            language=each.key.language,
            wanted=each.key.wanted,
            variant=each.key.variant,
            subject=each.subject,
            skeleton=each.skeleton,
            template_digest=digest,
            rendered_at=now,
        )
    session.add_all(stored.values())
    await session.flush()
    for group in found:
        choice = group.choice
        letter = stored[letters.key(content, choice, group.variant)] if choice else None
        session.add(
            Route(
                campaign_id=campaign.id,
                contact_languages=group.contact_languages,
                organisation_languages=group.organisation_languages,
                state_languages=group.state_languages,
                variant=group.variant,
                letter_id=letter.id if letter else None,
                step=choice.step if choice else "",
            )
        )


async def plan(site: Site, campaign_id: int) -> int:
    """Make the messages of a campaign being sent, chunk by chunk; resumable."""
    async with site.database.held(cache=CACHE) as held:
        while True:
            async with held.transaction(writing=True) as session:
                campaign = await edit.get(session, campaign_id)
                await session.refresh(campaign, with_for_update=True)
                if campaign.planned_at is None:
                    await _plan_chunk(session, campaign)
                if campaign.planned_at is not None:
                    total = await session.scalar(
                        select(func.count()).where(Message.campaign_id == campaign_id)
                    )
                    return total or 0


async def _plan_chunk(session: AsyncSession, campaign: Campaign) -> None:
    released = campaign.released_at
    if released is None:
        raise RefusedError(f"{campaign.name} has not been released")
    last = await session.scalar(
        select(func.max(Contact.id)).where(
            Contact.id.in_(
                select(Contact.id)
                .where(Contact.id > campaign.planned_to)
                .order_by(Contact.id)
                .limit(CHUNK)
            )
        )
    )
    if last is None:
        campaign.planned_at = released
        return
    context = await edit.context_of(session, campaign, now=released)
    columns, chosen = _messages(campaign, context, released)
    chosen = chosen.where(
        Contact.id > campaign.planned_to, Contact.id <= last
    ).order_by(Contact.id)
    await session.execute(
        insert(session, Message).from_select(columns, chosen).on_conflict_do_nothing()
    )
    campaign.planned_to = last


def _messages(
    campaign: Campaign, context: Context, released: datetime
) -> tuple[list[str], Select[*tuple[Any, ...]]]:
    """Return the columns of the ledger and the select that fills them."""
    variant = groups.variant_of(campaign, context)
    route = and_(
        Route.campaign_id == campaign.id,
        Route.contact_languages == groups.CONTACT_LANGUAGES,
        Route.organisation_languages == groups.ORGANISATION_LANGUAGES,
        Route.state_languages == groups.STATE_LANGUAGES,
        Route.variant == variant,
    )
    columns = _columns(campaign, released)
    chosen = (
        resolve.audience(campaign.audience, context, *columns.values())
        .outerjoin(Route, route)
        .outerjoin(Letter, Letter.id == Route.letter_id)
    )
    return list(columns), chosen


def _columns(campaign: Campaign, released: datetime) -> dict[str, ColumnElement[Any]]:
    """Return what each row of the ledger is filled with: a letter, or a reason."""
    left_out = resolve.reason(campaign.topic)
    reason = case(
        (left_out.is_not(None), left_out),
        (Route.campaign_id.is_(None), states.Skip.CHANGED.value),
        (Route.letter_id.is_(None), states.Skip.NO_TRANSLATION.value),
        else_=null(),
    )
    goes = reason.is_(None)
    waiting, skipped = states.State.WAITING.value, states.State.SKIPPED.value
    return {
        "campaign_id": literal(campaign.id),
        "contact_id": Contact.id.expression,
        "address_key": Contact.address_key.expression,
        "letter_id": case((goes, Route.letter_id), else_=null()),
        "language": case((goes, Letter.language), else_=null()),
        "step": case((goes, Route.step), else_=null()),
        "state": case((goes, waiting), else_=skipped),
        "reason": reason,
        "attempts": literal(0),
        "due_at": literal(released, Message.due_at.type),
    }
