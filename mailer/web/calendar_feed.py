"""/calendar/{token}.ics: what is planned, for the unit's own calendar programs.

A request only reads. The entity tag is a digest of the calendar, so a program that has
the present one gets 304. The calendar is made at most once a minute.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from mailer import clock
from mailer.calendar.showing import documents, entries, feed, spans
from mailer.errors import TokenError
from mailer.sites.site import Site

FORMAT = "text/calendar"
KEPT = timedelta(minutes=1)
_SUFFIX = ".ics"
_NOT_MODIFIED = 304


@dataclass
class CalendarFeed:
    """The calendar of a site, as it was made last."""

    site: Site
    _body: bytes = b""
    _tag: str = ""
    _made_at: datetime | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def current(self) -> tuple[bytes, str]:
        """Return the calendar and its entity tag; one request makes it for all."""
        async with self._lock:
            now = clock.now()
            age = None if self._made_at is None else now - self._made_at
            if age is None or not timedelta(0) <= age < KEPT:
                self._body = await self._made(now)
                self._tag = f'"{hashlib.sha256(self._body).hexdigest()[:32]}"'
                self._made_at = now
            return self._body, self._tag

    async def _made(self, now: datetime) -> bytes:
        settings = self.site.settings
        first, last = spans.around(now)
        async with self.site.database.reading() as session:
            found = await entries.between(
                session,
                first=first,
                last=last,
                zone=settings.site.zone,
                office=settings.office.office,
            )
        return await asyncio.to_thread(
            documents.icalendar, settings.site.name, found, domain=settings.mail.domain
        )


@get("/calendar/{name:str}")
async def show(
    name: FromPath[str],
    request: Request[Any, Any, Any],
    mail_site: NamedDependency[Site],
    calendar_feed: NamedDependency[CalendarFeed],
) -> Response[bytes]:
    """Answer with the calendar; a wrong address gets 404."""
    try:
        feed.require(mail_site, name.removesuffix(_SUFFIX))
    except TokenError:
        raise NotFoundException from None
    body, tag = await calendar_feed.current()
    headers = {"ETag": tag, "Cache-Control": "private, max-age=900"}
    known = request.headers.get("if-none-match", "").split(",")
    if tag in {each.strip().removeprefix("W/") for each in known}:
        return Response(b"", status_code=_NOT_MODIFIED, headers=headers)
    return Response(body, media_type=FORMAT, headers=headers)
