"""Names deputies, who approve in place of a user for some days, and takes them back."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from mailer.errors import RefusedError
from mailer.users import guard
from mailer.users.acts import Right
from mailer.users.models import Deputy, User
from mailer.users.roles import UserRole

LONGEST = timedelta(days=366)
FURTHEST = timedelta(days=3660)  # from now to the last day


async def name_deputy(
    session: AsyncSession,
    name: str,
    deputy: str,
    days: tuple[date, date],
    author: Author,
    *,
    zone: ZoneInfo,
) -> Deputy:
    """Let a deputy approve in place of a user, from a day to the end of another.

    Other days take the place of those that were named before. The user does it, or an
    admin. Raises RefusedError for days that are over, too far away, in the wrong order
    or more than a year, for a user who approves nothing, and for a deputy who may not
    act.
    """
    user, stands_in = await _both(session, name, deputy, author)
    if stands_in.disabled_at is not None:
        raise RefusedError(f"{deputy} is disabled, and so can be no deputy")
    if all(each.role is not UserRole.APPROVER for each in user.grants):
        raise RefusedError(f"{name} has no role approver that a deputy could have")
    first, last = days
    if last < first or last - first > LONGEST:
        raise RefusedError(
            f"the days {first} to {last} are no time of absence; expected up to a year,"
            " the first day first"
        )
    if last > author.at.date() + FURTHEST:
        raise RefusedError(f"{last} is too far away; name days of the next ten years")
    starts = datetime.combine(first, time.min, zone)
    ends = datetime.combine(last + timedelta(days=1), time.min, zone)
    if ends <= author.at:
        raise RefusedError(f"{last} is over; name a later day")
    row = await session.get(Deputy, (name, deputy))
    if row is None:
        row = Deputy(user=name, deputy=deputy)
        session.add(row)
    row.starts_at, row.ends_at = starts, ends
    await _record(session, name, deputy, (None, f"{first} to {last}"), author)
    return row


async def take_back(
    session: AsyncSession, name: str, deputy: str, author: Author
) -> None:
    """End that a user is the deputy of another; RefusedError if they are not."""
    await _both(session, name, deputy, author)
    row = await session.get(Deputy, (name, deputy))
    if row is None:
        raise RefusedError(
            f"{deputy} is not the deputy of {name}", code="deputy.unknown", user=name
        )
    await session.delete(row)
    await _record(session, name, deputy, ("named", None), author)


async def _both(
    session: AsyncSession, name: str, deputy: str, author: Author
) -> tuple[User, User]:
    """Return both users; raise RefusedError unless the author may name deputies."""
    user = await guard.named(session, name)
    if author.by != name or user.disabled_at is not None:
        await guard.require(session, author.by, Right.USERS)
    if name == deputy:
        raise RefusedError(f"{name} cannot be the deputy of {name}; name another user")
    return user, await guard.named(session, deputy)


async def _record(
    session: AsyncSession,
    name: str,
    deputy: str,
    change: tuple[str | None, str | None],
    author: Author,
) -> None:
    detail = {f"deputy {deputy}": list(change)}
    data_changes.record(session, DataKind.USER, name, "edited", author, detail)
    await session.flush()
