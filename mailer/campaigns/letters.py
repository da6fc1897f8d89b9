"""Renders a campaign's letters: from its stored texts to letter and skeleton."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import topics
from mailer.campaigns import edit
from mailer.campaigns.models import Campaign
from mailer.rendering import skeleton as skeletons
from mailer.rendering import template as templates
from mailer.rendering.header import Envelope
from mailer.rendering.render import render
from mailer.rendering.skeleton import Skeleton
from mailer.rendering.source import Block, Letter, Source, Translation
from mailer.rendering.template import Template
from mailer.site import Site


@dataclass(frozen=True, kw_only=True)
class Content:
    """A campaign parsed: all that rendering needs of the store."""

    campaign: Campaign
    template: Template
    translations: Mapping[str, Translation]
    topic_names: Mapping[str, str]

    @property
    def written(self) -> list[str]:
        """Return the languages the campaign is written in."""
        return list(self.translations)


async def content_of(session: AsyncSession, site: Site, campaign: Campaign) -> Content:
    """Read and parse a campaign's content."""
    template = templates.load(site.templates, campaign.template)
    texts = await edit.texts_of(session, campaign)
    names: Mapping[str, str] = {}
    if campaign.topic is not None:
        names = (await topics.named(session, campaign.topic)).names
    return Content(
        campaign=campaign,
        template=template,
        translations=edit.parse_all(
            texts, site.templates, template, folder_name=campaign.name
        ),
        topic_names=names,
    )


def source(
    site: Site, content: Content, *, language: str, wanted: str, variant: str
) -> Source:
    """Return what one variant is rendered from."""
    campaign = content.campaign
    translation = content.translations[language]
    names = site.settings.sender.names
    postal = site.settings.sender.postal
    return Source(
        template=campaign.template,
        catalogue=site.catalogue(language),
        wanted=site.catalogue(wanted) if wanted != language else None,
        subject=translation.subject,
        preheader=translation.preheader,
        blocks=tuple(_seen(translation.blocks, campaign, variant)),
        reference=campaign.reference,
        day=campaign.day,
        sender_name=names.get(language) or names.get("en") or site.settings.site.name,
        postal=postal.get(language) or postal.get("en") or "",
        topic_name=None if campaign.topic is None else topic_name(content, language),
        site_url=site.settings.site.url,
    )


def topic_name(content: Content, language: str) -> str:
    """Return the name of the campaign's topic as readers of a language know it."""
    names = content.topic_names
    return names.get(language) or names.get("en") or str(content.campaign.topic)


def _seen(blocks: Sequence[Block], campaign: Campaign, variant: str) -> list[Block]:
    hidden = {
        block
        for block, bit in zip(sorted(campaign.block_rules), variant, strict=True)
        if bit == "0"
    }
    return [block for block in blocks if block.id not in hidden]


def rendered(site: Site, made_from: Source) -> Letter:
    """Render one variant."""
    return render(made_from, site.templates)


def skeleton(
    site: Site, content: Content, letter: Letter, made_from: Source, *, at: datetime
) -> Skeleton:
    """Encode one letter with its header; `at` is when the campaign is released."""
    campaign = content.campaign
    settings = site.settings
    return skeletons.compile_letter(
        letter,
        Envelope(
            sender_name=made_from.sender_name,
            sender=settings.sender.address,
            reply_to=settings.sender.reply_to,
            domain=settings.mail.domain,
            list_label=campaign.topic.lower() if campaign.topic else None,
            list_name=made_from.topic_name or "",
            site_url=settings.site.url,
            at=at,
            campaign=f"c{campaign.id}",
            leave_mailbox=settings.mail.leave_mailbox,
        ),
    )
