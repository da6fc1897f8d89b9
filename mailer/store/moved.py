"""The mark of a store that is not the site's store, because of a move."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.store import identity, locks
from mailer.store.identity import StoreIdentity


async def mark(session: AsyncSession, address: str | None) -> None:
    """Record that the site's store is at another address; None: it is this one.

    It waits for the claims under way. Nothing is claimed in a store that was moved.
    """
    await locks.lock_claims(session)
    await session.execute(update(StoreIdentity).values(moved_to=address))


async def require_here(session: AsyncSession) -> None:
    """Raise RefusedError if the store of the site is another one since a move."""
    if await session.scalar(select(StoreIdentity.moved_to)) is not None:
        (await identity.read(session)).require_here()
