"""Letters that ask a reader to confirm new subscriptions: at most two a day.

A link in a letter can only reduce what a reader gets. A request for more letters is
confirmed by a new link, sent to the address itself. The link confirms the wishes that
waited when its letter was made, and no later ones. The second letter of a day is for a
wish that the first does not have. Each is in a campaign of its day, with one row per
contact.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import Chain, choose
from audiences.organisations import Country, Organisation
from audiences.segments.conditions import of_readers
from audiences.subscriptions import Standing, Subscription
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.composing import skeletons
from mailer.composing.header import HeaderFields
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import ConfirmationWish, Message
from mailer.rendering import renderer
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.source import Block, Source
from mailer.sites.site import Site
from mailer.store import locks

TEMPLATE = "confirmation"
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
        organisation_id=contact.organisation_id,
        address_key=contact.address_key,
        letter_id=await _letter(session, site, campaign, language, now),
        language=language,
        step=step,
        state=MessageState.WAITING,
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
    session: AsyncSession, site: Site, campaign: Campaign, language: str, now: datetime
) -> int:
    """Return the number of a day's letter in a language; render it if missing."""
    known: int | None = await session.scalar(
        select(StoredLetter.id).where(
            StoredLetter.campaign_id == campaign.id, StoredLetter.language == language
        )
    )
    if known is not None:
        return known
    source = _source(site, site.catalogue(language), now)
    letter = await asyncio.to_thread(renderer.kept.render, source, site.templates)
    packed = skeletons.compile_letter(
        letter, _header_fields(site, source, campaign, now)
    )
    row = StoredLetter(
        campaign_id=campaign.id,
        language=language,
        wanted=language,
        variant="",
        subject=letter.subject,
        skeleton=packed.pack(),
        template_digest="",
        rendered_at=now,
    )
    session.add(row)
    await session.flush()
    return row.id


def _source(site: Site, catalogue: Catalogue, now: datetime) -> Source:
    language = catalogue.language
    button = {"label": catalogue.text("Confirm")}
    request_text = catalogue.text(
        "Somebody asked on our pages that this address receive more of our letters."
        " If it was you, please confirm within seven days. If it was not, do nothing:"
        " nothing will change."
    )
    return Source(
        template=TEMPLATE,
        catalogue=catalogue,
        wanted=None,
        subject=catalogue.text("Please confirm what you wish to receive"),
        preheader=catalogue.text("One button, and it is done."),
        blocks=(
            Block(id="asked", type="opening", title="", fields={}, text=request_text),
            Block(id="yes", type="confirmation", title="", fields=button, text=""),
        ),
        reference="",
        day=now.date(),
        sender_name=site.sender_name(language),
        postal=site.postal(language),
        topic_name=None,
        site_url=site.settings.site.url,
    )


def _header_fields(
    site: Site, source: Source, campaign: Campaign, now: datetime
) -> HeaderFields:
    settings = site.settings
    return HeaderFields(
        sender_name=source.sender_name,
        sender=settings.sender.address,
        reply_to=settings.sender.reply_to,
        domain=settings.mail.domain,
        list_label=None,
        list_name="",
        site_url=settings.site.url,
        at=now,
        campaign=f"c{campaign.id}",
    )
