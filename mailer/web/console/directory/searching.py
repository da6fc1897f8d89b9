"""/console/directory: one search over organisations and contacts, with filters."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.errors import UnknownNameError
from audiences.export import listed_bodies, listing
from audiences.organisations import Organisation
from audiences.upkeep import finding
from mailer.errors import RefusedError
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.directory import filters
from mailer.web.console.directory.filters import Filters
from mailer.web.console.guard import Visit

PAGE = 50  # rows
SHOWN = 5  # organisations that are named where one is wanted
SEVERAL = "“%(given)s” finds several organisations; write the code of one: %(names)s."
STRINGS = (SEVERAL,)
MOST = 10_000  # organisations that are counted


@get("/directory", right=Right.READ)
async def search(request: Asking) -> Response[Any]:
    """Show the organisations or contacts that are searched, fifty on a page."""
    asked, query = request.user, request.query_params
    fault, wanted = "", filters.read(asked, {})
    rows: Sequence[Any] = ()
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
        codes = {each.organisation for each in rows} if people else ()
        body_names = await directory.body_names(session, codes)
    return showing.show(
        asked,
        "directory/search.html",
        status=showing.UNPROCESSABLE if fault else 200,
        rows=rows[:PAGE],
        body_names=body_names,
        more=_number(rows[PAGE - 1]) if len(rows) > PAGE else None,
        count=count,
        most=MOST,
        people=people,
        filters=wanted,
        given=wanted.given
        if not fault
        else {k: query.get(k, "") for k in filters.FIELDS},
        fault=fault,
        **known,
    )


async def one_called(session: AsyncSession, asked: Visit, text: str) -> Organisation:
    """Return the organisation that a text names: by its code, else by a search.

    Raises RefusedError with some organisations if several are found, and
    UnknownNameError if none is.
    """
    try:
        return await finding.organisation(session, text)
    except UnknownNameError:
        wanted = filters.read(asked, {"search": text}).bodies()
        found = await listed_bodies.page(session, wanted, after=0, limit=SHOWN + 1)
        if not found:
            raise
    if len(found) > 1:
        names = [asked.words.noted(_name(asked, each), each.code) for each in found]
        more = ["…"] if len(names) > SHOWN else []
        shown = asked.words.enumerated([*names[:SHOWN], *more])
        raise RefusedError(asked.words.text(SEVERAL, given=text[:80], names=shown))
    return await finding.organisation(session, found[0].code)


def _name(asked: Visit, body: Any) -> str:
    return str(body.names.get(asked.language) or body.name)


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
