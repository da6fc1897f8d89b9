"""Which user is meant by a subject of the provider of sign-ins.

A subject is bound to a user at its first use, by the address that the provider has
verified; later the subject alone counts. Another address of the user ends it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from mailer.signin import tokens
from mailer.signin.models import OidcSubject
from mailer.signin.provider import Told
from mailer.users import guard


async def user_of(
    session: AsyncSession, told: Told, *, issuer: str, now: datetime
) -> str | None:
    """Return the user of a subject; None for a stranger, or one who is disabled."""
    key = tokens.digest(f"{issuer} {told.subject}")
    row = await session.get(OidcSubject, key)
    if row is not None:
        user = await guard.find(session, row.user)
        return user.name if user is not None and user.disabled_at is None else None
    wanted = told.address.strip().casefold()
    able = [each for each in await guard.listed(session) if each.disabled_at is None]
    found = [
        each for each in able if wanted and (each.address or "").casefold() == wanted
    ]
    if len(found) != 1:
        return None
    name = found[0].name
    bound = select(OidcSubject.user).where(OidcSubject.user == name)
    if await session.scalar(bound) is not None:
        return None  # the address went to another person at the provider
    session.add(OidcSubject(subject_hash=key, user=name, bound_at=now))
    author = Author(by=name, at=now, because=None, account=None)
    detail = {"provider of sign-ins": [None, issuer]}
    data_changes.record(session, DataKind.USER, name, "edited", author, detail)
    return name
