"""/console/people: the users of the site, their roles, invitations; for admins.

What gives somebody access, or takes a user away for good, needs a recent sign-in. What
ends access at once, as after a theft, needs none.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from audiences.errors import AudienceError
from audiences.record.changes import Author
from audiences.segments import saved
from mailer.errors import MailerError, RefusedError
from mailer.rendering import letter_types
from mailer.signin import accounts, browsers, invitations
from mailer.users import guard, keeping
from mailer.users.acts import Right
from mailer.users.checking import UserDetails
from mailer.users.keeping import RoleChange
from mailer.users.models import User
from mailer.users.roles import Grant, UserRole
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.account import deputies, role_form
from mailer.web.console.guard import Visit
from mailer.web.console.names.role_names import ROLES, class_name
from mailer.web.console.record import acts_shown
from mailer.web.console.showing import HOME

CHANGED = "This person was changed after this page was opened. Read it, then try again."
NO_ROLE = "Choose what this person does here; no user was added."
NOT_SURE = "Tick the box to remove this person."
WITHIN = "to readers of whom this is true: %(rule)s"
OF_CLASSES = "of the class %(classes)s"
STRINGS = (CHANGED, NO_ROLE, NOT_SURE, WITHIN, OF_CLASSES)
Asking = Request[Visit, Any, Any]
Fault = (MailerError, AudienceError, ValueError)


@get("/people", right=Right.USERS)
async def listed(request: Asking) -> Response[Any]:
    """Show all users with their roles, and a form to add one."""
    return await _list(request.user)


@post("/people", right=Right.USERS, status_code=200)
async def add(request: Asking) -> Response[Any]:
    """Add a user, and lead to their page."""
    asked, form = request.user, await forms.form_of(request)
    name = str(form.get("name") or "").strip()
    role = str(form.get("role") or "").strip()
    details = UserDetails(
        shown=str(form.get("shown") or ""), address=str(form.get("address") or "")
    )
    try:
        if not role:
            raise RefusedError(asked.words.text(NO_ROLE))
        asked.require_fresh()
        async with asked.site.database.writing() as session:
            await keeping.add(
                session, name, [role], details, author(asked), classes=_classes(asked)
            )
    except Fault as fault:
        return await _list(asked, fault=str(fault), given=dict(form))
    return _back(asked, name, done="new")


@get("/people/{name:str}", right=Right.USERS)
async def person(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Show one user: roles with their limits, details, open sign-ins, history."""
    return await _page(request.user, name)


@post("/people/{name:str}", right=Right.USERS, status_code=200)
async def change(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Change a user's details, and the roles if they are another's."""
    asked, form = request.user, await forms.form_of(request)
    details = UserDetails(
        shown=str(form.get("shown") or ""), address=str(form.get("address") or "")
    )
    try:
        asked.require_fresh()
        async with asked.site.database.writing() as session:
            user = await guard.named(session, name)
            if user.updated_at.isoformat() != form.get("version"):
                raise RefusedError(asked.words.text(CHANGED))
            own = name == asked.user.name  # one's own roles are not in the form
            wanted = RoleChange() if own else role_form.wanted(user, form)
            await accounts.edit(
                session,
                name,
                wanted,
                details,
                author(asked),
                classes=_classes(asked),
                version=user.updated_at,
            )
    except Fault as fault:
        return await _page(asked, name, fault=str(fault), given=form)
    return _back(asked, name, done="saved")


@post("/people/{name:str}/invite", right=Right.USERS, status_code=200)
async def invite(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Make a link that signs a user in once, and show it: it is kept nowhere."""
    asked = request.user
    asked.require_fresh()
    async with asked.site.database.writing() as session:
        link = await invitations.invite(
            session, asked.site, name, by=asked.user.name, now=asked.now
        )
    return await _page(asked, name, link=link.url, until=link.ends_at)


@post("/people/{name:str}/sign-out", right=Right.USERS, status_code=200)
async def sign_out(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Sign a user out everywhere."""
    asked = request.user
    async with asked.site.database.writing() as session:
        await accounts.sign_out(session, name, author(asked))
    return _back(asked, name, done="signed-out")


@post("/people/{name:str}/disable", right=Right.USERS, status_code=200)
async def disable(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Let a user act no more; they are signed out everywhere."""
    asked = request.user
    async with asked.site.database.writing() as session:
        await accounts.disable(session, name, author(asked), classes=_classes(asked))
    return _back(asked, name, done="disabled")


@post("/people/{name:str}/enable", right=Right.USERS, status_code=200)
async def enable(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Let a disabled user act again."""
    asked = request.user
    asked.require_fresh()
    async with asked.site.database.writing() as session:
        await keeping.enable(session, name, author(asked))
    return _back(asked, name, done="enabled")


@post("/people/{name:str}/deputies", right=Right.USERS, status_code=200)
async def name_deputy(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Name who approves in place of a user, from one day to another."""
    asked, form = request.user, await forms.form_of(request)
    try:
        await deputies.name_one(asked, name, form, author(asked))
    except Fault as fault:
        return await _page(asked, name, deputy_fault=str(fault), given_deputy=form)
    return _back(asked, name, done="saved")


@post("/people/{name:str}/deputies/end", right=Right.USERS, status_code=200)
async def end_deputy(request: Asking, name: FromPath[str]) -> Response[Any]:
    """End that somebody approves in place of a user."""
    asked, form = request.user, await forms.form_of(request)
    await deputies.end_one(asked, name, form, author(asked))
    return _back(asked, name, done="saved")


@post("/people/{name:str}/remove", right=Right.USERS, status_code=200)
async def remove(request: Asking, name: FromPath[str]) -> Response[Any]:
    """Remove a user for good; the box that says so was ticked."""
    asked, form = request.user, await forms.form_of(request)
    try:
        asked.require_fresh()
        if form.get("sure") != "yes":
            raise RefusedError(asked.words.text(NOT_SURE))
        async with asked.site.database.writing() as session:
            await accounts.remove(session, name, author(asked), classes=_classes(asked))
    except Fault as fault:
        return await _page(asked, name, fault=str(fault))
    return showing.to(asked.site, f"{HOME}/people", "gone")


def author(asked: Visit) -> Author:
    """Return who changes something by a page, and when."""
    return Author(by=asked.user.name, at=asked.now, because=None, account=None)


def _classes(asked: Visit) -> set[str]:
    return letter_types.classes(asked.site.templates)


def _back(asked: Visit, name: str, *, done: str) -> Response[Any]:
    return showing.to(asked.site, f"{HOME}/people/{quote(name, safe='')}", done)


async def _list(asked: Visit, *, fault: str = "", given: Any = None) -> Response[Any]:
    async with asked.site.database.reading() as session:
        users = await guard.listed(session)
        seen = await browsers.last_seen(session)
    return showing.show(
        asked,
        "people.html",
        status=showing.UNPROCESSABLE if fault else 200,
        fault=fault,
        given=given or {},
        people=[
            (each, _role_names(asked, each), seen.get(each.name)) for each in users
        ],
        roles=[(str(each), asked.words.text(ROLES[each])) for each in UserRole],
    )


async def _page(
    asked: Visit,
    name: str,
    *,
    fault: str = "",
    given: FormMultiDict | None = None,
    deputy_fault: str = "",
    given_deputy: Mapping[str, Any] | None = None,
    **link: Any,
) -> Response[Any]:
    async with asked.site.database.reading() as session:
        user = await guard.named(session, name)
        changes = await keeping.history(session, name)
        open_ones = await browsers.of_user(session, name, now=asked.now)
        standing = await deputies.of(session, asked, user)
        saved_rules = [each.name for each in await saved.listed(session)]
    return showing.show(
        asked,
        "person.html",
        status=showing.UNPROCESSABLE if fault or deputy_fault else 200,
        fault=fault,
        deputy_fault=deputy_fault,
        given_deputy=given_deputy or {},
        **standing,
        person=user,
        roles=role_form.fields(
            asked, user, given, classes=_classes(asked), saved=saved_rules
        ),
        saved_rules=saved_rules,
        shown=str(given.get("shown") or "") if given else user.shown or "",
        address=str(given.get("address") or "") if given else user.address or "",
        own=user.name == asked.user.name,
        version=user.updated_at.isoformat(),
        history=acts_shown.history(asked, reversed(changes)),
        sign_ins=open_ones,
        **{"link": "", "until": None} | link,
    )


def _role_names(asked: Visit, user: User) -> Sequence[str]:
    named = []
    for each in user.grants:
        limit = _limit(asked, each)
        name = asked.words.text(ROLES[each.role])
        named.append(asked.words.noted(name, limit))
    return named


def _limit(asked: Visit, grant: Grant) -> str:
    """Return the limit of a role in words; empty: it has none."""
    words = asked.words
    if grant.scope is not None:
        return words.text(WITHIN, rule=grant.scope)
    if grant.role is UserRole.TRANSLATOR:
        return words.listed([words.language_name(each) for each in grant.only])
    names = words.row(class_name(words, each) for each in grant.only)
    return words.text(OF_CLASSES, classes=names) if names else ""


HANDLERS = (
    *(listed, add, person, change, invite, sign_out, disable, enable),
    *(name_deputy, end_deputy, remove),
)
