"""/console/directory: one search over organisations and contacts, with filters."""

from typing import Any

from litestar import Response, get

from audiences.export import listed_bodies, listing
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.directory import acting, filters
from mailer.web.console.directory.acting import Asking
from mailer.web.console.directory.filters import Filters
from mailer.web.console.guard import Visit

PAGE = 50  # rows
MOST = 10_000  # organisations that are counted


@get("/directory", right=Right.READ)
async def search(request: Asking) -> Response[Any]:
    """Show the organisations or contacts that are searched, fifty on a page."""
    asked, query = request.user, request.query_params
    fault, rows, wanted = "", (), filters.read(asked, {})
    people = _wants_people(asked, query)
    if people:
        await acting.require(asked, Right.NAMES)
    last = forms.number(query.get("after"))
    try:
        wanted = filters.read(asked, query)
        rows, count = await _found(asked, wanted, last, people=people)
    except acting.REFUSALS as refused:
        fault, count = str(refused), None
    async with asked.site.database.reading() as session:
        known = await filters.choices(session, asked)
    return showing.show(
        asked,
        "directory/search.html",
        status=showing.UNPROCESSABLE if fault else 200,
        rows=rows[:PAGE],
        more=_number(rows[PAGE - 1]) if len(rows) > PAGE else None,
        count=count,
        most=MOST,
        people=people,
        filters=wanted,
        given=wanted.given
        if not fault
        else {k: query.get(k, "") for k in filters.FIELDS},
        fault=fault,
        done=acting.done(request),
        **known,
    )


def _wants_people(asked: Visit, query: Any) -> bool:
    shown = query.get("show", "")
    if shown in {"organisations", "contacts"}:
        return bool(shown == "contacts")
    return "@" in query.get("search", "") and asked.could(Right.NAMES)


async def _found(
    asked: Visit, wanted: Filters, after: int, *, people: bool
) -> tuple[Any, int | None]:
    """Return a page of rows and one more, and how many organisations there are."""
    async with asked.site.database.reading() as session:
        if people:
            chosen = await wanted.contacts(session, asked.now)
            found = await listing.page(session, chosen, after=after, limit=PAGE + 1)
            return found, None
        bodies = wanted.bodies()
        rows = await listed_bodies.page(session, bodies, after=after, limit=PAGE + 1)
        if not after and len(rows) <= PAGE:  # this page has them all
            return rows, len(rows)
        return rows, await listed_bodies.count(session, bodies, most=MOST + 1)


def _number(row: Any) -> int:
    """Return the key of a row."""
    return int(row.contact.number if hasattr(row, "contact") else row.id)


HANDLERS = (search,)
