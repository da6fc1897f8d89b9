"""Roles of users, each with its limits, as people write them and as they are stored.

viewer · translator:fr,ar · approver:invitation · "author:served_by = dakar"
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audiences.segments.vocabularies import suggestion
from mailer.errors import RefusedError


class UserRole(StrEnum):
    """What a user is for the unit; a user may have several roles."""

    VIEWER = "viewer"
    AUTHOR = "author"
    TRANSLATOR = "translator"
    APPROVER = "approver"
    SENDER = "sender"
    STEWARD = "steward"
    OPERATOR = "operator"
    ADMIN = "admin"


LISTED = {UserRole.TRANSLATOR: "languages", UserRole.APPROVER: "classes"}
SCOPED = frozenset({UserRole.AUTHOR, UserRole.SENDER})


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """One role of a user.

    `only` are the languages of a translator or the letter classes of an approver, empty
    for all. `scope` is the rule that holds for every reader an author or sender writes
    to, None for any reader. `of` is the user in whose place a deputy has it.
    """

    role: UserRole
    only: tuple[str, ...] = ()
    scope: str | None = None
    of: str | None = None

    def __str__(self) -> str:
        limit = self.scope or ",".join(self.only)
        return f"{self.role}:{limit}" if limit else str(self.role)


def parse(text: str) -> Grant:
    """Return the role of ROLE or ROLE:LIMIT; the limit itself is not checked.

    Raises RefusedError for an unknown role, and for a limit that the role cannot have.
    """
    name, colon, limit = text.partition(":")
    role = named(name)
    limit = limit.strip()
    if not colon:
        return Grant(role=role)
    if not limit:
        raise RefusedError(f"{text!r} names no limit; write {role} for no limit")
    if role in SCOPED:
        return Grant(role=role, scope=limit)
    if role not in LISTED:
        raise RefusedError(
            f"the role {role} has no limits, but {limit[:60]!r} was given; write {role}"
        )
    only = tuple(dict.fromkeys(each.strip() for each in limit.split(",")))
    if "" in only:
        raise RefusedError(f"{text!r} has an empty place between its commas")
    return Grant(role=role, only=only)


def named(text: str) -> UserRole:
    """Return a role by its name; raise RefusedError if there is none."""
    folded = text.strip().casefold()
    if folded not in set(UserRole):
        hint = suggestion(folded, list(UserRole)) or f"; expected {', '.join(UserRole)}"
        raise RefusedError(f"no role is called {text[:60]!r}{hint}")
    return UserRole(folded)


def stored(grants: Iterable[Grant]) -> dict[str, Any]:
    """Return role → its limits, for the store; of one role twice, the last counts."""
    given = {each.role: each for each in grants}
    return {
        str(role): {
            **({LISTED[role]: list(given[role].only)} if given[role].only else {}),
            **({"scope": given[role].scope} if given[role].scope else {}),
        }
        for role in UserRole
        if role in given
    }


def from_stored(rows: Mapping[str, Any]) -> tuple[Grant, ...]:
    """Return the roles of a row of the store."""
    return tuple(
        Grant(
            role=UserRole(name),
            only=tuple(limits.get(LISTED.get(UserRole(name), ""), ())),
            scope=limits.get("scope"),
        )
        for name, limits in rows.items()
    )


def in_words(grants: Sequence[Grant]) -> str:
    """Return roles as a person types them."""
    return " · ".join(str(each) for each in grants)
