"""/console/campaigns/new: begins a letter from its type, a copy, or a folder."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath

from mailer.campaigns.writing.drafting import beginning
from mailer.errors import MailerError, RefusedError
from mailer.rendering import letter_types
from mailer.users.acts import Right
from mailer.web import forms
from mailer.web.console import showing
from mailer.web.console.guard import Visit
from mailer.web.console.showing import HOME

MAX_UPLOAD = beginning.MAX_ZIP + 64 * 1024  # octets, with the rest of the form
NO_FILE = "No file was chosen. Choose the zip file of a campaign folder."
NOT_STARTED = "Choose how the letter begins."
STRINGS = (NO_FILE, NOT_STARTED)
Asking = Request[Visit, Any, Any]


@get("/campaigns/new", right=Right.WRITE)
async def new(request: Asking) -> Response[Any]:
    """Show the letter types, the last letter of each, and the upload."""
    return await _page(request.user)


@post(
    "/campaigns/new",
    right=Right.WRITE,
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
)
async def begin(request: Asking) -> Response[Any]:
    """Begin a letter, and lead to its text."""
    asked, form = request.user, await forms.form_of(request)
    site, by, now = asked.site, asked.user.name, asked.now
    try:
        if form.get("type"):
            return await _of_type(asked, form)
        if copied := str(form.get("copy") or ""):
            if not copied.isascii() or not copied.isdecimal():
                raise RefusedError(asked.words.text(NOT_STARTED))
            number = await beginning.from_letter(site, int(copied[:9]), by=by, now=now)
        else:
            number = await _uploaded(asked, form)
    except MailerError as fault:
        return await _page(asked, fault=fault)
    return showing.to(site, f"{HOME}/campaigns/{number}/write")


@get("/campaigns/new/{template:str}", right=Right.WRITE)
async def of_type(request: Asking, template: FromPath[str]) -> Response[Any]:
    """Ask for the name and the languages of a letter of a type."""
    asked = request.user
    return _asking(asked, template)


async def _of_type(asked: Visit, form: FormMultiDict) -> Response[Any]:
    """Begin a letter of a type; a refusal keeps what the form was filled with."""
    template, name = str(form.get("type")), str(form.get("name") or "")
    languages = [str(each) for each in form.getall("languages", [])]
    try:
        number = await beginning.from_type(
            asked.site,
            template,
            name=name,
            languages=languages,
            by=asked.user.name,
            now=asked.now,
        )
    except MailerError as fault:
        return _asking(asked, template, fault=fault, name=name, written=languages)
    return showing.to(asked.site, f"{HOME}/campaigns/{number}/write")


def _asking(
    asked: Visit,
    template: str,
    *,
    fault: MailerError | None = None,
    name: str | None = None,
    written: Sequence[str] = (),
) -> Response[Any]:
    """Show the form of a type, with the language of the page unless one was chosen."""
    loaded = letter_types.load(asked.site.templates, template)
    title = asked.words.text(loaded.title)
    tags = list(asked.site.catalogues)
    wanted = (*written, asked.language, asked.site.settings.languages.default)
    return showing.show(
        asked,
        "new-of-type.html",
        status=showing.UNPROCESSABLE if fault else 200,
        fault=str(fault or ""),
        type=loaded,
        title=title,
        name=title if name is None else name,
        default=next((each for each in wanted if each in tags), ""),
        tags=[(each, asked.words.language_name(each)) for each in tags],
    )


async def _uploaded(asked: Visit, form: FormMultiDict) -> int:
    _, octets = await forms.file_of(form, "folder")
    if not octets:
        raise RefusedError(asked.words.text(NO_FILE))
    return await beginning.from_zip(
        asked.site, octets, by=asked.user.name, now=asked.now
    )


async def _page(asked: Visit, *, fault: MailerError | None = None) -> Response[Any]:
    site = asked.site
    async with site.database.reading() as session:
        last = await beginning.last_of_types(session)
    return showing.show(
        asked,
        "new.html",
        status=showing.UNPROCESSABLE if fault else 200,
        faults=str(fault).split("\n") if fault else [],
        types=[
            (each.name, asked.words.text(each.title), last.get(each.name))
            for each in beginning.types(site)
        ],
    )


HANDLERS = (new, begin, of_type)
