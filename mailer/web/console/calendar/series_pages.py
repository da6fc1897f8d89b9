"""/console/series: all series, and one with its people, its dates and its history."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import data_changes
from audiences.record.data_changes import DataKind
from mailer.calendar import leads, notices, planning, renewing, series
from mailer.calendar.showing.entries import CalendarEntry
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Series
from mailer.errors import MailerError
from mailer.users.acts import Right
from mailer.web.console import showing, strings
from mailer.web.console.calendar import dates_shown, year
from mailer.web.console.guard import Visit
from mailer.web.console.record import acts_shown, cell_names
from mailer.web.console.rules import naming
from scheduler import words
from scheduler.cadences import Cadence
from scheduler.errors import ScheduleError
from scheduler.leads import Turn

WARNED = "%(names)s had a reminder with the former date: write to them."
STRINGS = (WARNED,)
_OPEN = (CampaignState.DRAFT, CampaignState.IN_REVIEW)
Asking = Request[Visit, Any, Any]


@get("/series", right=Right.READ)
async def listed(request: Asking) -> Response[Any]:
    """Show all series with their cadence, their owner and their next date."""
    asked = request.user
    async with asked.site.database.reading() as session:
        found = await series.with_next(session, asked.now)
    rows = [(each, said(asked, each)[0], coming) for each, coming in found]
    return showing.show(asked, "calendar/series-list.html", rows=rows)


@get("/series/{number:int}", right=Right.READ)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show one series: its people, its dates of a year, its history."""
    return await show(request, number)


async def show(
    request: Asking, number: int, *, fault: str = "", given: str = "", status: int = 200
) -> Response[Any]:
    """Return the page of a series; with what was typed, where it was refused."""
    asked, query = request.user, request.query_params
    async with asked.site.database.reading() as session:
        found = await series.numbered(session, number)
        faults = await planning.faults(session, asked.site, found)
        changes = await data_changes.history(session, DataKind.SERIES, found.name)
        warned = await _warned(session, asked, found, query.get("at", ""))
        about, types = f"series {found.name}", {"letter_type": found.letter_type}
        acts = [(about, each.detail) for each in changes]
        named = await cell_names.of_acts(asked, session, [*acts, (about, types)])
        teller = await naming.for_page(asked, session, found.audience)
    shown_year = year.year_of(query.get("year", ""), asked)
    entries = await year.dates_of(asked, shown_year, found)
    sentence, unreadable = said(asked, found)
    return showing.show(
        asked,
        "calendar/series.html",
        status=status,
        series=found,
        teller=teller,
        sentence=sentence,
        faults=[unreadable, *faults] if unreadable else faults,
        days=leads.of(found),
        year=shown_year,
        years_around=year.around(shown_year),
        dates=[dates_shown.shown(asked, each) for each in entries],
        lacking=await _lacking(asked, found, entries),
        history=acts_shown.history(asked, changes[:-51:-1], named, about=about),
        named=named,
        may=asked.could(Right.SERIES),
        warned=warned,
        fault=fault,
        given=given,
    )


def said(asked: Visit, found: Series) -> tuple[str, str]:
    """Return a cadence in the language of the page, and why it cannot be read.

    It is in English where the language has no words for it.
    """
    try:
        return _in_words(asked, renewing.cadence_of(found)), ""
    except ScheduleError as fault:
        return found.cadence, str(fault)


def told(asked: Visit, read: words.Understood) -> str:
    """Return a cadence as it was understood, with what was assumed."""
    assumed = "; ".join(read.remarks)
    if read.language == strings.SOURCE != asked.language and assumed:
        assumed = strings.in_english(assumed)
    return asked.words.noted(_in_words(asked, read.cadence), assumed)


def _in_words(asked: Visit, cadence: Cadence) -> str:
    told = words.tell(cadence, asked.language)
    if not told:
        return strings.in_english(words.describe(cadence))
    return told.replace(cadence.zone, strings.place(asked.words, cadence.zone))


async def _warned(session: AsyncSession, asked: Visit, found: Series, at: str) -> str:
    """Return who had a reminder with the former time of a date that was moved."""
    if asked.done != "date-moved":
        return ""
    occurrence = await series.slot_at(session, found, at)
    warned = [] if occurrence is None else await notices.asked(session, occurrence)
    names = asked.words.listed([asked.called(each) for each in warned])
    return asked.words.text(WARNED, names=names) if warned else ""


async def _lacking(
    asked: Visit, found: Series, entries: list[CalendarEntry]
) -> dict[int, list[str]]:
    """Return campaign → the languages that are late, by their names."""
    late: dict[int, list[str]] = {}
    for each in entries:
        came = each.turns.get(Turn.TRANSLATION, datetime.max.replace(tzinfo=asked.zone))
        if not each.campaign or each.state not in _OPEN or each.at <= asked.now:
            continue
        if came <= asked.now:
            async with asked.site.database.reading() as session:
                campaign = await lookup.get(session, each.campaign)
                try:
                    tags = await notices.untranslated(
                        session, asked.site, found, campaign
                    )
                except MailerError:  # the letter's own page says what is wrong
                    continue
            late[each.campaign] = [asked.words.language_name(tag) for tag in tags]
    return {number: sorted(names) for number, names in late.items() if names}


HANDLERS = (listed, page)
