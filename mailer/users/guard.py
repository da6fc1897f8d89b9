"""Refuses what a user may not do: each verb asks it first, in its transaction."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.segments.saved import SavedSegment, latest
from audiences.store.permission import DirectoryRight
from mailer.errors import NotFoundError, RefusedError
from mailer.users import deputies, rights
from mailer.users.acts import Right
from mailer.users.models import User
from mailer.users.rights import NOTHING, Subject

MACHINE = "machine"  # an account that is no user, for acts that need none
PROGRAMS = frozenset({"delivery", "init", MACHINE, "ticker"})  # they act so
SOURCE = "source "  # the ticker reads a list under this and the list's name


def is_program(name: str) -> bool:
    """Whether a name is one under which the program itself acts."""
    return name in PROGRAMS or name.startswith(SOURCE)


async def listed(session: AsyncSession) -> Sequence[User]:
    """Return all users by name."""
    return (await session.scalars(select(User).order_by(User.name))).all()


async def find(session: AsyncSession, name: str) -> User | None:
    """Return a user by name; None if there is none."""
    return await session.get(User, name)


async def called(session: AsyncSession, text: str) -> Sequence[User]:
    """Return the users who may act and have this name, or else this address."""
    wanted = _composed(text).casefold()
    able = [each for each in await listed(session) if each.disabled_at is None]
    by_name = [each for each in able if each.name.casefold() == wanted]
    by_address = [each for each in able if (each.address or "").casefold() == wanted]
    return (by_name or by_address) if wanted else []


async def signing_in(session: AsyncSession, text: str) -> User | None:
    """Return the one user who is called by a name or address, however it is written.

    A telephone begins a name with a capital, and some programs take an accent apart
    from its letter. None if several are meant, or none.
    """
    found = await called(session, text)
    exact = [each for each in found if each.name == _composed(text)]
    found = exact or found
    return found[0] if len(found) == 1 else None


def _composed(text: str) -> str:
    """Return a name as it is stored, each letter with its accent in one."""
    return unicodedata.normalize("NFC", text.strip())


async def named(session: AsyncSession, name: str) -> User:
    """Return a user by name; raise NotFoundError if there is none."""
    user = await find(session, name)
    if user is None:
        raise NotFoundError(
            f"no user is called {name!r}", code="user.unknown", user=name
        )
    return user


async def require(
    session: AsyncSession,
    by: str,
    right: Right | DirectoryRight,
    subject: Subject = NOTHING,
    *,
    now: datetime | None = None,
) -> None:
    """Raise unless a user may do something; the program itself may do everything.

    With `now`, a user may do it in place of one whose deputy they are. Raises
    RefusedError with the role that is needed and who has it, NotFoundError if the user
    is unknown.
    """
    if is_program(by):
        return
    user = await named(session, by)
    if now is not None:
        await deputies.lend(session, [user], now=now)
    if subject.audience is not None and any(each.scope for each in user.grants):
        saved = await session.execute(latest(SavedSegment.name, SavedSegment.rule))
        segments = {name: rule for name, rule in saved}
        subject = replace(subject, segments={**segments, **subject.segments})
    if rights.able(user, right, subject):
        return
    refusal = rights.may(user, right, subject, await listed(session))
    if refusal is not None:
        raise RefusedError(refusal, code="user.no_right")
