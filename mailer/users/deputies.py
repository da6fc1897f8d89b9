"""Reads who approves in place of whom, and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from mailer.users.models import Deputy, User
from mailer.users.roles import Grant, UserRole


async def lend(session: AsyncSession, users: Sequence[User], *, now: datetime) -> None:
    """Give users the roles that they have now in place of others.

    Only what another may approve is lent, as that user may approve it now; what a
    deputy was lent is not lent on.
    """
    absent = aliased(User)
    rows = await session.execute(
        select(Deputy.deputy, absent)
        .join(absent, absent.name == Deputy.user)
        .where(
            Deputy.deputy.in_([each.name for each in users]),
            Deputy.starts_at <= now,
            Deputy.ends_at > now,
            absent.disabled_at.is_(None),
        )
        .order_by(Deputy.user)
    )
    lent: dict[str, list[Grant]] = {}
    for name, user in rows:
        lent.setdefault(name, []).extend(
            replace(each, of=user.name)
            for each in user.grants
            if each.role is UserRole.APPROVER
        )
    for each in users:
        each.lent = tuple(lent.get(each.name, ()))


async def now_of(
    session: AsyncSession, names: Sequence[str], *, now: datetime
) -> Sequence[str]:
    """Return the users who are deputies of any of these users now."""
    rows = await session.scalars(
        select(Deputy.deputy)
        .where(Deputy.user.in_(names), Deputy.starts_at <= now, Deputy.ends_at > now)
        .order_by(Deputy.deputy)
    )
    return rows.all()


async def deputies_of(session: AsyncSession, name: str) -> Sequence[Deputy]:
    """Return the deputies of a user, and in whose place the user is one, in order."""
    rows = await session.scalars(
        select(Deputy)
        .where(or_(Deputy.user == name, Deputy.deputy == name))
        .order_by(Deputy.starts_at, Deputy.user, Deputy.deputy)
    )
    return rows.all()
