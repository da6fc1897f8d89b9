"""/console/campaigns/{id}/live: the sending as it goes, and what one may do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent

from mailer.campaigns import control, lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.outbox.message_states import MessageState
from mailer.outcomes import closing, resuming
from mailer.reports import totals
from mailer.reports.totals import CampaignReport
from mailer.sites.site import Site
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters.scheduling import require_number
from mailer.web.console.letters.state_names import named
from mailer.web.console.showing import HOME

EVERY, LASTS = 2.0, 60.0  # seconds between figures, and until a stream ends
MESSAGES = {
    MessageState.ACCEPTED: "taken by the mail servers",
    MessageState.WAITING: "to go",
    MessageState.DEFERRED: "to be tried again",
    MessageState.UNCERTAIN: "perhaps taken",
    MessageState.REFUSED: "refused",
    MessageState.BOUNCED: "returned",
    MessageState.COMPLAINED: "reported as unwanted",
    MessageState.HELD: "held back",
    MessageState.SET_ASIDE: "set aside: cannot be composed",
    MessageState.EXPIRED: "too late",
    MessageState.CANCELLED: "cancelled",
}
STRINGS = tuple(MESSAGES.values())
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/live", right=Right.READ)
async def live(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show the sending as it goes, with what one may do about it."""
    return await _page(request.user, number, "live.html")


@get("/campaigns/{number:int}/live/events", right=Right.READ)
async def events(
    request: Asking, number: FromPath[int], stopping: NamedDependency[asyncio.Event]
) -> ServerSentEvent:
    """Send the figures when they change, for a minute; browsers then ask again."""
    first = await _page(request.user, number, "figures.html")
    return ServerSentEvent(_figures(request.user, number, first.content, stopping))


async def _figures(
    asked: Visit, number: int, shown: str, stopping: asyncio.Event
) -> AsyncIterator[str]:
    """Yield the figures as they change; no session is held while it waits."""
    yield shown
    end = asyncio.get_running_loop().time() + LASTS
    while asyncio.get_running_loop().time() < end:
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), EVERY)
        if stopping.is_set():
            return
        async with asked.site.database.reading() as session:
            campaign = await lookup.get(session, number)
        page = await _page(asked, number, "figures.html")
        if page.content != shown:
            shown = page.content
            yield shown
        if campaign.state != CampaignState.SENDING:
            return


@post("/campaigns/{number:int}/pause", right=Right.PAUSE, status_code=200)
async def pause(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Pause a letter at once."""
    asked, by = request.user, request.user.user.name
    async with asked.site.database.writing() as session:
        await control.pause(
            session, number, by=by, because=f"paused by {by}", now=asked.now
        )
    return _back(asked.site, number)


@post("/campaigns/{number:int}/resume", right=Right.SEND, status_code=200)
async def resume(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Let a paused letter continue."""
    asked = request.user
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await resuming.resume(
            session, campaign, by=asked.user.name, leave_refused=False, now=asked.now
        )
    return _back(asked.site, number)


@post("/campaigns/{number:int}/cancel", right=Right.SEND, status_code=200)
async def cancel(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Cancel a letter; the box that says so was ticked."""
    asked = request.user
    form = await forms.form_of(request)
    if form.get("sure") != "yes":
        raise RefusedError(asked.words.text("Tick the box to cancel the letter."))
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await closing.cancel(session, campaign, by=asked.user.name, now=asked.now)
    return _back(asked.site, number)


@post("/campaigns/{number:int}/send", right=Right.SEND, status_code=200)
async def send(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Send an approved letter now, once its number of readers was typed."""
    asked = request.user
    form = await forms.form_of(request)
    readers = await release.count_readers(asked.site, number, now=asked.now)
    require_number(asked, form.get("number"), readers.count)
    await release.release(
        asked.site,
        number,
        by=asked.user.name,
        now=asked.now,
        expected=readers.count,
    )
    return _back(asked.site, number)


def _back(site: Site, number: int) -> Response[Any]:
    return showing.to(site, f"{HOME}/campaigns/{number}/live")


async def _page(asked: Visit, number: int, template: str) -> Response[Any]:
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        counted = await totals.report(session, campaign)
    return showing.show(asked, template, **figures(asked, campaign, counted))


def figures(
    asked: Visit, campaign: Campaign, counted: CampaignReport
) -> dict[str, Any]:
    """Return what pages with the figures of a letter show."""
    words, state = asked.words, campaign.state
    rows = [
        (str(each), words.text(MESSAGES[each]), count)
        for each, count in counted.states.items()
        if count
    ]
    sending, paused = CampaignState.SENDING, CampaignState.PAUSED
    return {
        "campaign": campaign,
        "report": counted,
        "rows": rows,
        "skipped": sum(counted.skipped.values()),
        "states": named(words),
        "may_pause": _may(asked, Right.PAUSE, state, sending),
        "may_resume": _may(asked, Right.SEND, state, paused),
        "may_cancel": _may(asked, Right.SEND, state, sending, paused),
        "share": _share(counted),
        "message_names": {each: words.text(text) for each, text in MESSAGES.items()},
        "languages_named": {
            words.language_name(code): count
            for code, count in counted.by_language.items()
        },
    }


def _may(asked: Visit, right: Right, state: str, *states: CampaignState) -> bool:
    return state in states and asked.could(right)


def _share(counted: CampaignReport) -> int:
    """Return how many per cent of the audience have a final state."""
    waits = (MessageState.WAITING, MessageState.DEFERRED, MessageState.UNCERTAIN)
    left = sum(counted.states.get(each, 0) for each in waits)
    return 100 if not counted.audience else 100 - 100 * left // counted.audience


HANDLERS = (live, events, pause, resume, cancel, send)
