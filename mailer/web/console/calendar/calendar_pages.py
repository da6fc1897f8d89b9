"""All handlers of the calendar's pages."""

from litestar.handlers import BaseRouteHandler

from mailer.web.console.calendar import date_acts, series_form, series_pages, year

HANDLERS: tuple[BaseRouteHandler, ...] = (
    *year.HANDLERS,
    *series_pages.HANDLERS,
    *series_form.HANDLERS,
    *date_acts.HANDLERS,
)
