"""Changes of users that end their sign-ins: roles, disabling, removal.

A user who is enabled or added again has to sign in: cookies and links of before do not
count, and after a removal neither does the password.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from mailer.signin import browsers, one_time
from mailer.signin.models import Credential, OidcSubject, Passkey, SignInLink
from mailer.users import guard, keeping
from mailer.users.acts import Right
from mailer.users.checking import UserDetails
from mailer.users.keeping import RoleChange


async def edit(
    session: AsyncSession,
    name: str,
    wanted: RoleChange,
    details: UserDetails,
    author: Author,
    *,
    classes: Collection[str],
    version: datetime | None = None,
) -> Mapping[str, Any]:
    """Change a user as `keeping.edit` does; other roles need another sign-in."""
    changed = await keeping.edit(
        session, name, wanted, details, author, classes=classes, version=version
    )
    if "roles" in changed:
        await browsers.end_all(session, name)
    if "address" in changed:  # by which a provider of sign-ins was believed
        await session.execute(delete(OidcSubject).where(OidcSubject.user == name))
        await one_time.end_all(session, name, now=author.at)  # mailed to the old one
    return changed


async def disable(
    session: AsyncSession, name: str, author: Author, *, classes: Collection[str]
) -> Mapping[str, Any]:
    """Disable a user as `keeping.disable` does; sign-ins and links end."""
    changed = await keeping.disable(session, name, author, classes=classes)
    await _end(session, name)
    return changed


async def remove(
    session: AsyncSession, name: str, author: Author, *, classes: Collection[str]
) -> None:
    """Remove a user as `keeping.remove` does, with all ways to sign in."""
    await keeping.remove(session, name, author, classes=classes)
    await _end(session, name)
    for kept in (Credential, Passkey, OidcSubject):
        await session.execute(delete(kept).where(kept.user == name))


async def sign_out(session: AsyncSession, name: str, author: Author) -> None:
    """Sign a user out everywhere, for an admin; open links to sign in end, too.

    Raises NotFoundError for a user who is unknown, RefusedError if the author may not.
    """
    await guard.named(session, name)
    await guard.require(session, author.by, Right.USERS)
    await browsers.end_all(session, name)
    await one_time.end_all(session, name, now=author.at)
    about = f"{DataKind.USER} {name}"
    writing.note(session, "signed_out", about, by=author.by, at=author.at)


async def _end(session: AsyncSession, name: str) -> None:
    await browsers.end_all(session, name)
    await session.execute(delete(SignInLink).where(SignInLink.user == name))
