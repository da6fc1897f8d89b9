"""/console/series/new and …/edit: a series as a form, and what its cadence means."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import date
from itertools import islice
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import characters
from mailer.calendar import leads, planning, series
from mailer.calendar.planning import SeriesPlan
from mailer.campaigns.models import Series
from mailer.campaigns.writing.drafting import beginning
from mailer.errors import RefusedError
from mailer.users import guard
from mailer.users.acts import Right
from mailer.users.rights import able
from mailer.web import forms
from mailer.web.console import acting, showing, strings
from mailer.web.console.calendar import series_pages
from mailer.web.console.guard import Visit
from mailer.web.console.showing import HOME
from scheduler import slots, words, zones
from scheduler.errors import ScheduleError
from scheduler.leads import USUAL

SHOWN = 6  # next dates of a cadence
REFUSALS = (*acting.REFUSALS, ScheduleError)
NO_DAY = "“%(given)s” is no day; write it as 2027-05-04."
NO_NUMBER = "“%(given)s” is no number of days."
STRINGS = (NO_DAY, NO_NUMBER)
LEADS = ("draft_lead", "translation_lead", "approval_lead")
LISTS = ("languages", "translators", "approvers")  # ticked boxes
Asking = Request[Visit, Any, Any]


@get("/series/new", right=Right.SERIES)
async def new(request: Asking) -> Response[Any]:
    """Show the form for a new series."""
    return await _form(request.user, None, {})


@post("/series/new", right=Right.SERIES, status_code=200)
async def add(request: Asking) -> Response[Any]:
    """Add a series, or show what its cadence means."""
    asked, form = request.user, await forms.form_of(request)
    given = _given(form)
    if given["act"] == "look":
        return await _form(asked, None, given)
    settings = asked.site.settings
    try:
        async with asked.site.database.writing() as session:
            added, _ = await series.add(
                session,
                given["name"],
                given["cadence"],
                zone=_zone(given["zone"], asked),
                by=asked.user.name,
                now=asked.now,
                office=settings.office.office,
                usual=settings.office.usual_time,
                event=_day(asked, given["event"]),
            )
            plan, by = _plan(asked, given, None), acting.author(asked, form)
            await planning.change(session, asked.site, added, plan, by)
            number = added.id
    except REFUSALS as refused:
        return await _form(asked, None, given, fault=str(refused))
    return showing.to(asked.site, f"{HOME}/series/{number}", "new")


@get("/series/{number:int}/edit", right=Right.SERIES)
async def edit(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show a series as a form."""
    return await _form(request.user, number, {})


@post("/series/{number:int}/edit", right=Right.SERIES, status_code=200)
async def change(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Change a series, or show what a cadence would mean."""
    asked, form = request.user, await forms.form_of(request)
    given = _given(form)
    if given["act"] == "look":
        return await _form(asked, number, given)
    by = acting.author(asked, form)
    try:
        async with asked.site.database.writing() as session:
            found = await series.numbered(session, number)
            await session.refresh(found, with_for_update=True)
            planning.require_seen(found, given["version"])
            zone, day = _zone(given["zone"], asked), _day(asked, given["event"])
            before = (found.cadence, found.zone, found.event_day)
            if (given["cadence"], zone, day) != before:
                office = asked.site.settings.office
                await series.change_cadence(
                    session,
                    found,
                    given["cadence"],
                    by,
                    zone=zone,
                    office=office.office,
                    usual=office.usual_time,
                    event=day,
                )
            plan = _plan(asked, given, found)
            await planning.change(session, asked.site, found, plan, by)
    except REFUSALS as refused:
        return await _form(asked, number, given, fault=str(refused))
    return showing.to(asked.site, f"{HOME}/series/{number}", "saved")


def _given(form: FormMultiDict) -> dict[str, str]:
    """Return what was typed; ticked boxes are joined by spaces."""
    keys = [each.name for each in fields(SeriesPlan) if each.name not in LISTS]
    keys += ["name", "cadence", "zone", "event", "version", "act"]
    found = {key: acting.typed(form, key) for key in keys}
    for key in LISTS:
        ticked = [str(each) for each in form.getall(key, [])]
        if key == "languages":  # the default one stands first
            ticked = [acting.typed(form, "first_language"), *ticked]
        found[key] = " ".join(dict.fromkeys(filter(None, ticked)))[:2_000]
    return found


def _plan(asked: Visit, given: Mapping[str, str], found: Series | None) -> SeriesPlan:
    """Return what a form says; leads that are the usual ones are not stored."""
    usual = USUAL if found is None else leads.of(found)
    days: dict[str, int | None] = {}
    for key in LEADS:
        typed = characters.ascii_digits(given[key])
        if typed and not (typed.isascii() and typed.isdecimal()):
            raise RefusedError(asked.words.text(NO_NUMBER, given=typed[:20]))
        number = int(typed[:6]) if typed else None
        same = number == getattr(usual, key.removesuffix("_lead"))
        days[key] = None if same else number
    texts = {
        each.name: given[each.name]
        for each in fields(SeriesPlan)
        if each.name not in LEADS
    }
    if not texts["letter_type"] and found is None and not any(texts.values()):
        return SeriesPlan()
    return SeriesPlan(**texts, **days)  # type: ignore[arg-type]


def _zone(given: str, asked: Visit) -> str:
    return zones.named(given).key if given else asked.site.settings.site.zone


def _day(asked: Visit, given: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise RefusedError(asked.words.text(NO_DAY, given=given[:40])) from None


async def _form(
    asked: Visit, number: int | None, given: Mapping[str, str], *, fault: str = ""
) -> Response[Any]:
    site = asked.site
    async with site.database.reading() as session:
        found = None if number is None else await series.numbered(session, number)
        people = await _people(session)
    values = _values(asked, found) | dict(given)
    understood, coming, unread = _understood(asked, values) if given else ("", [], "")
    return showing.show(
        asked,
        "calendar/series-form.html",
        status=showing.UNPROCESSABLE if fault or unread else 200,
        series=found,
        given=values,
        chosen={key: values[key].split() for key in LISTS},
        people={
            part: [(each, asked.called(each)) for each in names]
            for part, names in people.items()
        },
        types=[
            (each.name, asked.words.text(each.title)) for each in beginning.types(site)
        ],
        tags=[(each, asked.words.language_name(each)) for each in site.catalogues],
        version=given.get("version")
        or (planning.version_of(found) if found is not None else ""),
        understood=understood,
        coming=coming,
        fault=fault or unread,
    )


def _values(asked: Visit, found: Series | None) -> dict[str, str]:
    """Return what the form of a series is filled with."""
    names = [each.name for each in fields(SeriesPlan)]
    values = {each: str(getattr(found, each, None) or "") for each in names}
    days = USUAL if found is None else leads.of(found)
    for key in LEADS:
        values[key] = str(getattr(days, key.removesuffix("_lead")))
    if found is None:
        zone = asked.site.settings.site.zone
        return values | {"name": "", "cadence": "", "zone": zone, "event": ""}
    day = found.event_day.isoformat() if found.event_day else ""
    cadence = {"cadence": found.cadence, "zone": found.zone, "event": day}
    return values | cadence | {"name": found.name}


async def _people(session: AsyncSession) -> Mapping[str, Sequence[str]]:
    """Return who may be owner, translator and approver, by name."""
    users = await guard.listed(session)
    parts = {
        "owner": Right.WRITE,
        "translators": Right.TRANSLATE,
        "approvers": Right.APPROVE,
    }
    return {
        part: [
            each.name
            for each in users
            if able(each, right) or any(grant.scope for grant in each.grants)
        ]
        for part, right in parts.items()
    }


def _understood(asked: Visit, given: Mapping[str, str]) -> tuple[str, list[str], str]:
    """Return a cadence in words with its next dates, or why it cannot be read."""
    office = asked.site.settings.office
    with suppress(RefusedError):
        try:
            read = words.understand(
                given["cadence"],
                zone=_zone(given["zone"], asked),
                usual=office.usual_time,
            )
            following = slots.slots_after(
                read.cadence,
                asked.now,
                office=office.office,
                event=_day(asked, given["event"]),
            )
            zone = zones.named(read.cadence.zone)
            coming = [
                strings.moment(asked.words, each.instant, zone)
                for each in islice(following, SHOWN)
            ]
        except ScheduleError as fault:
            return "", [], str(fault)
        return series_pages.told(asked, read), coming, ""
    return "", [], asked.words.text(NO_DAY, given=given["event"][:40])


HANDLERS = (new, add, edit, change)
