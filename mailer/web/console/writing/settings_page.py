"""/console/campaigns/{id}/settings: reference, topic, hours, event, fallbacks."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from audiences import languages, topics
from audiences.errors import AudienceError
from audiences.topics import Topic
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing.drafting import (
    desk,
    letter_settings,
    pieces,
    settling,
)
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.drafting.saving import ChangedMeanwhileError
from mailer.campaigns.writing.drafting.standing import SaveStamp
from mailer.errors import MailerError, RefusedError
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.acting import typed
from mailer.web.console.guard import Visit
from mailer.web.console.showing import CONFLICT, HOME
from mailer.web.console.strings import SOURCE

CHANGED = (
    "%(name)s changed the settings meanwhile. Yours are below and not saved; where they"
    " differ, what stands now is beside them. Save puts yours in its place."
)
NO_TIME = "“%(given)s” is no day or no time; write 2027-05-04 and 10:00."
NO_HOURS = "“%(given)s” is no number of hours."
STRINGS = (CHANGED, NO_TIME, NO_HOURS)
WINDOW = {"from": "window_from", "until": "window_until", "zone": "window_zone"}
HOURS = ("reader_hour", "quiet")
NUMBERS = ("too_late_hours", "wave_hours")
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/settings", right=Right.READ)
async def page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show what a letter is set to, as a form for who may write it."""
    return await _page(request.user, number)


@post("/campaigns/{number:int}/settings", right=Right.WRITE, status_code=200)
async def change(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Save the settings of a draft."""
    asked, form = request.user, await forms.form_of(request)
    stamp = SaveStamp(base=typed(form, "base"), page=secrets.token_hex(8), n=1)
    by, site = asked.user.name, asked.site
    try:
        async with site.database.writing() as session:
            taken = await desk.take(session, number, site.templates, by=by)
            table = _table(asked, form, taken.campaign)
            await settling.save(session, taken, table, stamp, by=by, now=asked.now)
    except ChangedMeanwhileError as changed:
        said = asked.words.text(CHANGED, name=asked.called(changed.by))
        return await _page(asked, number, given=form, fault=said, status=CONFLICT)
    except (MailerError, AudienceError) as fault:
        return await _page(
            asked, number, given=form, fault=str(fault), status=showing.UNPROCESSABLE
        )
    return showing.to(site, f"{HOME}/campaigns/{number}/settings", "saved")


def _table(asked: Visit, form: FormMultiDict, campaign: Campaign) -> dict[str, Any]:
    """Return what a form says, in the form of campaign.toml."""
    return {
        "reference": typed(form, "reference"),
        "topic": typed(form, "topic"),
        "themes": _codes(typed(form, "themes")),
        "zone": typed(form, "zone"),
        "fallbacks": {
            language: tags
            for language in _replaceable(asked, campaign)
            if (tags := _languages(asked, typed(form, f"fallback-{language}")))
        },
        "per_block": [str(each) for each in form.getall("per_block", [])],
        "send": _send(asked, form),
        "event": _event(asked, form, campaign),
    }


def _codes(given: str) -> list[str]:
    return list(dict.fromkeys(given.replace(",", " ").split()))


def _languages(asked: Visit, given: str) -> list[str]:
    """Return the tags of languages that are typed by their names, or as tags."""
    english = asked.site.catalogue(SOURCE)
    named = {
        words.language_name(tag).casefold(): tag
        for words in (english, asked.words)
        for tag in asked.site.catalogues
    }
    found = []
    for each in re.split(r"[,;،，、؛]", given):
        name = " ".join(each.split()).casefold()
        found += [named[name]] if name in named else _codes(each)
    return list(dict.fromkeys(found))


def _replaceable(asked: Visit, campaign: Campaign) -> list[str]:
    """Return the languages for which another one may stand."""
    offered = dict.fromkeys([*asked.site.catalogues, *campaign.fallbacks])
    return [each for each in offered if each != campaign.default_language]


def _send(asked: Visit, form: FormMultiDict) -> dict[str, Any]:
    given: dict[str, Any] = {key: typed(form, name) for key, name in WINDOW.items()}
    given |= {key: typed(form, key) for key in HOURS}
    if not given["from"] and not given["until"]:
        given["zone"] = ""  # it is filled in beside an empty window
    for key in NUMBERS:
        written = typed(form, key).replace(",", ".")
        try:
            given[key] = float(written) if written else ""
        except ValueError:
            said = asked.words.text(NO_HOURS, given=written[:20])
            raise RefusedError(said) from None
    return {key: value for key, value in given.items() if value != ""}


def _event(asked: Visit, form: FormMultiDict, campaign: Campaign) -> dict[str, Any]:
    """Return the event that a form says; without a first day there is none."""
    if not typed(form, "event-start-day"):
        return {}
    start = _moment(asked, form, "start", typed(form, "event-start-day"))
    last = typed(form, "event-end-day") or typed(form, "event-start-day")
    found: dict[str, Any] = {
        "start": start,
        "end": _moment(asked, form, "end", last),
        "zone": typed(form, "event-zone") or typed(form, "zone"),
        "status": typed(form, "event-status") or "confirmed",
    }
    tags = ["", *asked.site.catalogues]
    places = {tag: typed(form, f"event-place-{tag}") for tag in tags}
    found["place"] = {tag: place for tag, place in places.items() if place}
    if campaign.event:
        found["uid"] = campaign.event["uid"]
    return found


def _moment(asked: Visit, form: FormMultiDict, key: str, day: str) -> date:
    """Return a day, or a local time where an hour is given."""
    hour = typed(form, f"event-{key}-hour")
    try:
        if hour:
            return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=None)
        return date.fromisoformat(day)
    except ValueError:
        given = f"{day} {hour}".strip()[:40]
        raise RefusedError(asked.words.text(NO_TIME, given=given)) from None


async def _page(
    asked: Visit,
    number: int,
    *,
    given: FormMultiDict | None = None,
    fault: str = "",
    status: int = 200,
) -> Response[Any]:
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        taken = await desk.read(session, campaign, asked.site.templates)
        known = await topics.listed(session)
    values = _values(asked, campaign)
    boxes, stands = list(campaign.per_block), dict[str, str]()
    if given is not None:
        mine = {key: typed(given, key) for key in values}
        stands = {key: values[key] for key in values if values[key] != mine[key]}
        values, boxes = mine, [str(each) for each in given.getall("per_block", [])]
    names = asked.words.language_name
    return showing.show(
        asked,
        "letter-settings.html",
        status=status,
        campaign=campaign,
        stamp=pieces.digest_of(letter_settings.of(campaign).text),
        given=values,
        stands=stands if status == CONFLICT else {},
        per_block=boxes,
        every=languages.EVERY,
        has_topic=not taken.template.service,
        topics=_topics(asked, taken, known),
        tags=[(each, names(each)) for each in _replaceable(asked, campaign)],
        written=asked.words.listed([*map(names, taken.drafts)]),
        places=[("", ""), *((each, names(each)) for each in asked.site.catalogues)],
        may=asked.could(Right.WRITE) and campaign.state == CampaignState.DRAFT,
        fault=fault,
    )


def _topics(
    asked: Visit, taken: DraftDesk, known: Sequence[Topic]
) -> list[tuple[str, str]]:
    """Return the topics that a letter may have, by code and name."""
    own = [("", asked.words.text("that of its type"))] if taken.template.topic else []
    return own + [
        (each.code, each.name(asked.language))
        for each in known
        if each.retired_at is None or each.code == taken.campaign.topic
    ]


def _values(asked: Visit, campaign: Campaign) -> dict[str, str]:
    """Return what the form is filled with, by the names of its fields."""
    send, event = letter_settings.section(campaign), campaign.event or {}
    start, end = str(event.get("start", "")), str(event.get("end", ""))
    places: Mapping[str, str] = event.get("places", {})
    values = {
        "reference": campaign.reference_pattern or campaign.reference,
        "topic": campaign.topic or "",
        "themes": ", ".join(campaign.themes),
        "zone": campaign.zone,
        **{name: str(send.get(key, "")) for key, name in WINDOW.items()},
        **{key: str(send.get(key, "")) for key in HOURS},
        **{key: f"{send[key]:g}" if key in send else "" for key in NUMBERS},
        "event-start-day": start[:10],
        "event-start-hour": start[11:16],
        "event-end-day": end[:10],
        "event-end-hour": end[11:16],
        "event-zone": str(event.get("zone", campaign.zone)),
        "event-status": str(event.get("status", "confirmed")),
    }
    values["window_zone"] = values["window_zone"] or campaign.zone
    for tag in ("", *asked.site.catalogues):
        values[f"event-place-{tag}"] = places.get(tag, "")
    for tag in _replaceable(asked, campaign):
        allowed = campaign.fallbacks.get(tag, ())
        values[f"fallback-{tag}"] = ", ".join(
            asked.words.language_name(each) if each in asked.site.catalogues else each
            for each in allowed
        )
    return values


HANDLERS = (page, change)
