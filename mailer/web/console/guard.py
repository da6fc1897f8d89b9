"""What every request of the console meets: sign-in, right, origin, form token.

A handler declares the right it needs; without one the application does not start. The
verbs ask again, about the letter or the language: a page only leads to them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from litestar.connection import ASGIConnection
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.handlers import BaseRouteHandler

from mailer import clock
from mailer.errors import RefusedError
from mailer.rendering.language.catalogues import Catalogue
from mailer.signin import browsers, tokens
from mailer.signin.browsers import SignedIn
from mailer.sites.site import Site
from mailer.users import guard, rights, shown_names
from mailer.users.acts import ACTS
from mailer.users.models import User
from mailer.users.shown_names import ShownNames
from mailer.web import forms, page
from mailer.web.console import results, strings

PUBLIC, ANY = "public", "any"  # rights: no sign-in; every user who is signed in
FIELD = "form_token"  # of each form
NUMBER_AFTER = "."  # in that field: what follows numbers the form, see `presses`
PLAIN_FORM = "application/x-www-form-urlencoded"
FORGED = "This form did not come from a page of the console; open the page again."
STALE = "This form is from another sign-in; open the page again, and repeat it there."
FRESH = timedelta(minutes=10)  # how old a sign-in may be for what needs a new one
SIGN_IN_ANEW = (
    "This needs a sign-in of the last ten minutes. Sign out, sign in again, and repeat"
    " it."
)
PROGRAM = "the program"  # who acted, where it was no person
STRINGS = (FORGED, STALE, SIGN_IN_ANEW, PROGRAM)
Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A request of a user who is signed in."""

    site: Site
    signed: SignedIn
    language: str
    now: datetime
    names: ShownNames
    done: str = ""  # what led to this page, see `results`

    @property
    def user(self) -> User:
        """Return who asks."""
        return self.signed.user

    @property
    def words(self) -> Catalogue:
        """Return the console's strings in the user's language."""
        return strings.of(self.site, self.language)

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone of the times shown: the user's, else the site's."""
        return ZoneInfo(self.user.zone) if self.user.zone else self.site.zone

    def called(self, name: str) -> str:
        """Return what people read for the name of a user."""
        return called(self.words, self.names, name)

    @property
    def result(self) -> str:
        """Return the sentence about what led to this page; "" if there is none."""
        return results.said(self.words, self.done)

    def all_called(self, names: Iterable[str]) -> str:
        """Return what people read for the names of several users."""
        return strings.names(self.words, map(self.called, names))

    def require_fresh(self) -> None:
        """Raise RefusedError unless the user signed in a short time ago."""
        if self.now - self.signed.sign_in.begun_at > FRESH:
            raise RefusedError(self.words.text(SIGN_IN_ANEW))

    def could(self, right: str) -> bool:
        """Whether the user has a role for a right, whatever its limits."""
        return could(self.user, right)


def could(user: User, right: str) -> bool:
    """Whether a user has a role for a right; its limits are the verbs' matter."""
    return right == ANY or any(
        each.role in ACTS[right].roles for each in (*user.grants, *user.lent)
    )


def called(words: Catalogue, names: ShownNames, name: str) -> str:
    """Return what people read for the name of a user, or of the program."""
    if guard.is_program(name):
        return words.text(PROGRAM)
    return words.noted(*names.of(name))


def cookie_name(site: Site) -> str:
    """Return the name of the cookie; browsers keep the second one to this host."""
    return "__Host-liaison" if is_secure(site) else "liaison"


def is_secure(site: Site) -> bool:
    """Whether the pages are reached by https."""
    return urlsplit(site.settings.site.url).scheme == "https"


def require_declared(handlers: Iterable[BaseRouteHandler]) -> None:
    """Raise TypeError unless each handler declares the right it needs."""
    for handler in handlers:
        right = handler.opt.get("right")
        if right not in {PUBLIC, ANY, *ACTS}:
            raise TypeError(f"{handler} declares no right; give right=…")


async def check(connection: Connection, handler: BaseRouteHandler) -> None:
    """Let a request through, with its user, or raise why not."""
    site: Site = connection.app.state.site
    right = handler.opt.get("right")
    if right is None:  # OPTIONS, which Litestar answers by itself
        raise MethodNotAllowedException
    acts = connection.scope.get("method") != "GET"
    if acts:
        refuse_other_origins(connection)
    if right == PUBLIC:
        return
    signed = await signed_in(connection, site)
    if signed is None:
        if acts and connection.headers.get("content-type") == PLAIN_FORM:
            await _keep_form(connection)
        raise NotAuthorizedException
    connection.state.user_name = signed.user.name
    if acts:
        connection.state.signed = signed
        await _require_form_token(connection, signed)
    async with site.database.reading() as session:
        names = await shown_names.load(session)
    # a page that refuses has the header of one who is signed in, too
    connection.scope["user"] = Visit(
        site=site,
        signed=signed,
        language=language_of(site, connection, signed.user.language),
        now=clock.now(),
        names=names,
        done="" if acts else connection.query_params.get(results.KEY, ""),
    )
    if not could(signed.user, right):
        async with site.database.reading() as session:
            users = await guard.listed(session)
        raise PermissionDeniedException(
            detail=rights.may(signed.user, right, others=users) or ""
        )
    named = connection.path_params.values()
    if any(isinstance(each, int) and each > forms.LARGEST for each in named):
        raise NotFoundException


async def signed_in(connection: Connection, site: Site) -> SignedIn | None:
    """Return who is signed in with the cookie of a request."""
    token = connection.cookies.get(cookie_name(site), "")
    if not token:
        return None
    now = clock.now()
    async with site.database.reading() as session:
        signed = await browsers.find(session, token, now=now)
    if signed is not None and browsers.is_due(signed, now=now):
        async with site.database.writing() as session:
            await browsers.seen(session, token, now=now)
    return signed


def refuse_other_origins(connection: Connection) -> None:
    """Raise unless a browser says that a form comes from a page of this site."""
    fetched = connection.headers.get("sec-fetch-site")
    if fetched is not None:
        if fetched != "same-origin":
            raise PermissionDeniedException(detail=FORGED)
        return
    origin = urlsplit(connection.headers.get("origin", "")).netloc
    if not origin or origin != connection.headers.get("host"):
        raise PermissionDeniedException(detail=FORGED)


async def _keep_form(connection: Any) -> None:
    """Keep what was sent without a sign-in, for the page that says so."""
    try:
        connection.state.sent = await connection.form()
    except (ValueError, LookupError):
        raise NotAuthorizedException from None


async def _require_form_token(connection: Any, signed: SignedIn) -> None:
    """Raise unless the form carries the token of its sign-in; the form is kept."""
    try:
        form = await connection.form()
    except HTTPException:
        raise
    except (ValueError, LookupError):
        raise PermissionDeniedException(detail=FORGED) from None
    connection.state.sent = form
    given = form.get(FIELD)
    token = given.partition(NUMBER_AFTER)[0] if isinstance(given, str) else ""
    if not tokens.same(token, signed.form_token):
        raise PermissionDeniedException(detail=STALE)


def language_of(site: Site, request: Any, preferred: str | None = None) -> str:
    """Return the language of a page: the user's, else the browser's, else English."""
    found = page.language_of(site, request, preferred)
    return found if found in strings.LANGUAGES else strings.SOURCE
