"""/console/sign-in/provider: signs in by a provider that speaks OpenID Connect."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.response import Redirect

from mailer import clock
from mailer.signin import provider, subjects, tokens
from mailer.signin.provider import ProviderError
from mailer.sites.site import Site
from mailer.web.console import showing
from mailer.web.console.account import signing, wanted_page
from mailer.web.console.account.attempts import Attempts
from mailer.web.console.guard import PUBLIC, is_secure

STRANGER = (
    "The provider knows you, but no user of this site has your address. An"
    " administrator adds you, or corrects your address."
)
NOT_VERIFIED = (
    "The provider knows you, but names no address of yours that it has verified."
    " An administrator of the provider adds it; until then, use another way to sign"
    " in."
)
STRINGS = (STRANGER, NOT_VERIFIED)
REFUSED, TOO_MANY = 403, 429
Asking = Request[Any, Any, Any]


@get("/sign-in/provider", right=PUBLIC)
async def begin(
    request: Asking,
    mail_site: NamedDependency[Site],
    attempts: NamedDependency[Attempts],
) -> Response[Any]:
    """Lead to the provider; the browser keeps what the answer must fit."""
    if not attempts.allow_network(request.scope):
        return signing.form_page(request, mail_site, signing.TOO_OFTEN, status=TOO_MANY)
    wanted = wanted_page.inside(request.query_params.get("next", ""))
    try:
        begun = await provider.begin(mail_site, wanted=wanted, now=clock.now())
    except ProviderError as fault:
        return _refused(request, mail_site, fault)
    answer = Redirect(begun.url, status_code=showing.SEE_OTHER)
    answer.headers |= {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    answer.cookies.append(_cookie(mail_site, begun.state, begun.cookie))
    return answer


@get("/sign-in/provider/callback", right=PUBLIC)
async def arrive(
    request: Asking,
    mail_site: NamedDependency[Site],
    attempts: NamedDependency[Attempts],
) -> Response[Any]:
    """Sign in whom the provider names, if it is a user of this site."""
    if not attempts.allow_network(request.scope):
        return signing.form_page(request, mail_site, signing.TOO_OFTEN, status=TOO_MANY)
    now, issuer = clock.now(), mail_site.settings.signin.oidc.issuer
    query = dict(request.query_params.items())
    kept = request.cookies.get(_name(mail_site, query.get("state", "")), "")
    try:
        told = await provider.finish(mail_site, kept, query, now=now)
    except ProviderError as fault:
        return _refused(request, mail_site, fault)
    async with mail_site.database.writing() as session:
        name = await subjects.user_of(session, told, issuer=issuer, now=now)
        if name is None:
            said = STRANGER if told.address else NOT_VERIFIED
            shown = signing.form_page(request, mail_site, said, status=REFUSED)
            return _ended(request, mail_site, shown)
        answer = await signing.begin(
            request, mail_site, session, name, now, wanted=told.wanted
        )
    return _ended(request, mail_site, answer)


def _refused(request: Asking, site: Site, fault: ProviderError) -> Response[Any]:
    shown = signing.form_page(request, site, str(fault), status=REFUSED)
    return _ended(request, site, shown)


def _ended(request: Asking, site: Site, answer: Response[Any]) -> Response[Any]:
    """Take away what the browser kept: it serves once."""
    state = request.query_params.get("state", "")
    answer.cookies.append(_cookie(site, state, "", max_age=0))
    return answer


def _name(site: Site, state: str) -> str:
    """Return the name of the cookie of one sign-in: each tab has its own."""
    name = "__Host-liaison-provider" if is_secure(site) else "liaison-provider"
    return f"{name}-{tokens.digest(state).hex()[:16]}"


def _cookie(site: Site, state: str, value: str, max_age: int | None = None) -> Cookie:
    return Cookie(
        key=_name(site, state),
        value=value,
        path="/",
        secure=is_secure(site),
        httponly=True,
        samesite="lax",
        max_age=provider.LASTS.seconds if max_age is None else max_age,
    )


HANDLERS = (begin, arrive)
