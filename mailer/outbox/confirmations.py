"""Letters that ask a reader to confirm a new subscription: one a day and address.

A link in a letter can only reduce what a reader gets. A request for more letters is
confirmed by a new link, sent to the address itself. The confirmations of one day are
one campaign, and the ledger has one row per campaign and contact: repeated requests on
one day send one letter.
"""

import asyncio
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import Chain, choose
from audiences.organisations import Country, Organisation
from audiences.segments.conditions import of_readers
from audiences.store.dialects import insert
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.composing import skeletons
from mailer.composing.header import HeaderFields
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.rendering import renderer
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.source import Block, Source
from mailer.sites.site import Site
from mailer.store import locks

TEMPLATE = "confirmation"
VALID = timedelta(days=7)  # how long the link in the letter can be used
LIFETIME = timedelta(
    days=2
)  # of a day's campaign: a late request has a day for retries


async def request(
    session: AsyncSession, site: Site, contact_id: int, *, now: datetime
) -> bool:
    """Queue a confirmation letter; return False if one was queued today already."""
    query = of_readers(select(Contact, Organisation.languages, Country.languages))
    row = await session.execute(query.where(Contact.id == contact_id))
    contact, organisation, country = row.one()
    # without the lock, two requests at the same time would make two campaigns
    await locks.lock_confirmations(session)
    campaign = await _campaign_of_day(session, site, now)
    language, step = _language(
        site, Chain.from_stored(contact.languages, organisation, country)
    )
    letter_id = await _letter(session, site, campaign, language, now)
    added = await session.execute(
        insert(session, Message)
        .values(
            campaign_id=campaign.id,
            contact_id=contact.id,
            address_key=contact.address_key,
            letter_id=letter_id,
            language=language,
            step=step,
            state=MessageState.WAITING,
            attempts=0,
            due_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Message.id)
    )
    return added.first() is not None


async def _campaign_of_day(
    session: AsyncSession, site: Site, now: datetime
) -> Campaign:
    """Return the campaign of the confirmations of this day; make it if missing."""
    campaign: Campaign | None = await session.scalar(
        select(Campaign).where(
            Campaign.template == TEMPLATE,
            Campaign.day == now.date(),
            Campaign.on_demand.is_(True),
            Campaign.state == CampaignState.SENDING,
        )
    )
    if campaign is None:
        campaign = Campaign(
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
        session.add(campaign)
        await session.flush()
    return campaign


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
