"""All handlers of the site's pages."""

from litestar.handlers import BaseRouteHandler

from mailer.web.console.site import health, journal, saved_rules, word_form, words

HANDLERS: tuple[BaseRouteHandler, ...] = (
    *words.HANDLERS,
    *word_form.HANDLERS,
    *saved_rules.HANDLERS,
    *journal.HANDLERS,
    *health.HANDLERS,
)
