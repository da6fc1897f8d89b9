"""The digest of what an approval covers: content, audience, texts and templates.

The templates are files kept with the approval. An approval of an earlier version kept
none: it covers the files of the templates folder, as they were.

It covers every column of a campaign except NOT_AGREED, so a new column is covered
without a change here.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign, CampaignText
from mailer.rendering import letter_types, template_files
from mailer.rendering.language import catalogues
from mailer.rendering.template_files import TemplateFiles

NOT_AGREED = frozenset(
    {
        "id",
        "state",
        "at",  # an approval has its own time
        "opens_at",  # computed at the release
        "closes_at",
        "expires_at",
        "released_at",
        "stopped_because",
        "corrects",  # the rule of its audience says so, too
        "created_at",
        "updated_at",
    }
)
# columns added when approvals without them were already given
LATER = frozenset({"reader_hour", "reader_quiet", "wave_hours"})
AGREED = tuple(
    column.key for column in Campaign.__table__.columns if column.key not in NOT_AGREED
)


async def digest(
    session: AsyncSession,
    campaign: Campaign,
    *,
    files: Mapping[str, str],
    segments: Mapping[str, str],
) -> str:
    """Return the digest of what an approval covers, except the time.

    `files` are its template files, path → digest; `segments` are the saved segments
    that the rules need.
    """
    return _digest_of(
        _columns(campaign)
        | {
            "texts": await _texts(session, campaign),
            "templates": template_files.digest_of(files),
            "segments": segments,
        }
    )


async def without_files(
    session: AsyncSession,
    campaign: Campaign,
    templates: TemplateFiles,
    segments: Mapping[str, str] | None,
) -> str:
    """Return the digest of an approval that kept no files, for the present templates.

    `segments` is None if it kept no segments either.
    """
    kept = {} if segments is None else {"segments": segments}
    return _digest_of(
        _columns(campaign)
        | {
            "texts": await _texts(session, campaign),
            "layout": template_digest(templates, campaign.template),
        }
        | kept
    )


async def former_digest(
    session: AsyncSession, campaign: Campaign, templates: TemplateFiles
) -> str:
    """Return the digest as the previous version made it: its approvals stay valid."""
    return _digest_of(
        {
            "name": campaign.name,
            "template": campaign.template,
            "topic": campaign.topic,
            "reference": campaign.reference,
            "day": campaign.day.isoformat(),
            "audience": campaign.audience,
            "themes": campaign.themes,
            "default": campaign.default_language,
            "fallbacks": campaign.fallbacks,
            "per_block": campaign.per_block,
            "blocks": campaign.block_rules,
            "hours": [
                campaign.window_from,
                campaign.window_until,
                campaign.window_zone,
            ],
            "late": campaign.too_late_hours,
            "firsts": campaign.block_firsts,
            "zone": campaign.zone,
            "event": campaign.event,
            "files": campaign.files,
            "texts": await _texts(session, campaign),
            "layout": template_digest(templates, campaign.template),
        }
    )


def _columns(campaign: Campaign) -> dict[str, Any]:
    """Return the columns of a campaign; those added later only where they are set."""
    values = {name: getattr(campaign, name) for name in AGREED}
    return {
        name: value
        for name, value in values.items()
        if value is not None or name not in LATER
    }


def _digest_of(covered: Mapping[str, Any]) -> str:
    packed = json.dumps(covered, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(packed.encode()).hexdigest()


async def _texts(session: AsyncSession, campaign: Campaign) -> dict[str, str]:
    texts = await session.execute(
        select(CampaignText.language, CampaignText.text)
        .where(CampaignText.campaign_id == campaign.id)
        .order_by(CampaignText.language)
    )
    return {language: text for language, text in texts}


def template_digest(templates: TemplateFiles, name: str) -> str:
    """Return the digest of a template's files, the layout and the catalogues."""
    total = hashlib.sha256()
    for folder in (name, letter_types.LAYOUT, catalogues.FOLDER):
        inside = [path for path in templates.files if path.startswith(f"{folder}/")]
        for path in sorted(inside, key=lambda each: each.split("/")):
            total.update(path.encode() + b"\0")
            total.update(hashlib.sha256(templates.files[path]).digest())
    return total.hexdigest()
