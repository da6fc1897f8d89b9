"""/console/campaigns/{id}/write/{language}: the blocks of a letter as forms.

Beside them is the letter as it is written now; what it lacks is marked.
"""

import secrets
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.writing.drafting import desk, pieces, saving
from mailer.campaigns.writing.drafting.desk import DraftDesk
from mailer.campaigns.writing.together import remarks
from mailer.errors import NotFoundError, RefusedError
from mailer.reports.review import looking, preview_page
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import blocks, showing
from mailer.web.console.guard import Visit
from mailer.web.console.letters.letter_frames import FRAME
from mailer.web.console.names.languages import tag_of, tags
from mailer.web.console.remarks import remark_pages, who_writes
from mailer.web.console.showing import HOME
from mailer.web.console.translation import translation_pages

NOTE = (
    '<!doctype html><html lang="en"><title>–</title>'
    '<body style="font: 16px sans-serif; padding: 1rem">{}'
)
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/write", right=Right.READ)
async def default_page(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Lead to the letter in its default language."""
    site = request.user.site
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
    language = campaign.default_language
    return showing.to(site, f"{HOME}/campaigns/{number}/write/{language}")


@get("/campaigns/{number:int}/write/{language:str}", right=Right.READ)
async def page(
    request: Asking, number: FromPath[int], language: FromPath[str]
) -> Response[Any]:
    """Show the letter in one language as forms, the preview beside them."""
    asked, query = request.user, request.query_params
    tag = tag_of(asked, language)
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        opened = await desk.read(session, campaign, asked.site.templates)
        may = await _may(session, opened, tag, asked.user.name)
        whole = await _may(session, opened, None, asked.user.name)
        others = await who_writes.sentence(session, asked, campaign)
        said = await remarks.of(session, campaign)
    values: dict[str, Any] = {
        "default": campaign.default_language,
        "tags": tags(asked, opened),
        "writing_direction": asked.site.catalogue(tag).direction,
        "may": may and campaign.state == CampaignState.DRAFT,
        "whole": whole,
        "draft": campaign.state == CampaignState.DRAFT,
        "can_take_back": campaign.state
        in {CampaignState.APPROVED, CampaignState.SCHEDULED},
        "others": others,
        "remarks_at": remark_pages.by_block(opened, said, tag),
        "page_id": secrets.token_hex(8),
        "saved": query.get("saved", "")[:5],
        "saved_at": query.get("at", ""),
    }
    if tag != campaign.default_language:
        second, open_only = query.get("beside", ""), query.get("show") == "open"
        return await translation_pages.beside_its_source(
            asked, opened, tag, second, open_only=open_only, **values
        )
    return _source(asked, opened, query, values)


def _source(
    asked: Visit, opened: DraftDesk, query: Mapping[str, str], values: dict[str, Any]
) -> Response[Any]:
    """Show the letter in its default language as forms."""
    campaign = opened.campaign
    tag, front = campaign.default_language, pieces.front_values(opened.model)
    deleted, version = query.get("deleted", "")[:60], query.get("version", "")
    return showing.show(
        asked,
        "write.html",
        campaign=campaign,
        tag=tag,
        blocks=list(blocks.forms(opened, asked.words)),
        front=front,
        front_shown=pieces.digest_of(pieces.front(**front)),
        front_base=pieces.digest_of(opened.model.front),
        letter_base=pieces.digest_of(saving.letter_text(campaign.name, campaign.day)),
        deleted=deleted if version.isdecimal() else "",
        version=version,
        **values,
    )


@get("/campaigns/{number:int}/write/{language:str}/letter", right=Right.READ)
async def letter(
    request: Asking, number: FromPath[int], language: FromPath[str]
) -> Response[bytes]:
    """Return the HTML of the letter as it is written now, its gaps marked."""
    asked = request.user
    tag = tag_of(asked, language)
    try:
        made = await looking.look(asked.site, number, tag, now=asked.now)
        message: EmailMessage = message_from_bytes(made.octets, policy=policy.SMTP)
        html = preview_page.html_of(message)
    except (RefusedError, NotFoundError, AudienceError) as fault:
        html = NOTE.format(escape(str(fault)))
    shaded = preview_page.in_shade(html, dark="dark" in request.query_params)
    return Response(shaded.encode(), media_type=MediaType.HTML, headers=FRAME)


@get("/campaigns/{number:int}/add/{language:str}", right=Right.WRITE)
async def choose(
    request: Asking, number: FromPath[int], language: FromPath[str]
) -> Response[Any]:
    """Show the types of blocks that may be added, each with a sentence."""
    asked = request.user
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        opened = await desk.read(session, campaign, asked.site.templates)
    if campaign.state != CampaignState.DRAFT:  # that page says so, and what to do
        return showing.to(asked.site, f"{HOME}/campaigns/{number}/write/{language}")
    after = request.query_params.get("after", "")
    return showing.show(
        asked,
        "add-block.html",
        campaign=campaign,
        tag=tag_of(asked, language),
        after=after if opened.model.piece(after) else "",
        types=blocks.types(opened, asked.words),
    )


@post("/campaigns/{number:int}/take-back", right=Right.WRITE, status_code=200)
async def take_back(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Make a letter a draft again: its approval and its time are lost."""
    asked, form = request.user, await forms.form_of(request)
    async with asked.site.database.writing() as session:
        await desk.take_back(session, number, by=asked.user.name, now=asked.now)
    tag = tag_of(asked, str(form.get("language") or asked.language))
    return showing.to(
        asked.site, f"{HOME}/campaigns/{number}/write/{tag}", "taken-back"
    )


async def _may(
    session: AsyncSession, opened: DraftDesk, language: str | None, by: str
) -> bool:
    """Whether a user may write in a language; None is the letter as a whole."""
    try:
        await desk.require_right(session, opened.campaign, language, by=by)
    except RefusedError:
        return False
    return True


HANDLERS = (default_page, page, letter, choose, take_back)
