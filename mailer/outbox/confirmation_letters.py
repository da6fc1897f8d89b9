"""Confirmation letters: their words, and one kept per language and campaign."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from audiences.languages import Chain, choose, name_in
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, StoredLetter
from mailer.composing import header, skeletons
from mailer.composing.header import HeaderFields
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.source import Block, Letter, Source
from mailer.sites.site import Site

TEMPLATE = "confirmation"
LIFETIME = timedelta(days=2)  # of a campaign: a late request has a day for retries


async def kept(
    session: AsyncSession,
    campaign: Campaign | None,
    language: str,
    wanted: Sequence[str],
) -> StoredLetter | None:
    """Return a campaign's letter on these topics in a language, if it has one."""
    if campaign is None:
        return None
    found: StoredLetter | None = await session.scalar(
        select(StoredLetter).where(
            StoredLetter.campaign_id == campaign.id,
            StoredLetter.language == language,
            StoredLetter.variant == _variant(wanted),
        )
    )
    return found


async def keep(
    session: AsyncSession,
    site: Site,
    campaign: Campaign,
    source: Source,
    letter: Letter,
    wanted: Sequence[str],
    now: datetime,
) -> StoredLetter:
    """Add a rendered letter on these topics to a campaign, and return it."""
    language = letter.language
    packed = skeletons.compile_letter(
        letter, _header_fields(site, source, campaign, now)
    )
    row = StoredLetter(
        campaign_id=campaign.id,
        language=language,
        wanted=language,
        variant=_variant(wanted),
        subject=letter.marks.written(letter.subject),
        skeleton=packed.pack(),
        template_digest="",
        rendered_at=now,
    )
    session.add(row)
    await session.flush()
    return row


def _variant(wanted: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(sorted(wanted)).encode()).hexdigest()[:16]


async def source_of(
    session: AsyncSession,
    site: Site,
    catalogue: Catalogue,
    wanted: Sequence[str],
    now: datetime,
) -> Source:
    """Return what a letter is rendered from that asks to confirm these topics."""
    language = catalogue.language
    named = [await topics.named(session, each) for each in sorted(wanted)]
    names = [name_in(each.names, language, each.code) for each in named]
    button = {"label": catalogue.text("Confirm")}
    request_text = catalogue.text(
        "Somebody asked on our pages that this address receive more of our letters."
        " If it was you, please confirm within seven days. If it was not, do nothing:"
        " nothing will change."
    )
    listed = "\n".join(f"- {each}" for each in names)
    text = f"{request_text}\n\n{catalogue.text('Letters asked for:')}\n\n{listed}"
    return Source(
        template=TEMPLATE,
        catalogue=catalogue,
        wanted=None,
        subject=catalogue.text("Please confirm what you wish to receive"),
        preheader=catalogue.text("One button, and it is done."),
        blocks=(
            Block(id="asked", type="opening", title="", fields={}, text=text),
            Block(id="yes", type="confirmation", title="", fields=button, text=""),
        ),
        reference="",
        day=now.date(),
        sender_name=site.sender_name(language),
        postal=site.postal(language),
        topic_name=None,
        service="request",
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
        repeated=header.repeated(settings.feedback.hooks),
    )


def language_of(site: Site, chain: Chain) -> tuple[str, str]:
    """Return the language of a reader's letter, and the step that decided it."""
    default = site.settings.languages.default
    choice = choose(chain, written=list(site.catalogues), fallbacks={}, default=default)
    return (choice.language, choice.step) if choice else (default, "campaign")


async def new_campaign(session: AsyncSession, site: Site, now: datetime) -> Campaign:
    """Make a campaign for the confirmations of this day, being sent."""
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
