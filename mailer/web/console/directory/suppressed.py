"""/console/directory/suppressions: addresses that must not be written to."""

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, suppressions
from audiences.store.permission import DirectoryRight
from audiences.suppressions import Why
from mailer.errors import RefusedError
from mailer.stewardship import suppressing
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing
from mailer.web.console.acting import Asking
from mailer.web.console.guard import Visit
from mailer.web.console.names import directory_names

ROOM = f"{showing.HOME}/directory/suppressions"
PAGE = 50  # rows
NO_KEY = "This address is not named as the page names it; open the page again."
SUPPRESSED = "This address is suppressed already; what you wrote is not kept."
NO_ASKER = "Say who asks for it: the reader, or the unit."
STRINGS = (NO_KEY, NO_ASKER, SUPPRESSED)


@get("/directory/suppressions", right=Right.READ)
async def page(request: Asking) -> Response[Any]:
    """Show how many addresses are suppressed and why; to some roles, which."""
    return await _page(request)


@post("/directory/suppressions/add", right=DirectoryRight.DIRECTORY, status_code=200)
async def add(request: Asking) -> Response[Any]:
    """Suppress an address, also one that no contact has."""
    asked, form = request.user, await forms.form_of(request)
    try:
        address, key = acting.typed(form, "address"), asked.site.address_key
        async with asked.site.database.writing() as session:
            found = contacts.fingerprint_of(address, key=key)
            await suppress(session, asked, form, found)
    except acting.REFUSALS as refused:
        return await _page(request, form=form, fault=str(refused))
    return showing.to(asked.site, ROOM, "suppressed")


@get("/directory/suppressions/lift", right=DirectoryRight.LIFT)
async def lifting(request: Asking) -> Response[Any]:
    """Ask why an address may be written to again."""
    return await _lift_page(request.user, request.query_params.get("key", ""))


@post("/directory/suppressions/lift", right=DirectoryRight.LIFT, status_code=200)
async def lift(request: Asking) -> Response[Any]:
    """Let an address be written to again."""
    asked, form = request.user, await forms.form_of(request)
    shown = acting.typed(form, "key")
    try:
        asked.require_fresh()
        author = acting.author(asked, form, asks=True)
        await suppressing.lift(
            asked.site,
            [_key(asked, shown)],
            by=author.by,
            detail=author.because or "",
            now=asked.now,
        )
    except acting.REFUSALS as refused:
        return await _lift_page(asked, shown, form=form, fault=str(refused))
    return showing.to(asked.site, ROOM, "lifted")


async def suppress(session: AsyncSession, asked: Visit, form: Any, key: bytes) -> None:
    """Suppress an address as a form says; refuse without who asks, and twice."""
    who = acting.typed(form, "who")
    if who not in suppressing.ASKERS:
        raise RefusedError(asked.words.text(NO_ASKER))
    author = acting.author(asked, form, asks=True)
    is_new = await suppressing.add(
        session,
        asked.site,
        key,
        reason=Why(who),
        by=author.by,
        detail=author.because or "",
        now=asked.now,
    )
    if not is_new:
        raise RefusedError(asked.words.text(SUPPRESSED))


def _key(asked: Visit, shown: str) -> bytes:
    """Return a fingerprint as a page shows it."""
    try:
        found = bytes.fromhex(shown)
    except ValueError:
        found = b""
    if len(found) != suppressions.KEY_SIZE:
        raise RefusedError(asked.words.text(NO_KEY))
    return found


async def _page(request: Asking, *, form: Any = None, fault: str = "") -> Response[Any]:
    asked, query = request.user, request.query_params
    form = form or {}
    why = query.get("reason", "")
    shows, named = asked.could(Right.NAMES), directory_names.of(asked)
    rows: Any = []
    search = query.get("search", "").strip()[:254]
    try:
        async with asked.site.database.reading() as session:
            counts = await suppressions.counts(session)
            if shows:
                rows = await suppressions.page(
                    session,
                    reason=Why(why) if why in set(Why) else None,
                    key=_searched(asked, search),
                    before=_before(query.get("before", "")),
                    limit=PAGE + 1,
                )
    except acting.REFUSALS as refused:
        fault = fault or str(refused)
    last = rows[PAGE - 1][0] if len(rows) > PAGE else None
    return showing.show(
        asked,
        "directory/suppressions.html",
        status=showing.UNPROCESSABLE if fault else 200,
        **named,
        counts=counts,
        rows=rows[:PAGE],
        whys=[(each, named["reasons"][each]) for each in Why],
        more=f"{last.since.isoformat()}~{last.address_key.hex()}" if last else "",
        reason=why,
        search=search,
        shows=shows,
        may=asked.could(DirectoryRight.DIRECTORY),
        may_lift=asked.could(DirectoryRight.LIFT),
        **{each: acting.typed(form, each) for each in ("who", "address", "because")},
        fault=fault,
    )


def _searched(asked: Visit, search: str) -> bytes | None:
    """Return the fingerprint of the address that is searched; None: of all."""
    if not search:
        return None
    return contacts.fingerprint_of(search, key=asked.site.address_key)


def _before(given: str) -> tuple[datetime, bytes] | None:
    """Return the row after which a page begins, as a link names it."""
    since, _, key = given.partition("~")
    try:
        at = datetime.fromisoformat(since)
        return (at, bytes.fromhex(key)) if at.tzinfo else None
    except ValueError:
        return None


async def _lift_page(
    asked: Visit, shown: str, *, form: Any = None, fault: str = ""
) -> Response[Any]:
    rows: Any = []
    try:
        async with asked.site.database.reading() as session:
            rows = await suppressions.page(session, key=_key(asked, shown), limit=1)
    except acting.REFUSALS as refused:
        fault = fault or str(refused)
    return showing.show(
        asked,
        "directory/lift.html",
        status=showing.UNPROCESSABLE if fault else 200,
        row=rows[0] if rows else None,
        key=shown,
        because=acting.typed(form or {}, "because"),
        fault=fault,
        **directory_names.of(asked),
    )


HANDLERS = (page, add, lifting, lift)
