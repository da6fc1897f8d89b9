"""Adds, changes, disables and removes users; all such changes are one after the other.

A user changes no role of their own. The last admin stays, and so does the last one who
may approve a class of letters.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataChange, DataKind
from mailer.errors import RefusedError
from mailer.users import checking, guard, rights, roles
from mailer.users.acts import Right
from mailer.users.checking import UserDetails
from mailer.users.models import User
from mailer.users.rights import Subject
from mailer.users.roles import Grant, UserRole


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleChange:
    """Roles to give, such as `translator:fr`, and roles to take away."""

    given: Sequence[str] = ()
    taken: Sequence[str] = ()


async def add(
    session: AsyncSession,
    name: str,
    given: Sequence[str],
    details: UserDetails,
    author: Author,
    *,
    classes: Collection[str],
) -> User:
    """Add a user with roles, viewer if none is given; the first user is admin too.

    The first user of a site needs no other to add them. Raises RefusedError for a name
    that is taken or cannot be one, and for an unknown role, language, class or scope.
    """
    checking.require_name(name)
    users = await _locked(session)
    if users:
        await guard.require(session, author.by, Right.USERS)
    if name in users:
        raise RefusedError(
            f"there is a user called {name} already", code="user.known", user=name
        )
    found = await checking.grants(session, given, classes=classes, now=author.at)
    if not users:
        found.setdefault(UserRole.ADMIN, Grant(role=UserRole.ADMIN))
    granted = list(found.values()) or [Grant(role=UserRole.VIEWER)]
    user = User(
        name=name,
        roles=roles.stored(granted),
        added_at=author.at,
        updated_at=author.at,
        disabled_at=None,
        **checking.checked(details),
    )
    session.add(user)
    await session.flush()
    detail = {"roles": [None, roles.in_words(user.grants)]}
    data_changes.record(session, DataKind.USER, name, "added", author, detail)
    return user


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
    """Change a user; return each changed property with its value before and after.

    A user may change their own details, and no roles of their own. Raises RefusedError
    if the user was changed after `version`, and as the module says.
    """
    users = await _locked(session)
    user = await guard.named(session, name)
    changes_roles = bool(wanted.given or wanted.taken)
    if author.by != name or changes_roles:
        await guard.require(session, author.by, Right.USERS)
    if changes_roles:
        _refuse_own(name, author, "change the roles of")
    if version is not None and user.updated_at != version:
        raise RefusedError(
            f"{name} was changed at {user.updated_at:%Y-%m-%d %H:%M:%S} UTC, after you"
            " looked; look at the change, then try again",
            code="user.changed",
            user=name,
        )
    values: dict[str, Any] = dict(checking.checked(details))
    if changes_roles:
        held = {each.role: each for each in user.grants}
        held |= await checking.grants(
            session, wanted.given, classes=classes, now=author.at
        )
        values["roles"] = _without(held, wanted.taken, name)
    return await _set(session, users, user, values, author, classes, "edited")


def _without(
    held: dict[UserRole, Grant], taken: Sequence[str], name: str
) -> dict[str, Any]:
    for role in [roles.named(each) for each in taken]:
        if held.pop(role, None) is None:
            raise RefusedError(f"{name} has no role {role} that could be taken away")
    return roles.stored(held.values())


async def disable(
    session: AsyncSession, name: str, author: Author, *, classes: Collection[str]
) -> Mapping[str, Any]:
    """Let a user act no more; what they did stays theirs. Empty if they were disabled.

    Raises RefusedError for one's own name and for the last admin or approver.
    """
    users, user = await _of_admin(session, name, author, "disable")
    values = {} if user.disabled_at else {"disabled_at": author.at}
    return await _set(session, users, user, values, author, classes, "disabled")


async def enable(session: AsyncSession, name: str, author: Author) -> Mapping[str, Any]:
    """Let a disabled user act again. Empty if they were not disabled."""
    users, user = await _of_admin(session, name, author, "enable")
    values = {"disabled_at": None}
    return await _set(session, users, user, values, author, (), "enabled")


async def remove(
    session: AsyncSession, name: str, author: Author, *, classes: Collection[str]
) -> None:
    """Remove a user; the history keeps the name of the account, and nothing else.

    Raises RefusedError for one's own name and for the last admin or approver.
    """
    users, user = await _of_admin(session, name, author, "remove")
    rest = [each for each in users.values() if each is not user]
    _require_left(_held(users.values(), classes), rest, name)
    detail = {"roles": [roles.in_words(user.grants), None]}
    data_changes.record(session, DataKind.USER, name, "removed", author, detail)
    await session.delete(user)
    await data_changes.forget_user(session, name, author)


async def history(session: AsyncSession, name: str) -> Sequence[DataChange]:
    """Return the changes of a user, also one who was removed; oldest first."""
    return await data_changes.history(session, DataKind.USER, name)


async def _locked(session: AsyncSession) -> dict[str, User]:
    """Lock all users, so that two admins do not remove each other; return them."""
    rows = await session.scalars(
        select(User)
        .order_by(User.name)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.name: each for each in rows}


async def _of_admin(
    session: AsyncSession, name: str, author: Author, verb: str
) -> tuple[dict[str, User], User]:
    """Return all users and one of them, for an admin who is another."""
    users = await _locked(session)
    user = await guard.named(session, name)
    await guard.require(session, author.by, Right.USERS)
    _refuse_own(name, author, verb)
    return users, user


def _refuse_own(name: str, author: Author, verb: str) -> None:
    if author.by == name:
        raise RefusedError(f"{name} may not {verb} {name}: another admin does that")


async def _set(
    session: AsyncSession,
    users: Mapping[str, User],
    user: User,
    values: Mapping[str, Any],
    author: Author,
    classes: Collection[str],
    act: str,
) -> Mapping[str, Any]:
    """Set what differs, and record it; refuse to take the last admin or approver."""
    before = _held(users.values(), classes)
    detail = {}
    for key, value in values.items():
        old = getattr(user, key)
        if old != value:
            setattr(user, key, value)
            detail[key] = [_written(key, old), _written(key, value)]
    _require_left(before, users.values(), user.name)
    if detail:
        user.updated_at = author.at
        data_changes.record(session, DataKind.USER, user.name, act, author, detail)
        await session.flush()
    return detail


def _written(key: str, value: Any) -> str | None:
    """Return a value as the history shows it."""
    if value is None or isinstance(value, str):
        return value
    if key == "roles":
        return roles.in_words(roles.from_stored(value))
    return str(value.isoformat(timespec="seconds"))


def _held(users: Collection[User], classes: Collection[str]) -> set[str | None]:
    """Return the letter classes that a user may approve, and None if one is admin."""
    held: set[str | None] = {
        each
        for each in classes
        for user in users
        if rights.able(user, Right.APPROVE, Subject(letter_class=each))
    }
    return held | ({None} if any(rights.able(u, Right.USERS) for u in users) else set())


def _require_left(before: set[str | None], users: Collection[User], name: str) -> None:
    """Raise RefusedError if a right that users had is left to none of them."""
    lost = before - _held(users, [each for each in before if each is not None])
    if None in lost:
        raise RefusedError(
            f"{name} is the last admin; make another user admin first",
            code="user.last",
            role=UserRole.ADMIN,
        )
    if lost:
        classes = ", ".join(sorted(each for each in lost if each is not None))
        raise RefusedError(
            f"{name} is the last who may approve letters of the class {classes}; let"
            " another user approve them first",
            code="user.last",
            role=UserRole.APPROVER,
        )
