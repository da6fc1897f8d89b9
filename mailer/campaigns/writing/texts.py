"""Reads a campaign's texts from the store, and parses them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.writing import parsing
from mailer.errors import ContentError, together
from mailer.rendering import letter_types
from mailer.rendering.letter_types import Template
from mailer.rendering.source import Translation
from mailer.rendering.template_files import TemplateFiles

CONTENT = "content"  # in the detail of an act: the digest of the content after it


async def texts_of(session: AsyncSession, campaign: Campaign) -> dict[str, str]:
    """Return a campaign's texts as written, by language."""
    rows = await session.execute(
        select(CampaignText.language, CampaignText.text)
        .where(CampaignText.campaign_id == campaign.id)
        .order_by(CampaignText.language)
    )
    return {language: text for language, text in rows}


@dataclass(frozen=True, kw_only=True, slots=True)
class UnfinishedTexts:
    """The texts of a campaign as far as they can be read, and what is wrong."""

    translations: Mapping[str, Translation]  # by language
    faults: Mapping[str, tuple[ContentError, ...]]  # by language; none: left out


def read_all(
    texts: Mapping[str, str],
    templates: TemplateFiles,
    template: Template,
    *,
    folder_name: str,
) -> UnfinishedTexts:
    """Read every language of a campaign; raise ContentError if it has none."""
    types = letter_types.block_types(templates)
    if not texts:
        raise ContentError(folder_name, "no language is written; add for example en.md")
    found = {
        language: parsing.read(
            text,
            language=language,
            types=types,
            allowed=template.blocks,
            where=f"{language}.md",
        )
        for language, text in texts.items()
    }
    return UnfinishedTexts(
        translations={language: each.translation for language, each in found.items()},
        faults={
            language: each.faults for language, each in found.items() if each.faults
        },
    )


def parse_all(
    texts: Mapping[str, str],
    templates: TemplateFiles,
    template: Template,
    *,
    folder_name: str,
) -> dict[str, Translation]:
    """Parse every language of a campaign; raise ContentError at the first fault."""
    read = read_all(texts, templates, template, folder_name=folder_name)
    for faults in read.faults.values():
        raise together(faults)
    return dict(read.translations)


async def parsed_of(
    session: AsyncSession, campaign: Campaign, templates: TemplateFiles
) -> dict[str, Translation]:
    """Return the stored texts as far as they can be read; {} without their template."""
    try:
        template = letter_types.load(templates, campaign.template)
        texts = await texts_of(session, campaign)
        read = read_all(texts, templates, template, folder_name=campaign.name)
    except ContentError:
        return {}
    return dict(read.translations)
