"""The rule of who may do what; pure, over the table of acts."""

import importlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mailer.users.acts import ACTS
from mailer.users.models import User
from mailer.users.roles import LISTED, Grant, UserRole

SHOWN = 5  # users named in a refusal
LONGEST = 80  # characters of a rule in one


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What an act is about; None where it has no such property.

    A scoped role needs an `audience` within its scope; `segments` are the saved rules
    that it may name.
    """

    name: str = ""
    language: str | None = None
    letter_class: str | None = None
    audience: str | None = None
    segments: Mapping[str, str] = field(default_factory=dict)


NOTHING = Subject()


def may(
    user: User, right: str, subject: Subject = NOTHING, others: Iterable[User] = ()
) -> str | None:
    """Return None if a user may do something, else the sentence of the refusal.

    It says which role is needed, and which of the `others` have it.
    """
    if able(user, right, subject):
        return None
    about = f" {subject.name}" if subject.name else ""
    said = f"{user.name} may not {ACTS[right].words}{about}"
    if user.disabled_at is not None:
        return f"{said}: this user is disabled since {user.disabled_at:%Y-%m-%d}"
    outside = _outside(user, right, subject)
    if outside is not None:
        return (
            f"{said}: the role {outside.role} is for readers within"
            f" '{outside.scope}', and the rule '{_short(subject.audience)}' does not"
            f" say so; end it with: and ({outside.scope})"
        )
    having = [each.called for each in others if able(each, right, subject)]
    return f"{said}: this needs {_needed(right, subject)}, {_had_by(having)}"


def able(user: User, right: str, subject: Subject = NOTHING) -> bool:
    """Whether a user may do something."""
    wanted = ACTS[right].roles
    return user.disabled_at is None and any(
        grant.role in wanted and _fits(grant, subject)
        for grant in (*user.grants, *user.lent)
    )


def in_place_of(user: User, right: str, subject: Subject) -> list[str]:
    """Return in whose place a user may do something; [] if by a role of their own."""
    wanted = ACTS[right].roles
    if any(each.role in wanted and _fits(each, subject) for each in user.grants):
        return []
    return [
        each.of
        for each in user.lent
        if each.of and each.role in wanted and _fits(each, subject)
    ]


def _fits(grant: Grant, subject: Subject) -> bool:
    """Whether a subject is within the limits of a role."""
    if grant.scope is not None:
        scopes = importlib.import_module("mailer.users.scopes")  # it loads slowly
        return subject.audience is not None and bool(
            scopes.implies(subject.audience, grant.scope, subject.segments)
        )
    value = _limited(grant.role, subject)
    return not grant.only or value is None or value in grant.only


def _limited(role: UserRole, subject: Subject) -> str | None:
    """Return the property of a subject that a role may be limited by."""
    if role not in LISTED:
        return None
    return subject.language if role is UserRole.TRANSLATOR else subject.letter_class


def _outside(user: User, right: str, subject: Subject) -> Grant | None:
    """Return the role of a user that would suffice within its scope."""
    for grant in user.grants:
        if grant.role in ACTS[right].roles and grant.scope and subject.audience:
            return grant
    return None


def _needed(right: str, subject: Subject) -> str:
    roles = ACTS[right].roles
    limits = {_limited(role, subject) for role in roles} - {None}
    limit = f" for {', '.join(str(each) for each in limits)}" if limits else ""
    if len(roles) == 1:
        return f"the role {roles[0]}{limit}"
    return f"one of the roles {', '.join(roles[:-1])} and {roles[-1]}{limit}"


def _had_by(names: Sequence[str]) -> str:
    if not names:
        return "which no user has"
    shown = ", ".join(names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"which {shown}{more} {'has' if len(names) == 1 else 'have'}"


def _short(rule: str | None) -> str:
    text = " ".join((rule or "").split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
