"""/console/campaigns/{id}/schedule: the time of a letter."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.params import FromPath

from mailer.calendar import schedule
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import gate
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.reports import repeated
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import acting, showing, strings
from mailer.web.console.guard import Visit
from mailer.web.console.letters.versions import seen_of
from mailer.web.console.showing import CONFLICT, HOME

NO_TIME = "“%(given)s” is no time; write it as 2027-05-04T10:00."
PASSED = "%(time)s has passed. Choose a later time."
STRINGS = (NO_TIME, PASSED)
TIMED = {CampaignState.APPROVED, CampaignState.SCHEDULED, CampaignState.EXPIRED}
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/schedule", right=Right.READ)
async def when(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show the letter's time, or what a time would mean before it is given."""
    return await _page(request.user, number, request.query_params.get("at", ""))


async def _page(
    asked: Visit, number: int, given: str, *, fault: str = "", status: int = 200
) -> Response[Any]:
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        repeats = await repeated.repeats(session, campaign, now=asked.now)
    readers, moment = None, None
    approved = CampaignState(campaign.state) in TIMED
    if given and approved:
        try:
            moment = _later(asked, _instant(asked, campaign, given))
            await gate.require_sendable(asked.site, number, at=moment)
            readers = await release.count_readers(asked.site, number, now=asked.now)
        except RefusedError as refused:
            fault = fault or str(refused)
    return showing.show(
        asked,
        "schedule.html",
        status=status,
        campaign=campaign,
        at=given,
        moment_wanted=moment,
        readers=readers,
        repeats=repeats,
        fault=fault,
        approved=approved,
        may=asked.could(Right.SCHEDULE),
        version=campaign.updated_at.isoformat(),
    )


@post("/campaigns/{number:int}/schedule", right=Right.SCHEDULE, status_code=200)
async def give_time(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Give an approved letter its time, once its number of readers was typed."""
    asked = request.user
    form = await forms.form_of(request)
    readers = await release.count_readers(asked.site, number, now=asked.now)
    given = str(form.get("at") or "")
    try:
        acting.require_number(asked, form, readers.count)
    except RefusedError as refused:
        fault = str(refused)
        return await _page(asked, number, given, fault=fault, status=CONFLICT)
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        lookup.require_seen(campaign, seen_of(form))
        at = _instant(asked, campaign, given)
        await schedule.at(
            session, asked.site, campaign, at, by=asked.user.name, now=asked.now
        )
    return showing.to(asked.site, f"{HOME}/campaigns/{number}", done="scheduled")


@post("/campaigns/{number:int}/unschedule", right=Right.UNSCHEDULE, status_code=200)
async def take_time(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Take a letter's time away."""
    asked = request.user
    async with asked.site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await schedule.remove(session, campaign, by=asked.user.name, now=asked.now)
    return showing.to(
        asked.site, f"{HOME}/campaigns/{number}/schedule", done="unscheduled"
    )


def _instant(asked: Visit, campaign: Campaign, given: str) -> datetime:
    """Return the instant of a local time in the letter's zone."""
    try:
        local = datetime.fromisoformat(given)
    except ValueError:
        raise RefusedError(asked.words.text(NO_TIME, given=given[:40])) from None
    zone = ZoneInfo(campaign.zone)
    return local if local.tzinfo else local.replace(tzinfo=zone)


def _later(asked: Visit, moment: datetime) -> datetime:
    """Return an instant; raise RefusedError if it has passed."""
    if moment <= asked.now:
        time = strings.moment(asked.words, moment, asked.zone)
        raise RefusedError(asked.words.text(PASSED, time=time))
    return moment


HANDLERS = (when, give_time, take_time)
