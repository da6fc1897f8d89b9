"""/console/sign-in/passkey and /console/me/passkeys: signs in by a passkey, keeps them.

A browser needs script for a passkey; without it the other ways to sign in stay.
"""

from typing import Any

from litestar import MediaType, Request, Response, post
from litestar.di import NamedDependency

from mailer import clock
from mailer.errors import RefusedError
from mailer.signin import passkeys
from mailer.sites.site import Site
from mailer.users import guard
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.account import me, signing
from mailer.web.console.account.attempts import Attempts
from mailer.web.console.account.people import author
from mailer.web.console.guard import ANY, PUBLIC, Visit
from mailer.web.console.showing import HOME

NOT_KNOWN = "This passkey does not sign in here. Use another way, or try it again."
STRINGS = (NOT_KNOWN,)
TOO_MANY = 429
Asking = Request[Any, Any, Any]


@post("/sign-in/passkey/begin", right=PUBLIC, status_code=200)
async def begin(
    request: Asking,
    mail_site: NamedDependency[Site],
    attempts: NamedDependency[Attempts],
) -> Response[str]:
    """Return what a browser needs to sign in by a passkey."""
    if not attempts.allow_network(request.scope):
        return _json("{}", status=TOO_MANY)
    async with mail_site.database.writing() as session:
        made = await passkeys.options(session, mail_site, None, now=clock.now())
    return _json(made)


@post("/sign-in/passkey", right=PUBLIC, status_code=200)
async def sign_in(
    request: Asking,
    mail_site: NamedDependency[Site],
    attempts: NamedDependency[Attempts],
) -> Response[Any]:
    """Sign in by what a passkey answered."""
    form = await forms.form_of(request)
    if not attempts.allow_network(request.scope):
        return signing.form_page(request, mail_site, signing.TOO_OFTEN, status=TOO_MANY)
    now, sent = clock.now(), str(form.get("credential") or "")
    async with mail_site.database.writing() as session:
        name = await passkeys.use(session, mail_site, sent, now=now)
        user = await guard.find(session, name) if name else None
        if name and user is not None and user.disabled_at is None:
            return await signing.begin(request, mail_site, session, name, now)
    return signing.form_page(request, mail_site, NOT_KNOWN, status=403)


@post("/me/passkeys/begin", right=ANY, status_code=200)
async def begin_one(request: Request[Visit, Any, Any]) -> Response[str]:
    """Return what a browser needs to make a passkey of the user."""
    asked = request.user
    async with asked.site.database.writing() as session:
        made = await passkeys.options(session, asked.site, asked.user, now=asked.now)
    return _json(made)


@post("/me/passkeys", right=ANY, status_code=200)
async def add(request: Request[Visit, Any, Any]) -> Response[Any]:
    """Keep a passkey that the browser made; it needs a recent sign-in."""
    asked, form = request.user, await forms.form_of(request)
    name, sent = (str(form.get(key) or "") for key in ("name", "credential"))
    try:
        asked.require_fresh()
        async with asked.site.database.writing() as session:
            await passkeys.add(
                session, asked.site, asked.user, name, sent, author(asked)
            )
    except RefusedError as refused:
        return await me.page(asked, passkey_fault=str(refused))
    return showing.to(asked.site, f"{HOME}/me", "new")


@post("/me/passkeys/remove", right=ANY, status_code=200)
async def remove(request: Request[Visit, Any, Any]) -> Response[Any]:
    """Remove a passkey of the user; it needs a recent sign-in."""
    asked, form = request.user, await forms.form_of(request)
    try:
        asked.require_fresh()
        async with asked.site.database.writing() as session:
            wanted = str(form.get("passkey") or "")
            await passkeys.remove(session, asked.user.name, wanted, author(asked))
    except RefusedError as refused:
        return await me.page(asked, passkey_fault=str(refused))
    return showing.to(asked.site, f"{HOME}/me", "gone")


def _json(text: str, *, status: int = 200) -> Response[str]:
    return Response(
        text,
        media_type=MediaType.JSON,
        status_code=status,
        headers=showing.HEADERS,
    )


HANDLERS = (begin, sign_in, begin_one, add, remove)
