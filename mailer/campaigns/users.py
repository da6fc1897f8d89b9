"""The users of the unit: who writes, and who may approve."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import User


async def listed(session: AsyncSession) -> Sequence[User]:
    """Return all users by name."""
    users = await session.scalars(select(User).order_by(User.name))
    return users.all()


async def add(
    session: AsyncSession, name: str, *, approver: bool, now: datetime
) -> None:
    """Add a user, or change whether they may approve."""
    await session.merge(User(name=name, approver=approver, added_at=now))
