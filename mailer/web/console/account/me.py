"""/console/me: the user's own details, password with code, and open sign-ins."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import segno
from litestar import Request, Response, get, post

from mailer.errors import MailerError, RefusedError
from mailer.signin import browsers, one_time, passkeys, passwords
from mailer.signin.models import Credential
from mailer.users import keeping
from mailer.users.checking import UserDetails
from mailer.users.keeping import RoleChange
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.account import deputies
from mailer.web.console.account.people import author
from mailer.web.console.guard import ANY, Visit
from mailer.web.console.names.role_names import ROLES
from mailer.web.console.showing import HOME
from scheduler.errors import ScheduleError

FAULTS = ("fault", "details_fault", "passkey_fault", "deputy_fault")
Asking = Request[Visit, Any, Any]


@get("/me", right=ANY)
async def me(request: Asking) -> Response[Any]:
    """Show who one is here, and where one is signed in."""
    return await page(request.user)


@post("/me/details", right=ANY, status_code=200)
async def details(request: Asking) -> Response[Any]:
    """Change the name that people read, the language and the zone of the user."""
    asked, form = request.user, await forms.form_of(request)
    given = {key: str(form.get(key) or "") for key in ("shown", "language", "zone")}
    site = asked.site
    try:
        async with site.database.writing() as session:
            await keeping.edit(
                session,
                asked.user.name,
                RoleChange(),
                UserDetails(**given),
                author(asked),
                classes=(),
            )
    except (MailerError, ScheduleError, ValueError) as refused:
        return await page(asked, details_fault=str(refused), given_details=given)
    return showing.to(site, f"{HOME}/me", "saved")


@post("/me/deputies", right=ANY, status_code=200)
async def name_deputy(request: Asking) -> Response[Any]:
    """Name who approves in place of the user, from one day to another."""
    asked, form = request.user, await forms.form_of(request)
    try:
        await deputies.name_one(asked, asked.user.name, form, author(asked))
    except MailerError as refused:
        return await page(asked, deputy_fault=str(refused), given_deputy=form)
    return showing.to(asked.site, f"{HOME}/me", "saved")


@post("/me/deputies/end", right=ANY, status_code=200)
async def end_deputy(request: Asking) -> Response[Any]:
    """End that somebody approves in place of the user."""
    asked, form = request.user, await forms.form_of(request)
    await deputies.end_one(asked, asked.user.name, form, author(asked))
    return showing.to(asked.site, f"{HOME}/me", "saved")


@post("/me/sign-ins", right=ANY, status_code=200)
async def end_one(request: Asking) -> Response[Any]:
    """Sign the user out in one browser."""
    asked, form = request.user, await forms.form_of(request)
    async with asked.site.database.writing() as session:
        await browsers.end_one(session, asked.user.name, str(form.get("browser")))
    return showing.to(asked.site, f"{HOME}/me", "sign-in-ended")


@post("/me/password", right=ANY, status_code=200)
async def password(request: Asking) -> Response[Any]:
    """Set the password together with the second factor; show the recovery codes."""
    asked = request.user
    site, name, now = asked.site, asked.user.name, asked.now
    given = await forms.form_of(request)
    wanted, secret, code = (
        str(given.get(key) or "") for key in ("password", "secret", "code")
    )
    try:
        asked.require_fresh()
        host = urlsplit(site.settings.site.url).hostname or ""
        names = (name, asked.user.shown or "", site.sender_name("en"), host)
        passwords.refuse_weak(wanted, names=names)
        made = await passwords.hashed(wanted)
        async with site.database.writing() as session:
            codes = await passwords.enrol(
                session, name, secret, code, key=site.address_key, now=now
            )
            await passwords.set_password(session, name, made, now=now)
    except (RefusedError, ValueError) as refused:
        return await page(asked, secret=secret, fault=str(refused))
    # every sign-in has ended, also this one: the page is the last that it shows
    return showing.show(asked, "recovery.html", codes=codes)


@post("/me/sign-out-everywhere", right=ANY, status_code=200)
async def everywhere(request: Asking) -> Response[Any]:
    """End all sign-ins of the user, and the links to sign in that are open."""
    asked = request.user
    async with asked.site.database.writing() as session:
        await browsers.end_all(session, asked.user.name)
        await one_time.end_all(session, asked.user.name, now=asked.now)
    return showing.to(asked.site, f"{HOME}/sign-in")


async def page(
    asked: Visit,
    *,
    secret: str = "",
    given_deputy: Mapping[str, Any] | None = None,
    given_details: Mapping[str, str] | None = None,
    **faults: str,
) -> Response[Any]:
    """Return the user's own page, with why acts on it were refused: FAULTS."""
    async with asked.site.database.reading() as session:
        known = await session.get(Credential, asked.user.name)
        open_ones = await browsers.of_user(session, asked.user.name, now=asked.now)
        keys = await passkeys.of_user(session, asked.user.name)
        standing = await deputies.of(session, asked, asked.user)
    if not passwords.is_secret(secret):
        secret = passwords.new_secret()
    issuer = asked.site.sender_name(asked.language)
    address = passwords.address_of(secret, name=asked.user.name, issuer=issuer)
    picture = segno.make(address, micro=False).svg_data_uri(scale=4)
    return showing.show(
        asked,
        "me.html",
        status=showing.UNPROCESSABLE if faults else 200,
        **dict.fromkeys(FAULTS, "") | faults,
        given_deputy=given_deputy or {},
        **standing,
        passkeys=[(each, passkeys.number(each)) for each in keys],
        has_passkeys=passkeys.party(asked.site) is not None,
        does=[asked.words.text(ROLES[each.role]) for each in asked.user.grants],
        details=given_details or asked.user,
        zones=sorted(available_timezones()),
        has_password=bool(known and known.password),
        codes_left=len(known.recovery) if known else 0,
        sign_ins=[(each, browsers.number(each)) for each in open_ones],
        this=browsers.number(asked.signed.sign_in),
        secret=secret,
        picture=picture,
    )


HANDLERS = (me, details, password, end_one, everywhere, name_deputy, end_deputy)
