"""/console/journal: who did what, and when."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import characters
from audiences.export import formats
from audiences.export.formats import Form
from mailer.campaigns import lookup
from mailer.errors import RefusedError
from mailer.reports.record import history
from mailer.reports.record.history_sources import HistoryEntry, HistoryLimits
from mailer.users import guard
from mailer.users.acts import Right
from mailer.users.shown_names import ShownNames
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import ANY, Visit
from mailer.web.console.record import acts_shown, cell_names

SHOWN = 100  # acts on a page, the latest first
LAST_PAGE = 1_000
USUAL = timedelta(days=30)  # how far back the page looks first
YEARS = range(1970, 9999)  # of a day that may be asked for
FILTERS = ("user", "campaign", "contact", "since", "until")
COLUMNS = ("at", "by", "about", "act", "detail")
NO_DAY = "“%(given)s” is no day; write it as 2027-05-04."
NO_LETTER = "“%(given)s” is no number of a letter."
STRINGS = (NO_DAY, NO_LETTER)


@get("/journal", right=ANY)
async def journal(request: Asking) -> Response[Any]:
    """Show what was done, the latest first: all of it, or one's own acts."""
    asked, query, fault = request.user, request.query_params, ""
    given = {key: query.get(key, "").strip()[:200] for key in FILTERS}
    given["since"] = given["since"] or f"{asked.now - USUAL:%Y-%m-%d}"
    page = min(max(forms.number(query.get("page")), 1), LAST_PAGE)
    rows: list[tuple[HistoryEntry, acts_shown.ShownAct]] = []
    async with asked.site.database.reading() as session:
        users = await guard.listed(session)
        try:
            limits = await _limits(asked, session, given)
            found = await _page(session, limits, skip=(page - 1) * SHOWN)
            numbers = acts_shown.numbers_of(found)
            letters = await lookup.names_of(session, numbers)
            acts = [(each.about, each.detail) for each in found]
            named = await cell_names.of_acts(asked, session, acts)
            rows = [(x, acts_shown.shown(asked, x, letters, named)) for x in found]
        except acting.REFUSALS as refused:
            fault = str(refused)
    return showing.show(
        asked,
        "site/journal.html",
        status=showing.UNPROCESSABLE if fault else 200,
        rows=rows[:SHOWN],
        page=page,
        more=len(rows) > SHOWN and page < LAST_PAGE,
        given=given,
        query=urlencode(given),
        users=users,
        own=not asked.could(Right.RECORD),
        fault=fault,
    )


@get("/journal/export", right=Right.RECORD)
async def export(request: Asking) -> Response[bytes]:
    """Return the acts that the page shows as CSV, after a recent sign-in."""
    asked, file = request.user, BytesIO()
    asked.require_fresh()
    async with asked.site.database.reading() as session:
        limits = await _limits(asked, session, request.query_params)
        found = [each async for each in history.read(session, limits)]
    plain = replace(asked, names=ShownNames())  # the file names users as the record
    with formats.opened(Form.CSV, file, COLUMNS) as write:
        write(
            [
                (each.at.isoformat(), each.by, each.about, each.act, _line(plain, each))
                for each in found
            ]
        )
    name = f"journal-{asked.now:%Y-%m-%d}.csv"
    return showing.download(file.getvalue(), name, "text/csv; charset=utf-8")


async def _page(
    session: AsyncSession, limits: HistoryLimits, *, skip: int
) -> list[HistoryEntry]:
    """Return the acts of a page, and one more if there are more."""
    found: list[HistoryEntry] = []
    async for each in history.read(session, limits):
        if skip > 0:
            skip -= 1
            continue
        found.append(each)
        if len(found) > SHOWN:
            break
    return found


async def _limits(
    asked: Visit, session: AsyncSession, given: Mapping[str, str]
) -> HistoryLimits:
    """Return which acts are wanted; those of others need a right."""
    campaign = characters.ascii_digits(given.get("campaign", "").strip()[:20])
    if campaign and not (campaign.isascii() and campaign.isdigit()):
        raise RefusedError(asked.words.text(NO_LETTER, given=campaign))
    user = asked.names.user(given.get("user", "").strip()[:120]) or None
    address = given.get("contact", "").strip()[:200] or None
    if not asked.could(Right.RECORD):
        user, address = asked.user.name, None
    since = _day(asked, given.get("since", ""))
    until = _day(asked, given.get("until", ""))
    return await history.wanted(
        session,
        asked.site,
        campaign=min(int(campaign), 2**31 - 1) if campaign else None,
        address=address,
        user=user,
        since=_begins(asked, since) if since else asked.now - USUAL,
        until=_begins(asked, until + timedelta(days=1)) if until else None,
    )


def _day(asked: Visit, given: str) -> date | None:
    """Return a day; None if none is given."""
    if not given:
        return None
    try:
        day = date.fromisoformat(given[:20])
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise RefusedError(asked.words.text(NO_DAY, given=given[:20]))
    return day


def _begins(asked: Visit, day: date) -> datetime:
    """Return the beginning of a day in the site's zone."""
    return datetime.combine(day, time(), tzinfo=asked.site.zone)


def _line(asked: Visit, each: HistoryEntry) -> str:
    """Return what an act changed, in one line."""
    return asked.words.enumerated(
        [
            asked.words.labelled(
                said.label,
                f"{said.before} → {said.after}" if said.pair else said.after,
            )
            for said in acts_shown.changes(asked, each.about, each.detail)
        ]
    )


HANDLERS = (journal, export)
