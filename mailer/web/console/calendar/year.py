"""/console/calendar: a year with the dates of letters, and what each waits for."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from litestar import Request, Response, get

from mailer.calendar.showing import entries, feed, spans
from mailer.calendar.showing.entries import CalendarEntry
from mailer.campaigns.models import Series
from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.calendar import dates_shown
from mailer.web.console.calendar.dates_shown import MonthShown
from mailer.web.console.guard import Visit
from mailer.web.console.showing import HOME
from scheduler.office import Office

FIRST, LAST = 1970, 2199  # years
MANY = 200  # dates on a page; a month is not divided
MONTHS = 12
DAY = timedelta(days=1)
STRINGS = ("the office is closed",)
Asking = Request[Visit, Any, Any]


@get("/calendar", right=Right.READ)
async def calendar(request: Asking) -> Response[Any]:
    """Show a year month by month: dates of letters, holidays, what is late."""
    asked, query = request.user, request.query_params
    site, office = asked.site, asked.site.settings.office.office
    year = year_of(query.get("year", ""), asked)
    found = await dates_of(asked, year)
    begin = _number(query.get("month", ""), 1, MONTHS) or 1
    months = _months(begin, found)
    return showing.show(
        asked,
        "calendar/year.html",
        year=year,
        months=[month(asked, year, each, found, office) for each in months],
        before=max(1, begin - len(months)) if begin > 1 else None,
        after=months[-1] + 1 if months[-1] < MONTHS else None,
        empty=not found,
        late=_late(asked, found),
        feed=feed.address(site),
        years_around=around(year),
    )


def _late(asked: Visit, found: Sequence[CalendarEntry]) -> list[dict[str, Any]]:
    """Return the dates whose letter is late, with the page of each."""
    return [
        {
            "date": dates_shown.shown(asked, each),
            "href": showing.place(
                asked.site,
                f"{HOME}/campaigns/{each.campaign}"
                if each.campaign
                else f"{HOME}/series/{each.series}",
            ),
        }
        for each in found
        if each.late(asked.now)
    ]


def around(year: int) -> list[int]:
    """Return a year between its neighbours."""
    return [each for each in range(year - 1, year + 2) if FIRST <= each <= LAST]


async def dates_of(
    asked: Visit, year: int, only: Series | None = None
) -> list[CalendarEntry]:
    """Return the dates of a year by their own local time; `only` leaves one series."""
    settings = asked.site.settings
    first, last = spans.year(year, settings.site.zone)
    async with asked.site.database.reading() as session:
        found = await entries.between(
            session,
            first=first - DAY,
            last=last + DAY,
            zone=settings.site.zone,
            office=settings.office.office,
            only=only,
        )
    return [each for each in found if each.local.year == year]


def year_of(given: str, asked: Visit) -> int:
    """Return the year that a query names; else that of today."""
    return _number(given, FIRST, LAST) or asked.now.astimezone(asked.zone).year


def _number(given: str, least: int, most: int) -> int | None:
    """Return a number within its limits; None if it is none."""
    if given.isascii() and given.isdigit() and least <= int(given[:4]) <= most:
        return int(given[:4])
    return None


def _months(begin: int, found: Sequence[CalendarEntry]) -> list[int]:
    """Return the months of a page: from one on, until it has many dates."""
    months: list[int] = []
    count = 0
    for number in range(begin, MONTHS + 1):
        count += sum(each.local.month == number for each in found)
        if months and count > MANY:
            break
        months.append(number)
    return months


def month(
    asked: Visit,
    year: int,
    number: int,
    found: Sequence[CalendarEntry],
    office: Office,
) -> MonthShown:
    """Return one month as a page shows it."""
    own: Mapping[int, Any] = dates_shown.by_month(
        asked, [each for each in found if each.local.month == number]
    )
    return MonthShown(
        number=number,
        name=asked.words.month(date(year, number, 1)),
        dates=own.get(number, []),
        closed=_closed(asked, year, number, office),
    )


def _closed(
    asked: Visit, year: int, number: int, office: Office
) -> list[tuple[str, str]]:
    """Return the days other than the weekend on which the office is closed, and why."""
    begin = date(year, number, 1)
    days = [begin + timedelta(days=each) for each in range(31)]
    reasons = [
        (day, office.why_closed(day))
        for day in days
        if day.month == number and day.weekday() not in office.weekend
    ]
    grouped = groupby(reasons, key=lambda each: each[1])
    closed = []
    for why, group in grouped:
        if why:
            together = [day for day, _ in group]
            said = asked.words.text("the office is closed") if why == "closed" else why
            closed.append((asked.words.short_days(together[0], together[-1]), said))
    return closed


HANDLERS = (calendar,)
