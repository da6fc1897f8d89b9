"""Advisory locks for claims and for confirmations, held until the transaction ends.

Claims share the rows of campaigns. On PostgreSQL any number of them would overtake a
transaction that wants a campaign's row alone, to pause or end it. So each first takes
an advisory lock, which PostgreSQL grants in the order of the requests. SQLite has one
writer at a time and needs no such lock.
"""

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import dialects

# The numbers of the locks; nothing else in the store uses them.
_CLAIMS, _CONFIRMATIONS = 1_818_845_537, 1_818_845_538


def claims_lock() -> ColumnElement[bool]:
    """Return a condition that takes the lock of claims, shared, and is then true.

    For PostgreSQL only.
    """
    lock = cast(func.pg_advisory_xact_lock_shared(_CLAIMS), String)
    return select(lock).scalar_subquery().is_not(None)


async def lock_claims(session: AsyncSession) -> None:
    """Wait for the claims under way; later claims wait until this transaction ends."""
    await dialects.wait_for_others(session, _CLAIMS)


async def lock_confirmations(session: AsyncSession) -> None:
    """Allow one transaction at a time to make a confirmation; the others wait."""
    await dialects.wait_for_others(session, _CONFIRMATIONS)
