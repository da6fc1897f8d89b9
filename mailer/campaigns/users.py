"""The users of the unit: who writes, and who may approve."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import User
from mailer.errors import NotFoundError, RefusedError
from mailer.store import site_events

PROGRAMS = frozenset({"delivery", "init", "ticker"})  # they act under these names


async def listed(session: AsyncSession) -> Sequence[User]:
    """Return all users by name."""
    users = await session.scalars(select(User).order_by(User.name))
    return users.all()


async def find(session: AsyncSession, name: str) -> User | None:
    """Return a user by name; None if there is none."""
    return await session.get(User, name)


async def named(session: AsyncSession, name: str) -> User:
    """Return a user by name; raise NotFoundError if there is none."""
    user = await find(session, name)
    if user is None:
        raise NotFoundError(
            f"no user is called {name!r}", code="user.unknown", user=name
        )
    return user


async def add(
    session: AsyncSession, name: str, *, approver: bool, by: str = "", now: datetime
) -> None:
    """Add a user, or change whether they may approve; `by` is recorded.

    Raises RefusedError for a name under which the program itself acts.
    """
    if name in PROGRAMS:
        raise RefusedError(f"{name} is a name of the program; choose another")
    known = await find(session, name)
    await session.merge(User(name=name, approver=approver, added_at=now))
    act, detail = "added" if known is None else "edited", {"approver": approver}
    site_events.record(session, act, f"user {name}", by=by, now=now, detail=detail)
