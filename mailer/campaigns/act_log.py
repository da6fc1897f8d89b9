"""Logs what people do to campaigns that are sent, in the processes that send them.

A command ends before anybody reads its output, and a page has none: so each worker
reads the acts of the store and writes those that it has not seen into its log.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.acts import Act
from mailer.campaigns.models import CampaignEvent

log = structlog.get_logger()
PROGRAM = "delivery"  # which logs its own acts, with more detail
LATE = 50  # numbers; an act of a longer transaction may be committed after later ones


class ActLog:
    """The acts that this process has seen."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._highest: int | None = None  # None: nothing was read yet

    async def unseen(self, session: AsyncSession) -> Sequence[CampaignEvent]:
        """Return pauses, resumes and cancellations that are new since the last call.

        The first call returns none.
        """
        if self._highest is None:
            self._highest = await session.scalar(select(func.max(CampaignEvent.id)))
            self._highest = self._highest or 0
            earlier = select(CampaignEvent.id).where(
                CampaignEvent.id > self._highest - LATE
            )
            self._seen = set(await session.scalars(earlier))
            return ()
        found = await session.scalars(
            select(CampaignEvent)
            .where(CampaignEvent.id > self._highest - LATE)
            .order_by(CampaignEvent.id)
        )
        recent = found.all()
        new = [each for each in recent if each.id not in self._seen]
        self._seen = {each.id for each in recent}
        self._highest = max(self._seen, default=self._highest)
        return [each for each in new if each.by != PROGRAM]


def write(events: Sequence[CampaignEvent]) -> None:
    """Log acts, after the transaction that read them."""
    for each in events:
        number, by = each.campaign_id, each.by
        match each.act:
            case Act.PAUSED:
                reason = each.detail.get("because", "")
                log.warning("campaign.paused", campaign=number, by=by, reason=reason)
            case Act.RESUMED:
                log.info("campaign.resumed", campaign=number, by=by)
            case Act.CANCELLED:
                log.warning("campaign.cancelled", campaign=number, by=by)
