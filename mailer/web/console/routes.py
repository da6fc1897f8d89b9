"""The console's handlers, under one guard."""

from pathlib import Path
from typing import Any

from litestar import Request, Response, Router
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router

from mailer.sites.site import Site
from mailer.web.console import guard, home, showing
from mailer.web.console.account import (
    by_passkey,
    by_provider,
    mailed,
    me,
    people,
    signing,
)
from mailer.web.console.account.attempts import Attempts
from mailer.web.console.calendar import calendar_pages
from mailer.web.console.directory import directory_pages
from mailer.web.console.letters import (
    approving,
    asked,
    campaign,
    campaign_list,
    live,
    reading,
    scheduling,
    testing,
)
from mailer.web.console.presses import Presses
from mailer.web.console.remarks import remark_pages, who_writes
from mailer.web.console.reports import (
    answers,
    correcting,
    lost,
    missing,
    quarantined,
    report,
)
from mailer.web.console.site import site_pages
from mailer.web.console.translation import translation_pages
from mailer.web.console.writing import (
    attaching,
    audience,
    begin,
    editor,
    history,
    saves,
    settings_page,
)

MAX_BODY = 1024 * 1024  # octets of a form

HANDLERS: tuple[BaseRouteHandler, ...] = (
    *signing.HANDLERS,
    *mailed.HANDLERS,
    *by_passkey.HANDLERS,
    *by_provider.HANDLERS,
    *me.HANDLERS,
    *people.HANDLERS,
    *home.HANDLERS,
    *campaign_list.HANDLERS,
    *campaign.HANDLERS,
    *reading.HANDLERS,
    *approving.HANDLERS,
    *scheduling.HANDLERS,
    *testing.HANDLERS,
    *live.HANDLERS,
    *report.HANDLERS,
    *missing.HANDLERS,
    *correcting.HANDLERS,
    *calendar_pages.HANDLERS,
    *answers.HANDLERS,
    *lost.HANDLERS,
    *quarantined.HANDLERS,
    *directory_pages.HANDLERS,
    *site_pages.HANDLERS,
    *begin.HANDLERS,
    *editor.HANDLERS,
    *saves.HANDLERS,
    *remark_pages.HANDLERS,
    *who_writes.HANDLERS,
    *translation_pages.HANDLERS,
    *history.HANDLERS,
    *attaching.HANDLERS,
    *audience.HANDLERS,
    *settings_page.HANDLERS,
)


def routers(site: Site) -> list[Any]:
    """Return the routers of the console, and of what its pages load."""
    guard.require_declared((*HANDLERS, *asked.HANDLERS))
    attempts = Attempts(site)

    def shared_attempts() -> Attempts:
        return attempts

    presses = Presses()

    def fault(request: Request[Any, Any, Any], raised: Exception) -> Response[Any]:
        if isinstance(raised, NotAuthorizedException):
            again = presses.answered(request)
            if again is not None:
                return again
        refused = showing.fault(request, raised)
        refused.background = presses.failed()
        return refused

    shared: dict[str, Any] = {
        "guards": [guard.check],
        "before_request": presses.before,
        "after_request": presses.after,
        "exception_handlers": {Exception: fault},
        "request_max_body_size": MAX_BODY,
    }
    letters = Router(path=asked.PATH, route_handlers=asked.HANDLERS, **shared)

    pages = Router(
        path=showing.HOME,
        route_handlers=HANDLERS,
        dependencies={"attempts": Provide(shared_attempts, sync_to_thread=False)},
        **shared,
    )
    folder = Path(__file__).parent / "static"
    files = create_static_files_router(
        "/console-static", [folder], include_in_schema=False
    )
    return [pages, letters, files]
