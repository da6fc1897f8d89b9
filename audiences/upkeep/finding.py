"""Finds an organisation by the code that a user types."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import UnknownNameError
from audiences.organisations import Organisation, folded
from audiences.segments.named import near_code


async def organisation(session: AsyncSession, code: str) -> Organisation:
    """Return an organisation by its code, in capitals or not.

    Raises UnknownNameError, with a similar code if there is one.
    """
    found: Organisation | None = await session.scalar(
        select(Organisation)
        .where(Organisation.code_key == folded(code))
        .order_by((Organisation.code != code), Organisation.id)
        .limit(1)
    )
    if found is None:
        near = await near_code(session, code)
        raise UnknownNameError(
            f"no organisation has the code {code[:80]!r}{near}",
            code="organisation.unknown",
        )
    return found
