"""Acts on campaigns: each is noted; those that change the state follow its arrows."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.campaign_states import CampaignState, refuse_unless
from mailer.campaigns.models import Campaign, CampaignEvent


class Act(StrEnum):
    """What somebody, or the program itself, did to a campaign."""

    IMPORTED = "imported"  # its first content
    EDITED = "edited"  # other content
    TRANSLATED = "translated"  # words in one language
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RELEASED = "released"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXPIRED = "expired"  # its time passed before it could be released
    CANCELLED = "cancelled"
    FINISHED = "finished"

    @property
    def puts_words(self) -> bool:
        """Whether the act puts words into a campaign: who does it is an author."""
        return self in _PUTS_WORDS


_PUTS_WORDS = frozenset({Act.IMPORTED, Act.EDITED, Act.TRANSLATED})


def note(
    session: AsyncSession,
    campaign: Campaign,
    act: Act,
    *,
    by: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an act that leaves the state as it is to the campaign's record."""
    session.add(
        CampaignEvent(
            campaign_id=campaign.id, at=now, by=by, act=act, detail=dict(detail or {})
        )
    )
    campaign.updated_at = now


def move(
    session: AsyncSession,
    campaign: Campaign,
    after: CampaignState,
    act: Act,
    *,
    by: str,
    now: datetime,
    because: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Change the state of a locked campaign and note the act that did it.

    `because` is kept with the campaign while it stands there. Raises RefusedError
    where no arrow of campaign_states leads from the present state.
    """
    refuse_unless(CampaignState(campaign.state), after, name=campaign.name)
    campaign.state = after
    campaign.stopped_because = because
    reason = {} if because is None else {"because": because}
    note(session, campaign, act, by=by, now=now, detail={**reason, **(detail or {})})
