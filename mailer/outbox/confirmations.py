"""Letters that ask a reader to confirm new subscriptions: at most two a day.

A link in a letter can only reduce what a reader gets. A request for more letters is
confirmed by a new link, sent to the address itself. The link confirms the wishes that
waited when its letter was made, and no later ones. The second letter of a day is for a
wish that the first does not have. Each is in a campaign of its day, with one row per
contact.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Exists, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import Chain
from audiences.organisations import Country, Organisation
from audiences.segments.conditions import of_readers
from audiences.subscriptions import Standing, Subscription
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.outbox import confirmation_letters
from mailer.outbox.confirmation_letters import TEMPLATE
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import ConfirmationWish, Message
from mailer.rendering import renderer
from mailer.rendering.source import Letter, Source
from mailer.sites.site import Site
from mailer.store import locks

DAILY_LETTERS = 2  # to one contact: a victim of others gets no more
DAILY_LETTERS_OF_SITE = 1000
ON_THEIR_WAY = (
    MessageState.WAITING,
    MessageState.MARKED,
    MessageState.DEFERRED,
    MessageState.ACCEPTED,
    MessageState.UNCERTAIN,
)
VALID = timedelta(days=7)  # how long the link in the letter can be used


@dataclass(frozen=True, kw_only=True, slots=True)
class Requested:
    """What became of a request for a confirmation letter."""

    queued: bool  # a letter is sent now
    earlier: datetime | None = None  # when the letter was that confirms the same


@dataclass(frozen=True, kw_only=True, slots=True)
class _Missing:
    """A letter that must be rendered before it can be queued."""

    source: Source


async def request(
    site: Site,
    contact_id: int,
    *,
    now: datetime,
    writing: Callable[[], AbstractAsyncContextManager[AsyncSession]],
) -> Requested:
    """Queue a confirmation letter for all that waits; return what became of it.

    None is queued while the link of an earlier letter confirms the same, nor above the
    limits of a day. `writing` opens a transaction; the letter is rendered outside it.
    """
    rendered: tuple[Source, Letter] | None = None
    while True:
        async with writing() as session:
            found = await _queue(session, site, contact_id, rendered, now)
        if isinstance(found, Requested):
            return found
        letter = await asyncio.to_thread(
            renderer.kept.render, found.source, site.templates
        )
        rendered = found.source, letter


async def _queue(
    session: AsyncSession,
    site: Site,
    contact_id: int,
    rendered: tuple[Source, Letter] | None,
    now: datetime,
) -> Requested | _Missing:
    """Queue a letter; return its source, with nothing written, if it is not rendered.

    `rendered` is the letter rendered last, with its source.
    """
    query = of_readers(select(Contact, Organisation.languages, Country.languages))
    row = await session.execute(query.where(Contact.id == contact_id))
    contact, organisation, country = row.one()
    # without the lock, two requests at the same time would make two campaigns
    await locks.lock_confirmations(session)
    wishes = await _pending(session, contact_id)
    earlier = await _earlier_letter(session, contact_id, wishes, now)
    allowed = wishes and await _is_allowed(session, contact_id, now)
    if earlier is not None or not allowed:
        return Requested(queued=False, earlier=earlier)
    chain = Chain.from_stored(contact.languages, organisation, country)
    language, step = confirmation_letters.language_of(site, chain)
    campaign = await _campaign_of_day(session, contact_id, now)
    letter = await _letter(
        session, site, campaign, language, list(wishes), rendered, now
    )
    if isinstance(letter, _Missing):
        return letter
    message = _message(contact, letter, step, now)
    session.add(message)
    await session.flush()
    session.add_all(
        ConfirmationWish(message_number=message.id, topic=topic, asked_at=asked_at)
        for topic, asked_at in wishes.items()
    )
    return Requested(queued=True)


def _message(
    contact: Contact, letter: StoredLetter, step: str, now: datetime
) -> Message:
    return Message(
        campaign_id=letter.campaign_id,
        contact_id=contact.id,
        organisation_id=contact.organisation_id,
        address_key=contact.address_key,
        letter_id=letter.id,
        language=letter.language,
        step=step,
        state=MessageState.WAITING,
        attempts=0,
        due_at=now,
    )


async def _letter(
    session: AsyncSession,
    site: Site,
    campaign: Campaign | None,
    language: str,
    wanted: Sequence[str],
    rendered: tuple[Source, Letter] | None,
    now: datetime,
) -> StoredLetter | _Missing:
    """Return the letter of a campaign on these topics; keep it if it is new.

    Without a campaign, a new one is made.
    """
    known = await confirmation_letters.kept(session, campaign, language, wanted)
    if known is not None:
        return known
    source = await confirmation_letters.source_of(
        session, site, site.catalogue(language), wanted, now
    )
    if rendered is None or rendered[0] != source:
        return _Missing(source=source)
    campaign = campaign or await confirmation_letters.new_campaign(session, site, now)
    return await confirmation_letters.keep(
        session, site, campaign, source, rendered[1], wanted, now
    )


async def confirmable(
    session: AsyncSession,
    message_number: int,
    contact_id: int,
    *,
    sent_at: datetime,
) -> set[str]:
    """Return the topics that a link still confirms: its own wishes that still wait.

    A letter of a version that kept no list of wishes was for all that waited when it
    was sent, at `sent_at`.
    """
    rows = await session.execute(
        select(ConfirmationWish.topic, ConfirmationWish.asked_at).where(
            ConfirmationWish.message_number == message_number
        )
    )
    wishes = {topic: asked_at for topic, asked_at in rows}
    waiting = await _pending(session, contact_id)
    if not wishes:
        return {each for each, since in waiting.items() if since <= sent_at}
    return {each for each in waiting if wishes.get(each) == waiting[each]}


async def _pending(session: AsyncSession, contact_id: int) -> dict[str, datetime]:
    """Return the topics that wait for a confirmation, and when each was asked for."""
    rows = await session.execute(
        select(Subscription.topic, Subscription.since).where(
            Subscription.contact_id == contact_id,
            Subscription.standing == Standing.PENDING,
        )
    )
    return {topic: since for topic, since in rows}


async def _earlier_letter(
    session: AsyncSession,
    contact_id: int,
    wishes: Mapping[str, datetime],
    now: datetime,
) -> datetime | None:
    """Return when a letter was whose valid link confirms all these wishes, if any."""
    rows = await session.execute(
        select(
            Message.id,
            func.coalesce(Message.marked_at, Message.due_at, Campaign.created_at),
            ConfirmationWish.topic,
            ConfirmationWish.asked_at,
        )
        .join(Campaign, Campaign.id == Message.campaign_id)
        .outerjoin(ConfirmationWish, ConfirmationWish.message_number == Message.id)
        .where(
            Campaign.template == TEMPLATE,
            Campaign.on_demand.is_(True),
            Campaign.created_at > now - VALID,
            Message.contact_id == contact_id,
            Message.state.in_(ON_THEIR_WAY),
        )
    )
    letters: dict[tuple[int, datetime], dict[str, datetime]] = defaultdict(dict)
    for number, at, topic, asked_at in rows:
        letters[number, at][topic] = asked_at
    same = [
        letter for letter, found in letters.items() if wishes.items() <= found.items()
    ]
    return max(same)[1] if same else None


def _of_day(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on the campaigns for the confirmations of a day."""
    return (
        Campaign.template == TEMPLATE,
        Campaign.day == now.date(),
        Campaign.on_demand.is_(True),
    )


def _used_by(contact_id: int) -> Exists:
    """Return the condition that a campaign has a row for a contact."""
    return exists().where(
        Message.campaign_id == Campaign.id, Message.contact_id == contact_id
    )


async def _is_allowed(session: AsyncSession, contact_id: int, now: datetime) -> bool:
    """Whether the contact and the site are below their limits of this day."""
    had = await session.scalar(
        select(func.count()).where(*_of_day(now), _used_by(contact_id))
    )
    sent = await session.scalar(
        select(func.count(Message.id))
        .join(Campaign, Campaign.id == Message.campaign_id)
        .where(*_of_day(now))
    )
    return (had or 0) < DAILY_LETTERS and (sent or 0) < DAILY_LETTERS_OF_SITE


async def _campaign_of_day(
    session: AsyncSession, contact_id: int, now: datetime
) -> Campaign | None:
    """Return a campaign of this day without a row for a contact, if there is one."""
    found: Campaign | None = await session.scalar(
        select(Campaign)
        .where(
            *_of_day(now),
            ~_used_by(contact_id),
            Campaign.state == CampaignState.SENDING,
        )
        .order_by(Campaign.id)
        .limit(1)
    )
    return found
