"""/console/journal: who did what, and when."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from litestar import Response, get

from audiences.export import formats
from audiences.export.formats import Form
from mailer.errors import RefusedError
from mailer.reports.record import history
from mailer.reports.record.history_sources import HistoryEntry
from mailer.users.acts import Right
from mailer.web.console import showing
from mailer.web.console.directory import acting
from mailer.web.console.directory.acting import Asking
from mailer.web.console.guard import ANY, Visit

SHOWN = 200  # acts on a page, the latest first
USUAL = timedelta(days=30)  # how far back the page looks first
HIDDEN = frozenset({"digest", "content"})  # in the detail of acts; not for people
COLUMNS = ("at", "by", "about", "act", "detail")
NO_DAY = "“%(given)s” is no day; write it as 2027-05-04."
NO_LETTER = "“%(given)s” is no number of a letter."
STRINGS = (NO_DAY, NO_LETTER)


@get("/journal", right=ANY)
async def journal(request: Asking) -> Response[Any]:
    """Show what was done, the latest first: all of it, or one's own acts."""
    asked, fault = request.user, ""
    found: list[HistoryEntry] = []
    try:
        found = await _found(asked, request.query_params)
    except acting.REFUSALS as refused:
        fault = str(refused)
    given = {
        key: request.query_params.get(key, "")[:100]
        for key in ("user", "campaign", "since")
    }
    return showing.show(
        asked,
        "site/journal.html",
        status=acting.UNPROCESSABLE if fault else 200,
        rows=[(each, detail(each)) for each in found[:SHOWN]],
        count=len(found),
        given={**given, "since": given["since"] or f"{asked.now - USUAL:%Y-%m-%d}"},
        own=not asked.could(Right.RECORD),
        fault=fault,
    )


@get("/journal/export", right=Right.RECORD)
async def export(request: Asking) -> Response[bytes]:
    """Return the acts that the page shows as CSV, all of them."""
    asked, file = request.user, BytesIO()
    found = await _found(asked, request.query_params)
    with formats.opened(Form.CSV, file, COLUMNS) as write:
        write(
            [
                (each.at.isoformat(), each.by, each.about, each.act, detail(each))
                for each in found
            ]
        )
    name = f"journal-{asked.now:%Y-%m-%d}.csv"
    return showing.download(file.getvalue(), name, "text/csv; charset=utf-8")


async def _found(asked: Visit, query: Any) -> list[HistoryEntry]:
    """Return the wanted acts, the latest first; those of others need a right."""
    campaign = query.get("campaign", "").strip()[:20]
    if campaign and not (campaign.isascii() and campaign.isdigit()):
        raise RefusedError(asked.words.text(NO_LETTER, given=campaign))
    user = query.get("user", "").strip()[:60] or None
    if not asked.could(Right.RECORD):
        user = asked.user.name
    async with asked.site.database.reading() as session:
        limits = await history.wanted(
            session,
            asked.site,
            campaign=min(int(campaign), 2**31 - 1) if campaign else None,
            address=None,
            user=user,
            since=_since(asked, query.get("since", "")),
        )
        found = [each async for each in history.read(session, limits)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _since(asked: Visit, given: str) -> datetime:
    """Return the beginning of a day in the site's zone; without one, a month ago."""
    if not given:
        return asked.now - USUAL
    try:
        day = date.fromisoformat(given[:20])
    except ValueError:
        raise RefusedError(asked.words.text(NO_DAY, given=given[:20])) from None
    return datetime.combine(day, time(), tzinfo=asked.site.zone)


def detail(each: HistoryEntry) -> str:
    """Return what an act changed, in one line."""
    return "; ".join(
        f"{key}: {_change(value)}"
        for key, value in each.detail.items()
        if value and key not in HIDDEN
    )


def _change(value: Any) -> str:
    pair = 2  # before and after
    if isinstance(value, list) and len(value) == pair:
        return " → ".join(_text(each) for each in value)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "–" if value in (None, "") else str(value)


HANDLERS = (journal, export)
