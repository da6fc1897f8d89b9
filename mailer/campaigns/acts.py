"""The record of acts on campaigns: who did what, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign, CampaignEvent


def note(
    session: AsyncSession,
    campaign: Campaign,
    *,
    by: str,
    act: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one line to a campaign's record of acts."""
    session.add(
        CampaignEvent(
            campaign_id=campaign.id, at=now, by=by, act=act, detail=dict(detail or {})
        )
    )
