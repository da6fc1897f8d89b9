"""All handlers of the site's pages."""

from litestar.handlers import BaseRouteHandler

from mailer.web.console.site import health, journal, words

HANDLERS: tuple[BaseRouteHandler, ...] = (
    *words.HANDLERS,
    *journal.HANDLERS,
    *health.HANDLERS,
)
