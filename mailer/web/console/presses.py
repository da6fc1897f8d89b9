"""Answers a form that arrives twice, by a double press, as it answered the first time.

Each page gives its forms a number of their own, behind the form token. The same form of
the same page that comes again within PATIENCE acts once; the second answer is the first
one. The store remembers the forms for the other web processes of the site: there the
second answer leads where the first one led, or back to the page of the form. Saves by
script are not kept there: each has a number of its own, and is taken once.
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
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from mailer import clock
from mailer.errors import RefusedError
from mailer.signin import pressed
from mailer.sites.site import Site
from mailer.web.console import showing
from mailer.web.console.guard import FIELD, NUMBER_AFTER, Visit

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


@dataclass(kw_only=True, slots=True)
class _Press:
    """A form that is acted on."""

    key: bytes
    answer: Pending
    site: Site
    is_kept: bool = False  # in the store


_present: ContextVar[_Press | None] = ContextVar("form", default=None)


class Presses:
    """The forms that arrived lately, and what they were answered."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[float, Pending]] = OrderedDict()

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """Return itself: Litestar copies the router whose forms these are."""
        return self

    async def before(self, request: Asking) -> Response[Any] | None:
        """Return the answer to a form that arrived before; None: act on it."""
        _present.set(None)
        form = getattr(request.state, "sent", None)
        if form is None or NUMBER_AFTER not in str(form.get(FIELD)):
            return None
        now, key = asyncio.get_running_loop().time(), _key(request, form)
        self._forget(now)
        at, known = self._known.get(key, (now, None))
        if known is not None and (now - at < PATIENCE or not known.done()):
            return await asyncio.shield(known)
        pending: Pending = asyncio.get_running_loop().create_future()
        self._known[key] = (now, pending)
        press = _Press(key=key, answer=pending, site=request.app.state.site)
        _present.set(press)
        return None if _is_of_script(request) else await _elsewhere(request, press)

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
        del self._known[press.key]
        return BackgroundTask(_withdraw, press) if press.is_kept else None

    def _forget(self, now: float) -> None:
        """Forget the forms that are old, or too many."""
        while self._known:
            key, (at, pending) = next(iter(self._known.items()))
            young = now - at < PATIENCE or not pending.done()
            if young and len(self._known) < MOST:
                return
            if not pending.done():
                pending.set_result(None)
            del self._known[key]


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
    """Return what is the same in the same form of the same page."""
    said = hashlib.sha256(request.url.path.encode() + request.url.query.encode())
    for name, value in form.multi_items():
        text = f"{value.filename}" if isinstance(value, UploadFile) else str(value)
        said.update(f"\0{name}\0{text}".encode(errors="surrogatepass"))
    return said.digest()
