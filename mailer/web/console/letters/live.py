"""/console/campaigns/{id}/live: the sending as it goes, and what one may do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent, ServerSentEventMessage

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.outbox.message_states import MessageState
from mailer.outcomes import closing, resuming
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.reports.figures.kept import Kept
from mailer.reports.figures.message_counts import MessageCounts
from mailer.signin import browsers
from mailer.sites.site import Site
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing, strings
from mailer.web.console.guard import Visit, could
from mailer.web.console.names.state_names import named
from mailer.web.console.showing import HOME
from mailer.web.streams import OpenStreams

EVERY, LASTS = 2.0, 60.0  # seconds between figures, and until a stream ends
SOON, LATER = 3_000, 30_000  # milliseconds until a browser asks again
OLD = timedelta(seconds=5)  # figures for which what is to go is counted again
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


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What one look at a sending found."""

    campaign: Campaign
    counted: Kept[MessageCounts] | None  # None: being counted at first
    to_go: Kept[int] | None  # where it is newer than what was counted

    def differs(self, other: "_Seen") -> bool:
        """Whether a page of this one says other than one of the other."""
        if self.campaign.state != other.campaign.state:
            return True
        mine, theirs = self.counted, other.counted
        if mine is None or theirs is None:
            return mine is not theirs or self.to_go != other.to_go
        counts = mine.value != theirs.value or mine.renewing != theirs.renewing
        return counts or self.to_go != other.to_go


@get("/campaigns/{number:int}/live", right=Right.READ)
async def live(
    request: Asking, number: FromPath[int], figures: NamedDependency[CampaignFigures]
) -> Response[Any]:
    """Show the sending as it goes, with what one may do about it."""
    seen = await _look(request.user.site, number, figures)
    return _page(request.user, seen, "live.html")


@get("/campaigns/{number:int}/live/events", right=Right.READ)
async def events(
    request: Asking,
    number: FromPath[int],
    figures: NamedDependency[CampaignFigures],
    streams: NamedDependency[OpenStreams],
    stopping: NamedDependency[asyncio.Event],
) -> ServerSentEvent:
    """Send the figures when they change, for a minute; browsers then ask again.

    Where many streams are open, another one ends after the first figures, and its
    browser asks again after half a minute.
    """
    first = await _look(request.user.site, number, figures, watched=True)
    return ServerSentEvent(_changes(request.user, first, figures, streams, stopping))


async def _changes(
    asked: Visit,
    seen: _Seen,
    figures: CampaignFigures,
    streams: OpenStreams,
    stopping: asyncio.Event,
) -> AsyncIterator[ServerSentEventMessage]:
    """Yield the figures as they change; no session is held while it waits."""
    with streams.another(asked.user.name) as has_room:
        again = SOON if has_room else LATER
        content = _page(asked, seen, "figures.html").content
        yield ServerSentEventMessage(content, retry=again)
        end = asyncio.get_running_loop().time() + LASTS
        while has_room and asyncio.get_running_loop().time() < end:
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), EVERY)
            if stopping.is_set() or not await _may_still(asked):
                return
            before = seen
            seen = await _look(asked.site, before.campaign.id, figures, watched=True)
            if seen.differs(before):
                content = _page(asked, seen, "figures.html").content
                yield ServerSentEventMessage(content)
            last = seen.counted is not None and not seen.counted.renewing
            if last and seen.campaign.state != CampaignState.SENDING:
                return


async def _may_still(asked: Visit) -> bool:
    """Whether the user is still signed in, with the right to see the figures."""
    async with asked.site.database.reading() as session:
        signed = await browsers.find(session, asked.signed.token, now=clock.now())
    return signed is not None and could(signed.user, Right.READ)


async def _look(
    site: Site, number: int, figures: CampaignFigures, *, watched: bool = False
) -> _Seen:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
    counted = await figures.counts(campaign, watched=watched)
    is_old = counted is None or clock.now() - counted.at > OLD
    to_go = await figures.to_go(campaign) if is_old else None
    return _Seen(campaign=campaign, counted=counted, to_go=to_go)


@post("/campaigns/{number:int}/pause", right=Right.PAUSE, status_code=200)
async def pause(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Pause a letter at once."""
    asked, by = request.user, request.user.user.name
    async with asked.site.database.writing() as session:
        await control.pause(
            session, number, by=by, because=control.paused_by(by), now=asked.now
        )
    return _back(asked.site, number, "paused")


@post("/campaigns/{number:int}/resume", right=Right.SEND, status_code=200)
async def resume(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Let a paused letter continue."""
    asked = request.user
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await resuming.resume(
            session, campaign, by=asked.user.name, leave_refused=False, now=asked.now
        )
    return _back(asked.site, number, "resumed")


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
    return _back(asked.site, number, "cancelled")


@post("/campaigns/{number:int}/send", right=Right.SEND, status_code=200)
async def send(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Send an approved letter now, once its number of readers was typed."""
    asked = request.user
    form = await forms.form_of(request)
    readers = await release.count_readers(asked.site, number, now=asked.now)
    acting.require_number(asked, form, readers.count)
    await release.release(
        asked.site,
        number,
        by=asked.user.name,
        now=asked.now,
        expected=readers.count,
    )
    return _back(asked.site, number, "sent")


def _back(site: Site, number: int, done: str) -> Response[Any]:
    return showing.to(site, f"{HOME}/campaigns/{number}/live", done)


def _page(asked: Visit, seen: _Seen, template: str) -> Response[Any]:
    return showing.show(
        asked, template, **shown(asked, seen.campaign, seen.counted, seen.to_go)
    )


def shown(
    asked: Visit,
    campaign: Campaign,
    counted: Kept[MessageCounts] | None,
    to_go: Kept[int] | None = None,
) -> dict[str, Any]:
    """Return what pages with the figures of a letter show."""
    words, state = asked.words, campaign.state
    counts = counted.value if counted else None
    states = counts.states if counts else {}
    sending, paused = CampaignState.SENDING, CampaignState.PAUSED
    return {
        "campaign": campaign,
        "counts": counts,
        "counted": counted,
        "counted_at": _at(asked, counted),
        "to_go": to_go,
        "to_go_at": _at(asked, to_go),
        "rows": [
            (str(each), words.text(MESSAGES[each]), count)
            for each, count in states.items()
            if count
        ],
        "skipped": sum(counts.skipped.values()) if counts else 0,
        "states": named(words),
        "may_pause": _may(asked, Right.PAUSE, state, sending),
        "may_resume": _may(asked, Right.SEND, state, paused),
        "may_cancel": _may(asked, Right.SEND, state, sending, paused),
        "share": _share(counts, to_go) if counts else None,
        "message_names": {each: words.text(text) for each, text in MESSAGES.items()},
        "languages_named": {
            words.language_name(code): count
            for code, count in (counts.by_language if counts else {}).items()
        },
    }


def _at(asked: Visit, counted: Kept[Any] | None) -> str:
    """Return when something was counted."""
    return strings.clock_time(counted.at, asked.zone) if counted else ""


def _may(asked: Visit, right: Right, state: str, *states: CampaignState) -> bool:
    return state in states and asked.could(right)


def _share(counts: MessageCounts, to_go: Kept[int] | None) -> int:
    """Return how many per cent of the audience have a final state."""
    waits = (MessageState.WAITING, MessageState.DEFERRED, MessageState.UNCERTAIN)
    left = to_go.value if to_go else sum(counts.states[each] for each in waits)
    audience = counts.audience
    return 100 - 100 * min(left, audience) // audience if audience else 100


HANDLERS = (live, events, pause, resume, cancel, send)
