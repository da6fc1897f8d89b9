"""Answers a form that arrives twice, by a double press, as it answered the first time.

Each page gives its forms a number of their own, behind the form token. The same form of
the same page that comes again within PATIENCE acts once; the second answer is the first
one. The store remembers the forms for the other web processes of the site: there the
second answer leads where the first one led, or back to the page of the form. Saves by
script are not kept there: each has a number of its own, and is taken once. Neither are
the forms of strangers, such as those to sign in: who is not known yet writes no row.
"""

import asyncio
import hashlib
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from litestar import Request, Response
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.response import Redirect

from mailer import clock
from mailer.errors import RefusedError
from mailer.signin import pressed
from mailer.sites.site import Site
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import (
    FIELD,
    NUMBER_AFTER,
    PLAIN_FORM,
    PUBLIC,
    Visit,
)

PATIENCE = pressed.PATIENCE.total_seconds()
PAUSE = 0.1  # seconds between two looks at what another process answered
MOST = 1_000  # forms that are remembered
AT_WORK = (
    "This button was pressed twice, and the first press is still at work. Open the page"
    " again to see what it did."
)
STRINGS = (AT_WORK,)
Asking = Request[Visit, Any, Any]
Pending = asyncio.Future[Response[Any] | None]
Forms = OrderedDict[bytes, tuple[float, Pending]]  # since when, and the answer


@dataclass(kw_only=True, slots=True)
class _Press:
    """A form that is acted on."""

    key: bytes
    answer: Pending
    site: Site
    table: Forms
    is_kept: bool = False  # in the store


_present: ContextVar[_Press | None] = ContextVar("form", default=None)


class Presses:
    """The forms that arrived lately, and what they were answered."""

    def __init__(self) -> None:
        # strangers' forms displace none of those of users
        self._of_users: Forms = OrderedDict()
        self._of_strangers: Forms = OrderedDict()

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """Return itself: Litestar copies the router whose forms these are."""
        return self

    async def before(self, request: Asking) -> Response[Any] | None:
        """Return the answer to a form that arrived before; None: act on it."""
        _present.set(None)
        is_stranger = request.route_handler.opt["right"] == PUBLIC
        form = await _of_stranger(request) if is_stranger else _sent(request)
        if form is None or NUMBER_AFTER not in str(form.get(FIELD)):
            return None
        now, key = asyncio.get_running_loop().time(), _key(request, form)
        table = self._of_strangers if is_stranger else self._of_users
        _forget(table, now)
        at, known = table.get(key, (now, None))
        if known is not None and (now - at < PATIENCE or not known.done()):
            return await asyncio.shield(known)
        pending: Pending = asyncio.get_running_loop().create_future()
        table[key] = (now, pending)
        site: Site = request.app.state.site
        press = _Press(key=key, answer=pending, site=site, table=table)
        _present.set(press)
        if is_stranger or _is_of_script(request):
            return None
        return await _elsewhere(request, press)

    def answered(self, request: Asking) -> Response[Any] | None:
        """Return the answer to a form whose first press ended the sign-in; else None.

        Such are the forms that set a password or sign out.
        """
        form = _sent(request)
        if form is None or not str(form.get(FIELD)).partition(NUMBER_AFTER)[2]:
            return None
        at, known = self._of_users.get(_key(request, form), (0.0, None))
        young = asyncio.get_running_loop().time() - at < PATIENCE
        return known.result() if known is not None and known.done() and young else None

    async def after(self, response: Response[Any]) -> Response[Any]:
        """Keep the answer to a form; a file is no answer that could be given twice."""
        press = _present.get()
        if press is None or press.answer.done():
            return response
        is_redirect = isinstance(response, Redirect)
        again = is_redirect or isinstance(response.content, str)
        if press.is_kept:
            led_to = response.url if isinstance(response, Redirect) else ""
            async with press.site.database.writing() as session:
                await pressed.answered(session, press.key, led_to)
        press.answer.set_result(response if again else None)
        return response

    def failed(self) -> BackgroundTask | None:
        """Note that the present form was refused: the second one is tried, too.

        Return what is to be done when the refusal has been answered.
        """
        press = _present.get()
        if press is None or press.answer.done():
            return None
        press.answer.set_result(None)
        press.table.pop(press.key, None)
        return BackgroundTask(_withdraw, press) if press.is_kept else None


def _forget(table: Forms, now: float) -> None:
    """Forget the forms that are old, or too many."""
    while table:
        key, (at, pending) = next(iter(table.items()))
        young = now - at < PATIENCE or not pending.done()
        if young and len(table) < MOST:
            return
        if not pending.done():
            pending.set_result(None)
        del table[key]


def _sent(request: Asking) -> FormMultiDict | None:
    """Return the form of a user, as the guard has read it."""
    return getattr(request.state, "sent", None)


async def _of_stranger(request: Asking) -> FormMultiDict | None:
    """Return the form of somebody who is not known; None: it is none of a page."""
    if request.headers.get("content-type") != PLAIN_FORM:
        return None
    return await forms.form_of(request)


async def _elsewhere(request: Asking, press: _Press) -> Response[Any] | None:
    """Return what another process answered to a form; None: act on it here.

    Raises RefusedError if the other process takes longer than PATIENCE.
    """
    database = press.site.database
    until = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < until:
        async with database.reading() as session:
            found = await pressed.find(session, press.key, now=clock.now())
        if found is None:
            async with database.writing() as session:
                press.is_kept = await pressed.is_first(
                    session, press.key, now=clock.now()
                )
            if press.is_kept:
                return None
        elif found.answer is not None:
            where = found.answer or _origin(request)
            return Redirect(where, status_code=showing.SEE_OTHER)
        await asyncio.sleep(PAUSE)
    raise RefusedError(request.user.words.text(AT_WORK))


async def _withdraw(press: _Press) -> None:
    async with press.site.database.writing() as session:
        await pressed.withdraw(session, press.key)


def _is_of_script(request: Asking) -> bool:
    """Whether a script sent a form, and not a press that leads to a page."""
    return request.headers.get("sec-fetch-dest", "document") != "document"


def _origin(request: Asking) -> str:
    """Return the page of this site on which a form stood, or the first one."""
    home = showing.place(request.app.state.site, showing.HOME)
    said = urlsplit(request.headers.get("referer", ""))
    is_ours = said.netloc == request.headers.get("host") and said.path.startswith(home)
    return f"{said.path}?{said.query}".rstrip("?") if is_ours else home


def _key(request: Asking, form: Any) -> bytes:
    """Return what is the same in the same form of the same page, with its files."""
    said = hashlib.sha256(request.url.path.encode() + request.url.query.encode())
    for name, value in form.multi_items():
        text = f"{value.filename}" if isinstance(value, UploadFile) else str(value)
        said.update(f"\0{name}\0{text}".encode(errors="surrogatepass"))
        if isinstance(value, UploadFile):
            value.file.seek(0)
            said.update(value.file.read())
            value.file.seek(0)
    return said.digest()
