"""All handlers of the site's pages."""

from litestar.handlers import BaseRouteHandler

from mailer.web.console.site import health, journal, word_form, words

HANDLERS: tuple[BaseRouteHandler, ...] = (
    *words.HANDLERS,
    *word_form.HANDLERS,
    *journal.HANDLERS,
    *health.HANDLERS,
)
