"""The web application of a site: public pages, style sheet, health.

It refuses bodies over 64 KiB. A fault of the server is logged; the reader sees a
sentence. Every invalid link gets the same answer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from litestar import (
    HttpMethod,
    Litestar,
    MediaType,
    Request,
    Response,
    Router,
    get,
    route,
)
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.exceptions import (
    HTTPException,
    NotFoundException,
    TooManyRequestsException,
)
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler
from sqlalchemy.exc import DBAPIError

from mailer.errors import MailerError, TokenError
from mailer.readers.optouts import NotRecordedError
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.sites.site import Site
from mailer.store.faults import is_temporary, store_error
from mailer.web import calendar_feed, metrics, page, site_look
from mailer.web.calendar_feed import CalendarFeed
from mailer.web.console import routes, showing
from mailer.web.front import TOO_MANY, Front
from mailer.web.public import confirm, entry, hooks, leave, preferences
from mailer.web.readiness import Readiness
from mailer.web.recording import Recording
from mailer.web.streams import OpenStreams

MAX_BODY = 64 * 1024  # octets
UNAVAILABLE = 503
RETRY_AFTER = "60"  # seconds
LINK_FAULT = (
    "This link does not work",
    (
        "It may be incomplete or too old. Use the link in the newest of our letters,"
        " or write to us. Copy it whole: capital and small letters differ in it."
    ),
)
OTHER_FAULT = (
    "This did not work",
    "Nothing was changed. Please try again later, or write to us.",
)
TOO_MANY_FAULT = (
    "Too many requests came at once",
    "Nothing was changed. Please wait a minute, then load this page again.",
)
STRINGS = (*LINK_FAULT, *OTHER_FAULT, *TOO_MANY_FAULT)
Handler = Callable[[Request[Any, Any, Any], Any], Response[str]]
log = structlog.get_logger()


def create(site: Site, stopping: asyncio.Event | None = None) -> Front:
    """Return the application that serves a site's pages.

    Answers that last, such as live figures, end when `stopping` is set.
    """
    recording, figures = Recording(site), CampaignFigures(site)
    shared = {
        "calendar_feed": CalendarFeed(site),
        "figures": figures,
        "mail_site": site,
        "readiness": Readiness(site),
        "recording": recording,
        "streams": OpenStreams(),
        "stopping": stopping or asyncio.Event(),
    }
    handlers: list[ControllerRouterHandler] = [
        *leave.PAGE.handlers(),
        *preferences.PAGE.handlers(),
        *confirm.PAGE.handlers(),
        *entry.PAGE.handlers(),
        hooks.receive,
        *(healthz, readyz, metrics.show, calendar_feed.show, too_many),
        site_look.style_sheet,
        site_look.logo,
        _static_files(),
        *routes.routers(site),
    ]
    pages = Litestar(
        route_handlers=handlers,
        dependencies={name: _provided(value) for name, value in shared.items()},
        lifespan=[_applying(recording, figures)],
        exception_handlers={Exception: _fault_handler(site)},
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
        state=State({"site": site}),
    )
    return Front(pages, site)


def _provided(value: Any) -> Provide:
    """Return what gives handlers a value that all requests share."""

    def give() -> Any:
        return value

    return Provide(give, sync_to_thread=False)


def _static_files() -> Router:
    """Return what serves the style sheet."""
    folder = Path(__file__).parent / "static"
    return create_static_files_router("/static", [folder], include_in_schema=False)


def _applying(
    recording: Recording, figures: CampaignFigures
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Return what applies opt-outs to the store, and counts, while pages are served."""

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        applying = asyncio.create_task(recording.apply_for_ever())
        try:
            yield
        finally:
            applying.cancel()
            await figures.close()

    return lifespan


@get("/healthz", media_type=MediaType.TEXT)
async def healthz() -> str:
    """Answer 200: the process runs."""
    return "ok"


@get("/readyz", media_type=MediaType.TEXT)
async def readyz(readiness: NamedDependency[Readiness]) -> Response[str]:
    """Answer 200 if the site can do its work; else 503, with the reason."""
    fault = await readiness.fault()
    if fault:
        headers = {"Retry-After": RETRY_AFTER}
        return Response(fault, status_code=UNAVAILABLE, headers=headers)
    return Response("ok")


@route(TOO_MANY, http_method=[HttpMethod.GET, HttpMethod.POST])
async def too_many() -> None:
    """Refuse a request over a limit."""
    raise TooManyRequestsException(headers={"Retry-After": RETRY_AFTER})


def _fault_handler(site: Site) -> Handler:
    """Return the handler that shows a page for a fault, and logs a server's fault."""

    def show(request: Request[Any, Any, Any], fault: Exception) -> Response[str]:
        home = showing.place(site, f"{showing.HOME}/")
        if isinstance(fault, NotFoundException) and request.url.path.startswith(home):
            return showing.fault(request, fault)
        language = page.language_of(site, request)
        catalogue = site.catalogue(language)
        status, heading, sentence = _words(fault)
        headers = {"Retry-After": RETRY_AFTER} if status == UNAVAILABLE else {}
        if isinstance(fault, HTTPException):
            headers |= fault.headers or {}
        if status >= 500:  # noqa: PLR2004 (a fault of the server)
            _log(request, fault)
        return page.show(
            site,
            "message.html",
            language=language,
            status=status,
            headers=headers,
            heading=catalogue.text(heading),
            sentence=catalogue.text(sentence),
        )

    return show


def _words(fault: Exception) -> tuple[int, str, str]:
    """Return the status of a fault, and the heading and the sentence of its page."""
    if isinstance(fault, TokenError | NotFoundException):
        return (404, *LINK_FAULT)
    if isinstance(fault, TooManyRequestsException):
        return (fault.status_code, *TOO_MANY_FAULT)
    if isinstance(fault, NotRecordedError):
        return (UNAVAILABLE, *OTHER_FAULT)
    if isinstance(fault, DBAPIError) and is_temporary(fault):
        return (UNAVAILABLE, *OTHER_FAULT)
    if isinstance(fault, MailerError) and fault.code == "store.moved":
        return (UNAVAILABLE, *OTHER_FAULT)
    return (
        fault.status_code if isinstance(fault, HTTPException) else 500,
        *OTHER_FAULT,
    )


def _log(request: Request[Any, Any, Any], fault: Exception) -> None:
    if isinstance(fault, DBAPIError):  # its text has the statement and the values
        fault = store_error(fault)
    expected = isinstance(fault, MailerError)
    log.error(
        "page.fault",
        route=request.scope["path"][:3],
        reason=str(fault)[:500],
        exc_info=None if expected else fault,
    )
