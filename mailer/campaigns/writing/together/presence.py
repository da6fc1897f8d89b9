"""Who has a letter open to write in it, besides oneself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.campaigns.models import Campaign
from mailer.campaigns.version_models import Presence

LASTS = timedelta(seconds=60)  # a page says three times in it that it is open


async def seen(
    session: AsyncSession, campaign: Campaign, language: str, *, by: str, now: datetime
) -> None:
    """Note that a user writes in a language of a letter; forget who went."""
    here = Presence.campaign_id == campaign.id
    await session.execute(delete(Presence).where(here, Presence.at < now - LASTS))
    values = {"language": language, "at": now}
    keys = {"campaign_id": campaign.id, "user": by}
    statement = insert(session, Presence).values(**keys, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=list(keys), set_=values)
    )


async def others(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> Sequence[Presence]:
    """Return who else writes in a letter, by name."""
    rows = await session.scalars(
        select(Presence)
        .where(
            Presence.campaign_id == campaign.id,
            Presence.user != by,
            Presence.at >= now - LASTS,
        )
        .order_by(Presence.user)
    )
    return rows.all()
