"""The roles of a user as a form: what each may do, and its limits to choose from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from litestar.datastructures import FormMultiDict

from mailer.users.acts import ACTS
from mailer.users.keeping import RoleChange
from mailer.users.models import User
from mailer.users.roles import LISTED, SCOPED, Grant, UserRole
from mailer.web.console.guard import Visit
from mailer.web.console.names.role_names import LIMITS, MAY, ROLES, class_name

_SAVED = "segment({})"  # the rule that is a saved rule


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleField:
    """A role in the form: a box to tick, and what limits it."""

    role: str
    does: str
    acts: Sequence[str]  # what it may do
    held: bool
    limits: str  # what the limit says; empty: the role has none
    choices: Sequence[tuple[str, str, bool]]  # code, name, whether ticked
    saved: str | None  # the saved rule that limits it; None: it is not limited by rules
    rule: str


def fields(
    asked: Visit,
    user: User,
    given: FormMultiDict | None,
    *,
    classes: Iterable[str],
    saved: Sequence[str],
) -> Sequence[RoleField]:
    """Return the fields of all roles, as the user has them or as they were sent."""
    held = {each.role: each for each in user.grants}
    if given is not None:
        held = {UserRole(each): _sent(given, each) for each in _ticked(given)}
    languages = [
        (each, asked.words.language_name(each)) for each in asked.site.catalogues
    ]
    offered = {
        UserRole.TRANSLATOR: languages,
        UserRole.APPROVER: [(x, class_name(asked.words, x)) for x in sorted(classes)],
    }
    return [
        _field(asked, each, held.get(each), offered.get(each, ()), saved)
        for each in UserRole
    ]


def wanted(user: User, form: FormMultiDict) -> RoleChange:
    """Return what a form changes in the roles of a user."""
    ticked = _ticked(form)
    given = [str(_sent(form, each)) for each in ticked]
    held = {_bare(str(each)) for each in user.grants}
    return RoleChange(
        given=[each for each in given if _bare(each) not in held],
        taken=[each.role for each in user.grants if each.role not in ticked],
    )


def _field(
    asked: Visit,
    role: UserRole,
    grant: Grant | None,
    offered: Sequence[tuple[str, str]],
    saved: Sequence[str],
) -> RoleField:
    words = asked.words
    acts = [MAY[right] for right, row in ACTS.items() if role in row.roles]
    only, scope = (grant.only, grant.scope or "") if grant else ((), "")
    more = [(each, each) for each in only if each not in dict(offered)]
    by_name = next((each for each in saved if scope == _SAVED.format(each)), "")
    return RoleField(
        role=role,
        does=words.text(ROLES[role]),
        acts=[words.text(each) for each in acts],
        held=grant is not None,
        limits=words.text(LIMITS[role]) if role in LIMITS else "",
        choices=[(code, name, code in only) for code, name in (*offered, *more)],
        saved=by_name if role in SCOPED else None,
        rule="" if by_name else scope,
    )


def _ticked(form: FormMultiDict) -> list[str]:
    known = set(UserRole)
    return [each for each in map(str, form.getall("role", [])) if each in known]


def _sent(form: FormMultiDict, role: str) -> Grant:
    """Return a role as it was sent; its limits are not checked."""
    typed = [str(each).strip() for each in form.getall(f"limit-{role}", [])]
    if role in LISTED:
        parts = (each.strip() for text in typed for each in text.split(","))
        return Grant(role=UserRole(role), only=tuple(each for each in parts if each))
    saved = str(form.get(f"saved-{role}") or "").strip()
    rule = "".join(typed[:1])
    if saved:
        named = _SAVED.format(saved)
        rule = f"{named} and ({rule})" if rule else named
    return Grant(role=UserRole(role), scope=rule or None)


def _bare(text: str) -> str:
    return text.replace(" ", "")
