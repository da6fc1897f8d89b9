"""/console/sign-in: by a link that works once, or by password and code; sign-out."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath

from mailer import clock
from mailer.signin import browsers, one_time, passkeys, passwords, provider
from mailer.signin.models import Credential
from mailer.sites.site import Site
from mailer.users import guard
from mailer.web import forms
from mailer.web.console import showing, strings
from mailer.web.console.account import mailed, wanted_page
from mailer.web.console.account.attempts import Attempts
from mailer.web.console.guard import (
    ANY,
    PUBLIC,
    Visit,
    cookie_name,
    is_secure,
    language_of,
)
from mailer.web.console.showing import HOME

WRONG = (
    "The name, the password or the code is not right. A code works once; wait for the"
    " next one if you have just used it. Check the clock of the telephone as well:"
    " codes depend on it."
)
TOO_OFTEN = "That was too often. Wait a minute, then try again."
LINK_ENDED = (
    "This link does not sign you in: it was used already, it is older than it may be,"
    " or it was made for another browser. Ask for a new one."
)
STRINGS = (WRONG, TOO_OFTEN, LINK_ENDED)
Asking = Request[Any, Any, Any]
log = structlog.get_logger()


@get("/sign-in", right=PUBLIC)
async def form(request: Asking, mail_site: NamedDependency[Site]) -> Response[Any]:
    """Show the form for name, password and code."""
    return form_page(request, mail_site)


@post("/sign-in", right=PUBLIC, status_code=200)
async def by_password(
    request: Asking,
    mail_site: NamedDependency[Site],
    attempts: NamedDependency[Attempts],
) -> Response[Any]:
    """Sign in by name, password and code; all faults get the same answer."""
    given = await forms.form_of(request)
    name, password, code = (
        str(given.get(key) or "") for key in ("name", "password", "code")
    )
    now = clock.now()
    async with mail_site.database.reading() as session:
        user = await guard.signing_in(session, name)
        known = await session.get(Credential, user.name) if user else None
    about = user.name if user is not None else ""
    if not attempts.allow(request.scope, about or name):
        return form_page(request, mail_site, TOO_OFTEN, name=name, status=429)
    if await passwords.fits(password, known):
        key = mail_site.address_key
        async with mail_site.database.writing() as session:
            row = await passwords.of_user(session, about, now=now)
            if passwords.take_code(row, code, key=key, now=now):
                return await begin(request, mail_site, session, about, now)
    return form_page(request, mail_site, WRONG, name=name, user=about, status=403)


@get("/sign-in/{token:str}", right=PUBLIC)
async def link(
    request: Asking, mail_site: NamedDependency[Site], token: FromPath[str]
) -> Response[Any]:
    """Show a button: a link signs in when it is pressed, not when it is looked at."""
    del token  # the form is sent to the same address
    language = language_of(mail_site, request)
    return showing.render(mail_site, "link.html", language=language)


@post("/sign-in/{token:str}", right=PUBLIC, status_code=200)
async def by_link(
    request: Asking,
    mail_site: NamedDependency[Site],
    attempts: NamedDependency[Attempts],
    token: FromPath[str],
) -> Response[Any]:
    """Sign in by a link that works once."""
    if not attempts.allow_network(request.scope):
        return form_page(request, mail_site, TOO_OFTEN, status=429)
    now = clock.now()
    async with mail_site.database.writing() as session:
        browser = mailed.secret_of(request, mail_site)
        name = await one_time.use(session, token, browser=browser, now=now)
        user = await guard.find(session, name) if name else None
        if name and user is not None and user.disabled_at is None:
            wanted = request.query_params.get("next") or mailed.page_of(
                request, mail_site
            )
            return await begin(request, mail_site, session, name, now, wanted=wanted)
    return form_page(request, mail_site, LINK_ENDED, status=403)


@post("/sign-out", right=ANY, status_code=200)
async def out(request: Request[Visit, Any, Any]) -> Response[Any]:
    """Sign this browser out."""
    asked = request.user
    async with asked.site.database.writing() as session:
        await browsers.end(session, asked.signed.token)
    answer = showing.to(asked.site, f"{HOME}/sign-in")
    answer.cookies.append(_cookie(asked.site, "", max_age=0))
    return answer


async def begin(
    request: Asking,
    site: Site,
    session: Any,
    name: str,
    now: datetime,
    *,
    wanted: str | None = None,
) -> Response[Any]:
    """Sign a user in, and lead to the page that was wanted; else the query names it.

    An earlier sign-in of the same browser ends.
    """
    await browsers.end(session, request.cookies.get(cookie_name(site), ""))
    device = request.headers.get("user-agent", "")
    signed = await browsers.begin(session, name, device=device, now=now)
    log.info("signin.begun", user=name, route=request.route_handler.handler_name)
    if wanted is None:
        wanted = request.query_params.get("next", "")
    answer = showing.to(site, wanted_page.inside(wanted))
    answer.cookies.append(_cookie(site, signed.token, max_age=None))
    return answer


def _cookie(site: Site, value: str, *, max_age: int | None) -> Cookie:
    return Cookie(
        key=cookie_name(site),
        value=value,
        path="/",
        secure=is_secure(site),
        httponly=True,
        samesite="lax",
        max_age=max_age,
    )


def form_page(
    request: Asking,
    site: Site,
    fault: str = "",
    *,
    name: str = "",
    user: str = "",
    status: int = 200,
) -> Response[Any]:
    """Return the page with the ways to sign in, and why the last try did not.

    The log gets the refusal, with the user if there is one of that name: what was typed
    in its place may be a password.
    """
    if fault:
        route = request.route_handler.handler_name
        log.warning("signin.refused", user=user, route=route, reason=fault)
    language = language_of(site, request)
    kept = _kept(request)
    return showing.render(
        site,
        "sign-in.html",
        language=language,
        status=status,
        fault=strings.of(site, language).text(fault) if fault else "",
        name=name[:60],
        query=f"?{urlencode(kept, safe='/')}" if kept else "",
        handed_on=f"&{urlencode({'next': kept['next']}, safe='/')}"
        if "next" in kept
        else "",
        provider=provider.name_of(site),
        has_passkeys=passkeys.party(site) is not None,
    )


def _kept(request: Asking) -> dict[str, str]:
    """Return what the ways in hand on: the page that was wanted, and the language."""
    wanted = wanted_page.inside(request.query_params.get("next", ""))
    code = request.query_params.get("lang", "")
    found = {"next": wanted} if wanted != HOME else {}
    return found | ({"lang": code} if code in strings.LANGUAGES else {})


HANDLERS = (form, by_password, link, by_link, out)
