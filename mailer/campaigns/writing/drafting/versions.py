"""Keeps the versions of a campaign's content: what an approval covers, compressed.

What one person saves within half an hour is one version, unless something else was
done to the campaign meanwhile: a test, an approval, a change by another person.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, CampaignEvent
from mailer.campaigns.version_models import CampaignVersion
from mailer.campaigns.writing import texts
from mailer.errors import RefusedError

SITTING = timedelta(minutes=30)
FORGOTTEN = 200  # versions of one transaction
_OVER = (CampaignState.FINISHED, CampaignState.CANCELLED)
BIT_BY_BIT = "bit_by_bit"  # in the detail of an act: it goes on with the next saves
VALUES = (
    *("name", "template", "topic", "reference", "day", "audience", "themes"),
    *("default_language", "fallbacks", "per_block", "block_rules", "block_firsts"),
    *("zone", "event", "files", "window_from", "window_until", "window_zone"),
    *("too_late_hours", "reader_hour", "reader_quiet", "wave_hours"),
    "reference_pattern",
)


async def keep(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> dict[str, str]:
    """Store what a campaign has now as a version; return the detail of its act."""
    content = await _content(session, campaign)
    session.add(
        CampaignVersion(
            campaign_id=campaign.id,
            number=await latest(session, campaign) + 1,
            begun_at=now,
            at=now,
            by=by,
            digest=_digest_of(content),
            content=zlib.compress(content),
        )
    )
    await session.flush()
    return {texts.CONTENT: _digest_of(content)}


async def keep_on(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> dict[str, Any] | None:
    """Store what a campaign has now in the version that is being written.

    Return None, or the detail of the act with which another version begins.
    """
    version = await _being_written(session, campaign, by=by, now=now)
    if version is None:
        return {**await keep(session, campaign, by=by, now=now), BIT_BY_BIT: True}
    content = await _content(session, campaign)
    version.at = now
    version.digest = _digest_of(content)
    version.content = zlib.compress(content)
    return None


async def _being_written(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> CampaignVersion | None:
    event = await session.scalar(
        select(CampaignEvent)
        .where(CampaignEvent.campaign_id == campaign.id)
        .order_by(CampaignEvent.id.desc())
        .limit(1)
    )
    if event is None or event.by != by or BIT_BY_BIT not in event.detail:
        return None
    version: CampaignVersion | None = await session.scalar(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign.id)
        .order_by(CampaignVersion.number.desc())
        .limit(1)
    )
    recent = version is not None and version.begun_at > now - SITTING
    return version if recent else None


async def _content(session: AsyncSession, campaign: Campaign) -> bytes:
    await session.flush()
    content = {
        "values": {name: getattr(campaign, name) for name in VALUES},
        "texts": await texts.texts_of(session, campaign),
    }
    return json.dumps(content, ensure_ascii=False, default=str).encode()


def _digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def latest(session: AsyncSession, campaign: Campaign) -> int:
    """Return the number of the latest version; 0 if there is none."""
    found = await session.scalar(
        select(func.max(CampaignVersion.number)).where(
            CampaignVersion.campaign_id == campaign.id
        )
    )
    return found or 0


async def listed(
    session: AsyncSession, campaign: Campaign
) -> Sequence[CampaignVersion]:
    """Return the versions of a campaign, the first one first."""
    rows = await session.scalars(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign.id)
        .order_by(CampaignVersion.number)
    )
    return rows.all()


async def forget(session: AsyncSession, *, before: datetime) -> int:
    """Delete versions of letters that were over before an instant; return how many.

    FORGOTTEN at most. The last version of each letter is kept.
    """
    later = aliased(CampaignVersion)
    newer = (
        select(later.number)
        .where(
            later.campaign_id == CampaignVersion.campaign_id,
            later.number > CampaignVersion.number,
        )
        .exists()
    )
    over = select(Campaign.id).where(
        Campaign.state.in_(_OVER), Campaign.updated_at < before
    )
    rows = await session.scalars(
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id.in_(over), newer)
        .limit(FORGOTTEN)
    )
    found = rows.all()
    for each in found:
        await session.delete(each)
    await session.flush()
    return len(found)


async def content_of(
    session: AsyncSession, campaign: Campaign, number: int
) -> Mapping[str, Any]:
    """Return the `values` and `texts` of a version.

    Raises RefusedError if there is no such version, it was not kept, or it was changed.
    """
    row = await session.get(CampaignVersion, (campaign.id, number))
    if row is None:
        last = await latest(session, campaign)
        raise RefusedError(
            f"{campaign.name} has no version {number}; its versions are 1 to {last},"
            " of which the older ones may be deleted"
        )
    octets = zlib.decompress(row.content)
    if _digest_of(octets) != row.digest:
        raise RefusedError(
            f"version {number} of {campaign.name} was changed in the store; restore a"
            " backup, or go on from another version"
        )
    found: dict[str, Any] = json.loads(octets)
    return found


async def of_acts(
    session: AsyncSession, campaign: Campaign, act: Act
) -> Sequence[datetime]:
    """Return when something was done to a campaign, the first time first."""
    rows = await session.scalars(
        select(CampaignEvent.at)
        .where(CampaignEvent.campaign_id == campaign.id, CampaignEvent.act == act)
        .order_by(CampaignEvent.id)
    )
    return rows.all()
