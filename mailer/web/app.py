"""The web application of a site: public pages, style sheet, health.

It refuses bodies over 64 KiB. A fault of the server is logged; the reader sees a
sentence. Every invalid link gets the same answer.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from litestar import Litestar, MediaType, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from mailer.errors import MailerError, TokenError
from mailer.sites.site import Site
from mailer.store.database import ping
from mailer.web import page
from mailer.web.public import confirm, entry, leave, preferences

MAX_BODY = 64 * 1024  # octets
Handler = Callable[[Request[Any, Any, Any], Any], Response[str]]
log = structlog.get_logger()


def create(site: Site) -> Litestar:
    """Return the application that serves a site's pages."""

    def mail_site() -> Site:
        return site

    handlers: list[ControllerRouterHandler] = [
        *leave.PAGE.handlers(),
        *preferences.PAGE.handlers(),
        *confirm.PAGE.handlers(),
        *entry.PAGE.handlers(),
        healthz,
        readyz,
        create_static_files_router(
            path="/static",
            directories=[Path(__file__).parent / "static"],
            include_in_schema=False,
        ),
    ]
    return Litestar(
        route_handlers=handlers,
        dependencies={"mail_site": Provide(mail_site, sync_to_thread=False)},
        exception_handlers={Exception: _fault_handler(site)},
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )


@get("/healthz", media_type=MediaType.TEXT)
async def healthz() -> str:
    """Answer 200: the process runs."""
    return "ok"


@get("/readyz", media_type=MediaType.TEXT)
async def readyz(mail_site: NamedDependency[Site]) -> str:
    """Answer 200 if the store answers as well."""
    async with mail_site.database.reading() as session:
        await ping(session)
    return "ok"


def _fault_handler(site: Site) -> Handler:
    """Return the handler that shows a page for a fault, and logs a server's fault."""

    def show(request: Request[Any, Any, Any], fault: Exception) -> Response[str]:
        language = page.language_of(site, request)
        catalogue = site.catalogue(language)
        if isinstance(fault, TokenError):
            status, heading = 404, catalogue.text("This link does not work")
            sentence = catalogue.text(
                "It may be incomplete or too old. Use the link in the newest of our"
                " letters, or write to us."
            )
        else:
            status = fault.status_code if isinstance(fault, HTTPException) else 500
            heading = catalogue.text("This did not work")
            sentence = catalogue.text(
                "Nothing was changed. Please try again later, or write to us."
            )
        if status >= 500:  # noqa: PLR2004 (a fault of the server)
            _log(request, fault)
        return page.show(
            site,
            "message.html",
            language=language,
            status=status,
            heading=heading,
            sentence=sentence,
        )

    return show


def _log(request: Request[Any, Any, Any], fault: Exception) -> None:
    expected = isinstance(fault, MailerError)
    log.error(
        "page.fault",
        route=request.scope["path"][:3],
        reason=str(fault)[:500],
        exc_info=None if expected else fault,
    )
