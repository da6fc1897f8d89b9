"""Deputies on the page of a person, and on one's own: who approves for whom, and when.

Days are those of the site's zone, both included.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record.changes import Author
from mailer.errors import RefusedError
from mailer.users import guard, standing_in
from mailer.users.deputies import deputies_of
from mailer.users.models import User
from mailer.users.roles import UserRole
from mailer.web.console.guard import Visit

NO_DAY = "“%(given)s” is no day; write it as 2027-05-04."
STRINGS = (NO_DAY,)


@dataclass(frozen=True, kw_only=True, slots=True)
class DeputyRow:
    """Who approves in place of whom, from the first day to the last."""

    user: str
    deputy: str
    first: date
    last: date
    now: bool


async def of(session: AsyncSession, asked: Visit, user: User) -> Mapping[str, Any]:
    """Return what the part on deputies of a user shows."""
    zone, known = asked.site.zone, await guard.listed(session)
    rows = [
        DeputyRow(
            user=each.user,
            deputy=each.deputy,
            first=each.starts_at.astimezone(zone).date(),
            last=(each.ends_at - timedelta(seconds=1)).astimezone(zone).date(),
            now=each.starts_at <= asked.now,
        )
        for each in await deputies_of(session, user.name)
        if each.ends_at > asked.now
    ]
    return {
        "deputies": rows,
        "may_have_deputies": any(
            each.role is UserRole.APPROVER for each in user.grants
        ),
        "candidates": [
            (each.name, asked.called(each.name))
            for each in known
            if each.disabled_at is None and each.name != user.name
        ],
    }


async def name_one(
    asked: Visit, name: str, form: Mapping[str, Any], author: Author
) -> None:
    """Let a deputy, whom a form names, approve in place of a user.

    Raises RefusedError if the sign-in of who asks is old.
    """
    asked.require_fresh()
    days = _day(asked, form, "first"), _day(asked, form, "last")
    deputy, zone = str(form.get("deputy") or ""), ZoneInfo(asked.site.zone.key)
    async with asked.site.database.writing() as session:
        await standing_in.name_deputy(session, name, deputy, days, author, zone=zone)


async def end_one(
    asked: Visit, name: str, form: Mapping[str, Any], author: Author
) -> None:
    """End that a deputy, whom a form names, approves in place of a user."""
    deputy = str(form.get("deputy") or "")
    async with asked.site.database.writing() as session:
        await standing_in.take_back(session, name, deputy, author)


def _day(asked: Visit, form: Mapping[str, Any], name: str) -> date:
    given = str(form.get(name) or "").strip()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise RefusedError(asked.words.text(NO_DAY, given=given[:20])) from None
