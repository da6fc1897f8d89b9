"""Answers a form that arrives twice, by a double press, as it answered the first time.

Each page gives its forms a number of their own, behind the form token. The same form of
the same page that comes again within PATIENCE acts once; the second answer is the first
one. Pages of several processes each know their own forms only.
"""

import asyncio
import hashlib
from collections import OrderedDict
from contextvars import ContextVar
from typing import Any, Self

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from mailer.web.console.guard import FIELD, NUMBER_AFTER

PATIENCE = 10.0  # seconds
MOST = 1_000  # forms that are remembered
Pending = asyncio.Future[Response[Any] | None]
_present: ContextVar[tuple[bytes, Pending] | None] = ContextVar("form", default=None)


class Presses:
    """The forms that arrived lately, and what they were answered."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[float, Pending]] = OrderedDict()

    def __deepcopy__(self, _memo: dict[int, Any]) -> Self:
        """Return itself: Litestar copies the router whose forms these are."""
        return self

    async def before(self, request: Request[Any, Any, Any]) -> Response[Any] | None:
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
        _present.set((key, pending))
        return None

    async def after(self, response: Response[Any]) -> Response[Any]:
        """Keep the answer to a form; a file is no answer that could be given twice."""
        present = _present.get()
        if present is not None and not present[1].done():
            again = isinstance(response, Redirect) or isinstance(response.content, str)
            present[1].set_result(response if again else None)
        return response

    def failed(self) -> None:
        """Note that the present form was refused: the second one is tried, too."""
        present = _present.get()
        if present is not None and not present[1].done():
            present[1].set_result(None)
            del self._known[present[0]]

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


def _key(request: Request[Any, Any, Any], form: Any) -> bytes:
    """Return what is the same in the same form of the same page."""
    said = hashlib.sha256(request.url.path.encode() + request.url.query.encode())
    for name, value in form.multi_items():
        text = f"{value.filename}" if isinstance(value, UploadFile) else str(value)
        said.update(f"\0{name}\0{text}".encode(errors="surrogatepass"))
    return said.digest()
