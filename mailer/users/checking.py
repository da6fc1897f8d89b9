"""Checks what is said of a user: name, address, language, zone, roles and limits."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from babel import Locale, UnknownLocaleError
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import addresses, languages
from audiences.errors import RuleError
from audiences.segments import save
from audiences.segments.vocabularies import suggestion
from mailer.errors import RefusedError
from mailer.users import guard, roles
from mailer.users.roles import Grant, UserRole
from scheduler import zones

_NAME = re.compile(r"[^\W_][\w.@+-]{0,59}")
_LONGEST = 120  # characters of the name that people read


@dataclass(frozen=True, kw_only=True, slots=True)
class UserDetails:
    """What is said of a user besides the roles; None leaves a value, "" removes it."""

    shown: str | None = None
    address: str | None = None
    language: str | None = None
    zone: str | None = None


def require_name(name: str) -> None:
    """Raise RefusedError unless a name can be that of a user."""
    if guard.is_program(name):
        raise RefusedError(f"{name} is a name of the program; choose another")
    if _NAME.fullmatch(name) is None:
        raise RefusedError(
            f"{name[:60]!r} cannot name a user; use up to 60 letters, digits, dots,"
            " hyphens and underscores, with a letter or digit first"
        )


def checked(details: UserDetails) -> dict[str, str | None]:
    """Return the given values as they are stored; "" becomes None.

    Raises an error for a value that is not valid.
    """
    check: dict[str, Callable[[str], str]] = {
        "shown": _shown,
        "address": lambda text: addresses.parse(text).text,
        "language": _language,
        "zone": lambda text: zones.named(text).key,
    }
    given = {key: getattr(details, key) for key in check}
    return {
        key: check[key](text.strip()) if text.strip() else None
        for key, text in given.items()
        if text is not None
    }


def _shown(text: str) -> str:
    if len(text) > _LONGEST or not text.isprintable():
        raise RefusedError(
            f"{text[:40]!r} cannot be shown as a name; expected up to {_LONGEST}"
            " characters on one line"
        )
    return text


def _language(text: str) -> str:
    """Return a language tag in its usual spelling; refuse one that is no language."""
    tag = languages.tag(text)
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        raise RefusedError(
            f"{text[:40]!r} is no language that is known; expected a tag such as fr"
        ) from None
    return tag


async def grants(
    session: AsyncSession,
    given: Sequence[str],
    *,
    classes: Collection[str],
    now: datetime,
) -> dict[UserRole, Grant]:
    """Return the roles that texts such as `translator:fr` give, by role.

    `classes` are the letter classes of the site. Raises RefusedError for an unknown
    role, language or class, and for a scope that is no rule.
    """
    found = {}
    for text in given:
        grant = roles.parse(text)
        if grant.role is UserRole.TRANSLATOR:
            grant = replace(grant, only=tuple(_language(each) for each in grant.only))
        for each in grant.only if grant.role is UserRole.APPROVER else ():
            _require_class(each, classes)
        if grant.scope is not None:
            await _require_rule(session, grant, now)
        found[grant.role] = grant
    return found


def _require_class(name: str, classes: Collection[str]) -> None:
    if name not in classes:
        known = sorted(classes)
        hint = suggestion(name, known) or f"; there are {', '.join(known)}"
        raise RefusedError(f"no letter class is called {name[:60]!r}{hint}")


async def _require_rule(session: AsyncSession, grant: Grant, now: datetime) -> None:
    try:
        await save.check_rule(session, grant.scope or "", now=now)
    except RuleError as fault:
        raise RefusedError(
            f"the scope of the role {grant.role} is no rule: {fault}"
        ) from None
