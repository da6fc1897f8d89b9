"""/console/sign-in/link: asks for a link by mail; every name gets the same answer."""

import asyncio
from typing import Any
from urllib.parse import quote

import structlog
from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from mailer import clock
from mailer.delivery.direct import sign_in_links
from mailer.signin import one_time, tokens
from mailer.sites.site import Site
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.account import wanted_page
from mailer.web.console.account.attempts import Attempts
from mailer.web.console.guard import PUBLIC, is_secure, language_of

LONGEST = 200  # characters of a name or address
log = structlog.get_logger()
# kept until they end: the answer waits for none of them, so it takes the same time for
# a name that is known
_mailing: set[asyncio.Task[None]] = set()


@post("/sign-in/link", right=PUBLIC, status_code=200)
async def ask(
    request: Request[Any, Any, Any],
    mail_site: NamedDependency[Site],
    attempts: NamedDependency[Attempts],
) -> Response[Any]:
    """Mail a link to the user with a name or address, for this browser only.

    The browser keeps which page was wanted: a mail has no word of who asked for it.
    """
    given = await forms.form_of(request)
    name = str(given.get("name") or "")[:LONGEST]
    allowed = attempts.allow(request.scope, f"link {name}")
    secret = secret_of(request, mail_site) or tokens.fresh()
    if allowed:
        task = asyncio.create_task(_mail(mail_site, name, secret))
        _mailing.add(task)
        task.add_done_callback(_mailing.discard)
    shown = showing.render(
        mail_site,
        "link-asked.html",
        language=language_of(mail_site, request),
        status=200 if allowed else 429,
        too_often=not allowed,
        minutes=one_time.LASTS.seconds // 60,
    )
    wanted = wanted_page.inside(request.query_params.get("next", ""))
    shown.cookies.append(_cookie(mail_site, _name(mail_site), secret))
    shown.cookies.append(_cookie(mail_site, _name_of_page(mail_site), quote(wanted)))
    return shown


async def _mail(site: Site, name: str, secret: str) -> None:
    try:
        await sign_in_links.mail(site, name, browser=secret, now=clock.now())
    except Exception as fault:  # noqa: BLE001 (a task of its own: here it is logged)
        reason = f"{type(fault).__name__}: {fault}"[:500]
        log.warning("signin.link_not_mailed", reason=reason)


def secret_of(request: Request[Any, Any, Any], site: Site) -> str:
    """Return the secret of a browser that asked for a link; empty if it did not."""
    return request.cookies.get(_name(site), "")[:LONGEST]


def page_of(request: Request[Any, Any, Any], site: Site) -> str:
    """Return the page that was wanted when a link was asked for; empty: unknown."""
    return request.cookies.get(_name_of_page(site), "")  # unquoted by Litestar


def _name_of_page(site: Site) -> str:
    return f"{_name(site)}-for"


def _name(site: Site) -> str:
    return "__Host-liaison-asked" if is_secure(site) else "liaison-asked"


def _cookie(site: Site, name: str, value: str) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        path="/",
        secure=is_secure(site),
        httponly=True,
        samesite="lax",
        max_age=one_time.LASTS.seconds,
    )


HANDLERS = (ask,)
