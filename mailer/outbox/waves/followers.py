"""Notes a release for the series that follow its letter, in its transaction."""

from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.slot_models import FollowedLetter


async def note(session: AsyncSession, campaign: Campaign) -> None:
    """Let the next tick make the dates that follow a letter which is released now.

    Dates that follow an earlier letter about its event are looked at again.
    """
    slots = select(Occurrence.series_id).where(Occurrence.campaign_id == campaign.id)
    names = select(Series.name).where(Series.id.in_(slots))
    wanted = or_(Series.follows == campaign.id, Series.follows_series.in_(names))
    series = await session.scalars(select(Series.id).where(wanted))
    await add(session, series.all(), campaign)
    if campaign.event is not None:
        await session.execute(
            update(FollowedLetter)
            .where(
                FollowedLetter.uid == campaign.event["uid"],
                FollowedLetter.source_id != campaign.id,
            )
            .values(source_id=campaign.id, settled_at=None)
        )


async def add(session: AsyncSession, series: Sequence[int], campaign: Campaign) -> None:
    """Let series follow a released letter; one that follows it already stays."""
    uid = campaign.event["uid"] if campaign.event else None
    rows = [
        {
            "series_id": number,
            "campaign_id": campaign.id,
            "uid": uid,
            "source_id": campaign.id,
        }
        for number in series
    ]
    if rows:
        await session.execute(
            insert(session, FollowedLetter).values(rows).on_conflict_do_nothing()
        )
