"""Whose turn it is: claims and who ends or pauses a campaign; wishes to be confirmed.

Claims share the campaigns they read; on PostgreSQL any number of them would overtake
who waits for a campaign alone. So each first takes one lock that is given in the order
it was asked for. SQLite has one writer at a time and needs none.
"""

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import dialects

# Numbers of locks, each of nothing else in the store.
_CLAIMS, _CONFIRMATIONS = 1_818_845_537, 1_818_845_538


def of_claims() -> ColumnElement[bool]:
    """Return a condition that holds once those are through who asked before."""
    lock = cast(func.pg_advisory_xact_lock_shared(_CLAIMS), String)
    return select(lock).scalar_subquery().is_not(None)


async def before_claims(session: AsyncSession) -> None:
    """Wait for the claims under way; every other one waits for the commit."""
    await _alone(session, _CLAIMS)


async def of_confirmations(session: AsyncSession) -> None:
    """Wait for whoever asks for a confirmation; the next one waits for the commit."""
    await _alone(session, _CONFIRMATIONS)


async def _alone(session: AsyncSession, lock: int) -> None:
    if not dialects.is_sqlite(session):
        await session.execute(select(func.pg_advisory_xact_lock(lock)))
