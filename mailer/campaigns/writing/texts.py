"""Reads a campaign's texts from the store, parses them, and keeps each version."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign, CampaignText
from mailer.campaigns.writing import files, parsing
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.letter_types import Template
from mailer.rendering.source import Translation
from mailer.rendering.template_files import TemplateFiles

CONTENT = "content"  # in the detail of an act: the digest of the content after it
_VALUES = (
    *("name", "template", "topic", "reference", "day", "audience", "themes"),
    *("default_language", "fallbacks", "per_block", "block_rules", "block_firsts"),
    *("zone", "event", "files", "window_from", "window_until", "window_zone"),
    *("too_late_hours", "reader_hour", "reader_quiet", "wave_hours"),
)


async def keep(session: AsyncSession, campaign: Campaign) -> dict[str, str]:
    """Store what a campaign has now; return the detail of the act that changed it."""
    await session.flush()
    content = {
        "values": {name: getattr(campaign, name) for name in _VALUES},
        "texts": await texts_of(session, campaign),
    }
    octets = json.dumps(content, ensure_ascii=False, default=str).encode()
    digest = hashlib.sha256(octets).hexdigest()
    await files.store_contents(session, {digest: octets})
    return {CONTENT: digest}


async def kept(session: AsyncSession, campaign: Campaign, digest: str) -> Any:
    """Return the `values` and `texts` that a campaign had, by their digest.

    Raises RefusedError if they are missing or were changed.
    """
    octets = await files.contents(session, campaign, [digest])
    return json.loads(octets[digest])


async def texts_of(session: AsyncSession, campaign: Campaign) -> dict[str, str]:
    """Return a campaign's texts as written, by language."""
    rows = await session.execute(
        select(CampaignText.language, CampaignText.text)
        .where(CampaignText.campaign_id == campaign.id)
        .order_by(CampaignText.language)
    )
    return {language: text for language, text in rows}


def parse_all(
    texts: Mapping[str, str],
    templates: TemplateFiles,
    template: Template,
    *,
    folder_name: str,
) -> dict[str, Translation]:
    """Parse every language of a campaign; raise ContentError at the first fault."""
    types = letter_types.block_types(templates)
    parsed = {
        language: parsing.parse(
            text,
            language=language,
            types=types,
            allowed=template.blocks,
            where=f"{language}.md",
        )
        for language, text in texts.items()
    }
    if not parsed:
        raise ContentError(folder_name, "no language is written; add for example en.md")
    return parsed


async def parsed_of(
    session: AsyncSession, campaign: Campaign, templates: TemplateFiles
) -> dict[str, Translation]:
    """Return the stored texts, parsed; {} if they cannot be parsed any more."""
    try:
        template = letter_types.load(templates, campaign.template)
        texts = await texts_of(session, campaign)
        return parse_all(texts, templates, template, folder_name=campaign.name)
    except ContentError:
        return {}
