"""A letter as a reader gets it, and what the check finds in it."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from audiences import directory
from audiences.languages import name_in
from audiences.store import folding
from mailer.campaigns import lookup
from mailer.campaigns.review import gate, preview, trial
from mailer.campaigns.review.preview import Desk, Pick
from mailer.campaigns.review.trial import Extent
from mailer.campaigns.writing.drafting import desk
from mailer.errors import RefusedError
from mailer.reports.figures.campaign_figures import CampaignFigures
from mailer.reports.review import preview_page
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters.letter_frames import FRAME, name_of
from mailer.web.console.remarks import places
from mailer.web.console.rules import naming

NOT_THERE = "The letter has no reader in this country: %(country)s."
STRINGS = (NOT_THERE,)
SHOWN = 100  # problems on a page
_COUNTRY = re.compile(r"[A-Z]{2}")
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/preview", right=Right.READ)
async def show(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show the letter of one reader: beside it its headers and its text."""
    asked = request.user
    countries = await _countries(asked)
    opened, country, fault = await _or_examples(request, number, dict(countries))
    index = _index(request, opened)
    persona = opened.personas[index]
    made = await preview.make(opened, persona, now=asked.now)
    message: EmailMessage = message_from_bytes(made.octets, policy=policy.SMTP)
    return showing.show(
        asked,
        "preview.html",
        campaign=opened.content.campaign,
        examples=[
            (place, opened.key(each).language, name_of(each, asked.language))
            for place, each in enumerate(opened.personas)
        ],
        index=index,
        fault=fault,
        country=country,
        countries=countries,
        address=request.query_params.get("as", ""),
        look=request.query_params.get("look", ""),
        query="" if fault else request.url.query,
        subject=str(message["Subject"]),
        headers=[
            (name, str(value))
            for name, value in message.items()
            if name != "To" or asked.could(Right.NAMES)
        ],
        text=preview.part(made, "text").decode(),
        language_shown=opened.key(persona).language,
        excluded=made.excluded,
    )


@get("/campaigns/{number:int}/preview/letter", right=Right.READ)
async def letter(request: Asking, number: FromPath[int]) -> Response[bytes]:
    """Return the HTML of one reader's letter, its pictures within it."""
    asked = request.user
    opened = await _desk(asked, number, _pick(request))
    made = await preview.make(
        opened, opened.personas[_index(request, opened)], now=asked.now
    )
    message: EmailMessage = message_from_bytes(made.octets, policy=policy.SMTP)
    look = request.query_params.get("look")
    html = preview_page.in_shade(preview_page.html_of(message), dark=look == "dark")
    if look == "bare":
        html = preview_page.without_pictures(html)
    return Response(html.encode(), media_type=MediaType.HTML, headers=FRAME)


@get("/campaigns/{number:int}/check", right=Right.READ)
async def check(
    request: Asking, number: FromPath[int], figures: NamedDependency[CampaignFigures]
) -> Response[Any]:
    """Show what the check finds: errors first, each with its place, on pages."""
    asked = request.user
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        teller = await naming.for_page(asked, session, campaign.audience)
        opened = await desk.read(session, campaign, asked.site.templates)
        placed = await places.of_letter(session, opened, asked.words)
    make = partial(gate.check, asked.site, number, now=asked.now, scored=False)
    kept = await figures.of_audience("check", campaign, make)
    begin = forms.number(request.query_params.get("after"))
    found = kept.value.problems if kept else []
    ordered = sorted(found, key=lambda each: each.level)
    return showing.show(
        asked,
        "check.html",
        campaign=campaign,
        teller=teller,
        placed=placed.of,
        kept=kept,
        checked_at=showing.earlier(asked, kept.at if kept else None),
        found=len(found),
        problems=ordered[begin : begin + SHOWN],
        begin=begin,
        after=begin + SHOWN if len(ordered) > begin + SHOWN else None,
    )


def _pick(request: Asking) -> Pick:
    """Return whose letters are shown: one reader's, or one for each variant."""
    country = request.query_params.get("country", "")
    if _COUNTRY.fullmatch(country):
        return preview.in_country(country)
    address = request.query_params.get("as", "").strip()
    if address and request.user.could(Right.NAMES):
        return preview.with_address(request.user.site, address)
    return trial.examples(Extent.EACH_VARIANT)


async def _or_examples(
    request: Asking, number: int, countries: dict[str, str]
) -> tuple[Desk, str, str]:
    """Return the letters asked for, their country, and why others are shown instead."""
    asked, country = request.user, request.query_params.get("country", "")
    try:
        return await _desk(asked, number, _pick(request)), country, ""
    except RefusedError:
        if country not in countries:
            raise
    fault = asked.words.text(NOT_THERE, country=countries[country])
    examples = trial.examples(Extent.EACH_VARIANT)
    return await _desk(asked, number, examples), "", fault


async def _countries(asked: Visit) -> list[tuple[str, str]]:
    """Return the countries by their names in the user's language."""
    async with asked.site.database.reading() as session:
        known = await directory.country_names(session)
    named = [
        (code, name_in(each, asked.language, code)) for code, each in known.items()
    ]
    return sorted(named, key=lambda pair: folding.folded(pair[1]) or "")


async def _desk(asked: Visit, number: int, pick: Pick) -> Desk:
    opened = await preview.desk(asked.site, number, pick, now=asked.now)
    if not opened.personas:
        raise NotFoundException
    return opened


def _index(request: Asking, opened: Desk) -> int:
    """Return which of the letters is shown."""
    index = forms.number(request.query_params.get("example"))
    return index if index < len(opened.personas) else 0


HANDLERS = (show, letter, check)
