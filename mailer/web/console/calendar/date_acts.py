"""/console/series/{id}/date and below: skips, moves and adds one date of a series."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.calendar import dates, leads, series
from mailer.campaigns.models import Occurrence, Series
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.calendar import dates_shown, series_pages, year
from mailer.web.console.calendar.dates_shown import DateShown
from mailer.web.console.guard import Visit
from mailer.web.console.showing import HOME

Asking = Request[Visit, Any, Any]
Act = Callable[[AsyncSession, Series], Awaitable[Occurrence]]


@get("/series/{number:int}/date", right=Right.SERIES)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show one date to come of a series, and what may be done with it."""
    return await _page(request, number, request.query_params.get("at", ""))


@post("/series/{number:int}/skip", right=Right.SERIES, status_code=200)
async def skip(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Skip one date."""
    asked, form = request.user, await forms.form_of(request)
    at, office = acting.typed(form, "at"), asked.site.settings.office.office
    by = acting.author(asked, form)

    async def act(session: AsyncSession, found: Series) -> Occurrence:
        return await dates.skip(session, found, at, by, office=office)

    return await _done(request, number, "date-skipped", act, at)


@post("/series/{number:int}/move", right=Right.SERIES, status_code=200)
async def move(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Move one date to another time, earlier or later."""
    asked, form = request.user, await forms.form_of(request)
    at, to = acting.typed(form, "at"), acting.typed(form, "to")
    office, by = asked.site.settings.office.office, acting.author(asked, form)

    async def act(session: AsyncSession, found: Series) -> Occurrence:
        return await dates.move(session, found, at, to, by, office=office)

    return await _done(request, number, "date-moved", act, at)


@post("/series/{number:int}/add", right=Right.SERIES, status_code=200)
async def add(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Add one date, or give back one that was skipped."""
    asked, form = request.user, await forms.form_of(request)
    at, by = acting.typed(form, "at"), acting.author(asked, form)

    async def act(session: AsyncSession, found: Series) -> Occurrence:
        return await dates.add(session, found, at, by)

    return await _done(request, number, "date-added", act, "", typed=at)


async def _done(
    request: Asking, number: int, done: str, act: Act, at: str, *, typed: str = ""
) -> Response[Any]:
    """Act, and lead to the series in the year of the date; else show the refusal."""
    site = request.user.site
    try:
        async with site.database.writing() as session:
            occurrence = await act(session, await series.numbered(session, number))
            local = leads.local_of(occurrence)
    except acting.REFUSALS as refused:
        if at:
            return await _page(request, number, at, fault=str(refused))
        return await series_pages.show(
            request,
            number,
            fault=str(refused),
            given=typed,
            status=showing.UNPROCESSABLE,
        )
    query = f"year={local:%Y}&at={local:%Y-%m-%dT%H:%M}"
    return showing.to(site, f"{HOME}/series/{number}?{query}", done)


async def _page(
    request: Asking, number: int, at: str, *, fault: str = ""
) -> Response[Any]:
    asked = request.user
    async with asked.site.database.reading() as session:
        found = await series.numbered(session, number)
    date = await _coming(asked, found, at)
    if date is None and not fault:
        raise NotFoundException
    return showing.show(
        asked,
        "calendar/date.html",
        status=showing.UNPROCESSABLE if fault else 200,
        series=found,
        date=date,
        fault=fault,
    )


async def _coming(asked: Visit, found: Series, at: str) -> DateShown | None:
    """Return the date of a series at a local time, if it is to come and not skipped."""
    for each in await year.dates_of(asked, year.year_of(at[:4], asked), found):
        shown = dates_shown.shown(asked, each)
        if shown.local == at and each.at > asked.now and each.state != dates.SKIPPED:
            return shown
    return None


HANDLERS = (page, skip, move, add)
