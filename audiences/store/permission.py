"""Asks the guard of a store whether a user may change what it keeps.

A site gives its store a guard, which knows the users and their roles. A store without
one, as an import tool or a test opens it, has no users: everything is allowed there.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession


class DirectoryRight(StrEnum):
    """What a right on contacts, organisations, rules and words allows."""

    DIRECTORY = "directory"  # imports, changes, merges, suppressions, proposals
    ERASE = "erase"
    LIFT = "lift"  # suppressions
    RULES = "rules"  # saved ones
    WORDS = "words"  # topics, themes, sectors, offices, roles


Guard = Callable[[AsyncSession, str, DirectoryRight], Awaitable[None]]
KEY = "liaison_guard"  # in the session's `info`


async def require(session: AsyncSession, by: str, right: DirectoryRight) -> None:
    """Raise the guard's error unless a user has a right."""
    guard: Guard | None = session.info.get(KEY)
    if guard is not None:
        await guard(session, by, right)
