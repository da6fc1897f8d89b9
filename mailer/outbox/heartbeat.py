"""Raises the counter of the store, and keeps it beside the store too."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.outbox.models import Message
from mailer.store import beats, identity
from mailer.store.identity import Identity
from mailer.store.last_seen import Seen


async def raised(session: AsyncSession) -> Seen:
    """Raise the counter; return what the folder of the site is to remember."""
    beat = await beats.beat(session)
    return await found(session, await identity.read(session), beat)


async def found(session: AsyncSession, known: Identity, beat: int) -> Seen:
    """Return what is seen of a store."""
    return Seen(epoch=known.epoch.hex(), beat=beat, highest=await highest(session))


async def highest(session: AsyncSession) -> int:
    """Return the highest message number in the store, 0 without messages."""
    return await session.scalar(select(func.max(Message.id))) or 0
