"""Messages of earlier waves whose readers have a message of the present one."""

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.segments.by_membership import Range
from mailer.outbox.models import DeliveryFault, Message, ReleasePlan


async def forget_faults(
    session: AsyncSession, progress: ReleasePlan, within: Range
) -> None:
    """Delete the faults of messages that are sent again: they prove nothing now."""
    again, former = aliased(Message), aliased(Message)
    after, last = within
    former_ones = (
        select(former.id)
        .join(
            again,
            and_(
                again.contact_id == former.contact_id,
                again.campaign_id == former.campaign_id,
                again.wave == progress.wave,
            ),
        )
        .where(
            former.campaign_id == progress.campaign_id,
            former.wave < progress.wave,
            former.contact_id > after,
            former.contact_id <= last,
        )
    )
    await session.execute(
        delete(DeliveryFault).where(
            DeliveryFault.campaign_id == progress.campaign_id,
            DeliveryFault.message_number.in_(former_ones),
        )
    )
