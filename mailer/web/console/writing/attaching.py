"""/console/campaigns/{id}/files and /paste: files of a letter, words from elsewhere."""

import asyncio
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from mailer.campaigns import lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.writing import files
from mailer.campaigns.writing.drafting import arranging, desk
from mailer.campaigns.writing.drafting.arranging import By
from mailer.campaigns.writing.drafting.pieces import Filled
from mailer.campaigns.writing.pasting.docx import docx_to_markdown
from mailer.campaigns.writing.pasting.html_files import html_of
from mailer.campaigns.writing.pasting.html_pages import MAX_HTML, to_markdown
from mailer.campaigns.writing.pasting.sections import split
from mailer.errors import MailerError, RefusedError
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.names.languages import tag_of
from mailer.web.console.showing import HOME

MAX_UPLOAD = files.MAX_FILE + 64 * 1024  # octets, with the rest of the form
MAX_PASTE = 3 * MAX_HTML  # octets, encoded
NO_FILE = "No file was chosen."
NO_WORDS = "The document has no words that could be taken over."
TYPED = ("alt", "language")  # what a refused form keeps
STRINGS = (NO_FILE, NO_WORDS)
Asking = Request[Visit, Any, Any]


@get("/campaigns/{number:int}/files", right=Right.READ)
async def listed(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Show the files of a letter, and the forms that add one."""
    return await _page(request.user, number)


@post(
    "/campaigns/{number:int}/files",
    right=Right.WRITE,
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
)
async def add(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Add a file; a picture with a description becomes a block of the letter."""
    asked, form = request.user, await forms.form_of(request)
    by = By(name=asked.user.name, now=asked.now)
    language = str(form.get("language") or "")
    shown = " ".join(str(form.get("alt") or "").split())[:500]
    try:
        name, octets = await _sent(asked, form, "file")
        async with asked.site.database.writing() as session:
            taken = await desk.take(session, number, asked.site.templates, by=by.name)
            campaign = taken.campaign
            tag = tag_of(asked, language) if language else ""
            name = await files.add(session, campaign, name, tag, octets)
            if shown and "picture" in taken.types:
                filled = Filled(values={"file": name, "alt": shown})
                await arranging.append(session, taken, "picture", [filled], by=by)
            else:
                await desk.record(session, campaign, Act.EDITED, by=by.name, now=by.now)
    except MailerError as fault:
        return await _page(asked, number, fault=str(fault), form=form)
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/files", "new")


@post("/campaigns/{number:int}/files/remove", right=Right.WRITE, status_code=200)
async def remove(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Remove a file; an earlier version of the letter still has it."""
    asked, form = request.user, await forms.form_of(request)
    by = asked.user.name
    async with asked.site.database.writing() as session:
        taken = await desk.take(session, number, asked.site.templates, by=by)
        await files.remove(
            session,
            taken.campaign,
            str(form.get("name") or ""),
            str(form.get("language") or ""),
        )
        await desk.record(
            session, taken.campaign, Act.EDITED, by=by, now=asked.now, apart=True
        )
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/files", "gone")


@post(
    "/campaigns/{number:int}/document",
    right=Right.WRITE,
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
)
async def document(request: Asking, number: FromPath[int]) -> Response[Any]:
    """Take the words of a document into the letter, a block for each heading."""
    asked, form = request.user, await forms.form_of(request)
    by = By(name=asked.user.name, now=asked.now)
    try:
        name, octets = await _sent(asked, form, "document")
        markdown = await asyncio.to_thread(_markdown, name, octets)
        filled = [
            Filled(values={"title": each.title}, text=each.text)
            for each in split(markdown)
        ]
        if not filled:
            raise RefusedError(asked.words.text(NO_WORDS))
        async with asked.site.database.writing() as session:
            taken = await desk.take(session, number, asked.site.templates, by=by.name)
            first = await arranging.append(session, taken, "text", filled, by=by)
            tag = taken.campaign.default_language
    except MailerError as fault:
        return await _page(asked, number, fault=str(fault))
    path = f"{HOME}/campaigns/{number}/write/{tag}#block-{first}"
    return showing.to(asked.site, path)


@post("/paste", right=Right.READ, status_code=200, request_max_body_size=MAX_PASTE)
async def paste(request: Asking) -> Response[str]:
    """Return HTML of the clipboard as Markdown; nothing is stored."""
    form = await forms.form_of(request)
    markdown = await asyncio.to_thread(to_markdown, str(form.get("html") or ""))
    return Response(markdown, media_type=MediaType.TEXT, headers=showing.HEADERS)


def _markdown(name: str, octets: bytes) -> str:
    """Return the words of a document as Markdown."""
    if name.lower().endswith((".html", ".htm")):
        return to_markdown(html_of(octets))
    return docx_to_markdown(octets)


async def _sent(asked: Visit, form: FormMultiDict, field: str) -> tuple[str, bytes]:
    """Return the name and the content of a file; raise RefusedError without one."""
    name, octets = await forms.file_of(form, field)
    if not octets:
        raise RefusedError(asked.words.text(NO_FILE))
    return name, octets


async def _page(
    asked: Visit, number: int, *, fault: str = "", form: FormMultiDict | None = None
) -> Response[Any]:
    async with asked.site.database.reading() as session:
        campaign = await lookup.get(session, number)
        attached = await files.files_of(session, campaign)
    return showing.show(
        asked,
        "files.html",
        status=showing.UNPROCESSABLE if fault else 200,
        campaign=campaign,
        fault=fault,
        given={key: str(form.get(key) or "") if form else "" for key in TYPED},
        files=[(each, round(len(each.octets) / 1000) or 1) for each in attached],
        tags=[
            (each, asked.words.language_name(each)) for each in asked.site.catalogues
        ],
        may=asked.could(Right.WRITE) and campaign.state == CampaignState.DRAFT,
    )


HANDLERS = (listed, add, remove, document, paste)
