"""All handlers of the directory's pages."""

from litestar.handlers import BaseRouteHandler

from mailer.web.console.directory import (
    contact,
    contact_acts,
    contact_form,
    exporting,
    organisation,
    proposals,
    searching,
    suppressed,
)
from mailer.web.console.imports import list_pages

HANDLERS: tuple[BaseRouteHandler, ...] = (
    *searching.HANDLERS,
    *organisation.HANDLERS,
    *contact.HANDLERS,
    *contact_form.HANDLERS,
    *contact_acts.HANDLERS,
    *list_pages.HANDLERS,
    *proposals.HANDLERS,
    *suppressed.HANDLERS,
    *exporting.HANDLERS,
)
