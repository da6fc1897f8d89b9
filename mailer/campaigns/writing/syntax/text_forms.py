"""Checks that a text has the form of its block type, and gives it one spelling."""

from collections.abc import Callable

from mailer.rendering.forms import listing, parts, table
from mailer.rendering.forms.fault import FormError
from mailer.rendering.timing import agenda


def _any(_text: str) -> None:
    """Accept any text."""


def _none(text: str) -> None:
    if text:
        raise FormError(0, "a text is not shown in this block; remove it")


def _agenda(text: str) -> None:
    try:
        agenda.steps(agenda.as_list(text))
    except agenda.AgendaError as fault:
        raise FormError(fault.line, str(fault)) from None


_READERS: dict[str, Callable[[str], object]] = {
    "any": _any,
    "none": _none,
    "agenda": _agenda,
    "table": table.read,
    "columns": parts.columns,
    "people": parts.people,
    "links": listing.links,
    "partners": listing.partners,
    "notes": listing.notes,
}
_SPELLINGS: dict[str, Callable[[str], str]] = {
    "agenda": agenda.as_list,
    "table": table.as_markdown,
    "links": listing.links_as_markdown,
    "notes": listing.notes_as_markdown,
}


def check(text: str, form: str) -> str:
    """Return a text in the one spelling of its form; raise FormError if it has not it.

    A table copied from a spreadsheet becomes one of Markdown.
    """
    _READERS[form](text)
    return _SPELLINGS.get(form, str)(text)
