"""Confirmation letters: one wish, one letter to the address it is about, one a day.

A link in a letter may only reduce what we send. Who asks for more gets a fresh link at
the address itself. The letters of one day are one campaign, so the ledger's own
uniqueness sees to it that nobody can be flooded by asking again and again.
"""

from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import Chain, choose
from audiences.organisations import Country, Organisation
from audiences.segments.conditions import of_readers
from audiences.store.dialects import insert
from mailer import links
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.composing import skeletons
from mailer.composing.header import HeaderFields
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.marks import Field, mark
from mailer.rendering.render import render
from mailer.rendering.source import Block, Source
from mailer.sites.site import Site
from mailer.store import locks

TEMPLATE = "confirmation"
VALID = timedelta(days=7)  # of the link in the letter
DAYS = timedelta(days=2)  # that of the wish, and one for whoever asks at its end


async def request(
    session: AsyncSession, site: Site, contact_id: int, *, now: datetime
) -> bool:
    """Queue a confirmation letter; False when one was queued today already."""
    asked = of_readers(select(Contact, Organisation.languages, Country.languages))
    row = await session.execute(asked.where(Contact.id == contact_id))
    contact, organisation, country = row.one()
    await locks.lock_confirmations(session)  # else two at once made two campaigns
    campaign = await _of_today(session, site, now)
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


async def _of_today(session: AsyncSession, site: Site, now: datetime) -> Campaign:
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
            expires_at=datetime.combine(now, time.min, now.tzinfo) + DAYS,
            created_at=now,
            updated_at=now,
        )
        session.add(campaign)
        await session.flush()
    return campaign


def _language(site: Site, chain: Chain) -> tuple[str, str]:
    default = site.settings.languages.default
    choice = choose(chain, written=list(site.catalogues), fallbacks={}, default=default)
    return (choice.language, choice.step) if choice else (default, "campaign")


async def _letter(
    session: AsyncSession, site: Site, campaign: Campaign, language: str, now: datetime
) -> int:
    known: int | None = await session.scalar(
        select(StoredLetter.id).where(
            StoredLetter.campaign_id == campaign.id, StoredLetter.language == language
        )
    )
    if known is not None:
        return known
    source = _source(site, site.catalogue(language), now)
    letter = render(source, site.templates)
    packed = skeletons.compile_letter(letter, _envelope(site, source, campaign, now))
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
    button = {
        "link": site.settings.site.url
        + links.path(links.Purpose.CONFIRM, mark(Field.CONFIRM)),
        "label": catalogue.text("Confirm"),
    }
    asked = catalogue.text(
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
            Block(id="asked", type="opening", title="", fields={}, text=asked),
            Block(id="yes", type="button", title="", fields=button, text=""),
        ),
        reference="",
        day=now.date(),
        sender_name=site.sender_name(language),
        postal=site.postal(language),
        topic_name=None,
        site_url=site.settings.site.url,
    )


def _envelope(
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
