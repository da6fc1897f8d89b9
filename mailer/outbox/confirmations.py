"""Letters that ask a reader to confirm new subscriptions: at most two a day.

A link in a letter can only reduce what a reader gets. A request for more letters is
confirmed by a new link, sent to the address itself. The link confirms the wishes that
waited when its letter was made, and no later ones. The second letter of a day is for a
wish that the first does not have. Each is in a campaign of its day, with one row per
contact.
"""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from audiences.contacts import Contact
from audiences.languages import Chain, choose, name_in
from audiences.organisations import Country, Organisation
from audiences.segments.conditions import of_readers
from audiences.subscriptions import Standing, Subscription
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.composing import skeletons
from mailer.outbox import confirmation_letter
from mailer.outbox.confirmation_letter import TEMPLATE
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import ConfirmationWish, Message
from mailer.rendering import renderer
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
LIFETIME = timedelta(
    days=2
)  # of a day's campaign: a late request has a day for retries


async def request(
    session: AsyncSession, site: Site, contact_id: int, *, now: datetime
) -> bool:
    """Queue a confirmation letter for all that waits; return False if none is made.

    None is made while the link of an earlier letter confirms the same, nor above the
    limits of a day.
    """
    query = of_readers(select(Contact, Organisation.languages, Country.languages))
    row = await session.execute(query.where(Contact.id == contact_id))
    contact, organisation, country = row.one()
    # without the lock, two requests at the same time would make two campaigns
    await locks.lock_confirmations(session)
    wishes = await _pending(session, contact_id)
    if await _has_letter(session, contact_id, wishes, now):
        return False
    campaign = await _campaign_of_day(session, site, contact_id, now)
    if campaign is None:
        return False
    language, step = _language(
        site, Chain.from_stored(contact.languages, organisation, country)
    )
    message = Message(
        campaign_id=campaign.id,
        contact_id=contact.id,
        address_key=contact.address_key,
        letter_id=await _letter(session, site, campaign, language, sorted(wishes), now),
        language=language,
        step=step,
        state=MessageState.WAITING,
        attempts=0,
        due_at=now,
    )
    session.add(message)
    await session.flush()
    session.add_all(
        ConfirmationWish(message_number=message.id, topic=topic, asked_at=asked_at)
        for topic, asked_at in wishes.items()
    )
    return True


async def confirmable(
    session: AsyncSession, message_number: int, contact_id: int
) -> set[str]:
    """Return the topics that a link still confirms: its own wishes that still wait.

    A letter that an earlier version made has no list of its wishes.
    """
    rows = await session.execute(
        select(ConfirmationWish.topic, ConfirmationWish.asked_at).where(
            ConfirmationWish.message_number == message_number
        )
    )
    wishes = {topic: asked_at for topic, asked_at in rows}
    waiting = await _pending(session, contact_id)
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


async def _has_letter(
    session: AsyncSession,
    contact_id: int,
    wishes: Mapping[str, datetime],
    now: datetime,
) -> bool:
    """Whether a letter whose link is valid confirms all these wishes."""
    rows = await session.execute(
        select(Message.id, ConfirmationWish.topic, ConfirmationWish.asked_at)
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
    letters: dict[int, dict[str, datetime]] = defaultdict(dict)
    for number, topic, asked_at in rows:
        letters[number][topic] = asked_at
    return any(wishes.items() <= letter.items() for letter in letters.values())


async def _campaign_of_day(
    session: AsyncSession, site: Site, contact_id: int, now: datetime
) -> Campaign | None:
    """Return a campaign of this day without a row for a contact; make it if missing.

    Return None above the limits of the contact and of the site.
    """
    of_day = (
        Campaign.template == TEMPLATE,
        Campaign.day == now.date(),
        Campaign.on_demand.is_(True),
    )
    used = exists().where(
        Message.campaign_id == Campaign.id, Message.contact_id == contact_id
    )
    had = await session.scalar(select(func.count()).where(*of_day, used))
    sent = await session.scalar(
        select(func.count(Message.id))
        .join(Campaign, Campaign.id == Message.campaign_id)
        .where(*of_day)
    )
    if (had or 0) >= DAILY_LETTERS or (sent or 0) >= DAILY_LETTERS_OF_SITE:
        return None
    campaign: Campaign | None = await session.scalar(
        select(Campaign)
        .where(*of_day, ~used, Campaign.state == CampaignState.SENDING)
        .order_by(Campaign.id)
        .limit(1)
    )
    if campaign is None:
        campaign = _new_campaign(site, now)
        session.add(campaign)
        await session.flush()
    return campaign


def _new_campaign(site: Site, now: datetime) -> Campaign:
    """Return a campaign for the confirmations of this day, being sent."""
    return Campaign(
        name=f"Confirmations of {now:%Y-%m-%d}",
        template=TEMPLATE,
        on_demand=True,
        reference="",
        day=now.date(),
        author="system",
        audience="",
        themes=[],
        default_language=site.settings.languages.default,
        fallbacks={},
        block_rules={},
        state=CampaignState.SENDING,
        released_at=now,
        expires_at=datetime.combine(now, time.min, now.tzinfo) + LIFETIME,
        created_at=now,
        updated_at=now,
    )


def _language(site: Site, chain: Chain) -> tuple[str, str]:
    """Return the language of a reader's letter, and the step that decided it."""
    default = site.settings.languages.default
    choice = choose(chain, written=list(site.catalogues), fallbacks={}, default=default)
    return (choice.language, choice.step) if choice else (default, "campaign")


async def _letter(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    language: str,
    wanted: Sequence[str],
    now: datetime,
) -> int:
    """Return the number of a day's letter on topics in a language; make it if missing.

    Its variant is a digest of the topics.
    """
    variant = hashlib.sha256(" ".join(wanted).encode()).hexdigest()[:16]
    known: int | None = await session.scalar(
        select(StoredLetter.id).where(
            StoredLetter.campaign_id == campaign.id,
            StoredLetter.language == language,
            StoredLetter.variant == variant,
        )
    )
    if known is not None:
        return known
    row = await _made(session, site, campaign, language, wanted, now)
    row.variant = variant
    session.add(row)
    await session.flush()
    return row.id


async def _made(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    language: str,
    wanted: Sequence[str],
    now: datetime,
) -> StoredLetter:
    """Return a new letter that names the topics wanted."""
    named = [await topics.named(session, each) for each in wanted]
    names = [name_in(each.names, language, each.code) for each in named]
    source = confirmation_letter.source(site, site.catalogue(language), names, now)
    letter = await asyncio.to_thread(renderer.kept.render, source, site.templates)
    packed = skeletons.compile_letter(
        letter, confirmation_letter.header_fields(site, source, campaign, now)
    )
    return StoredLetter(
        campaign_id=campaign.id,
        language=language,
        wanted=language,
        subject=letter.subject,
        skeleton=packed.pack(),
        template_digest="",
        rendered_at=now,
    )
