"""/console/campaigns/new: begins a letter from its type, a copy, or a folder."""

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
        if template := str(form.get("type") or ""):
            languages = [str(each) for each in form.getall("languages", [])]
            number = await beginning.from_type(
                site,
                template,
                name=str(form.get("name") or ""),
                languages=languages,
                by=by,
                now=now,
            )
        elif copied := str(form.get("copy") or ""):
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
    loaded = letter_types.load(asked.site.templates, template)
    return showing.show(
        asked,
        "new-of-type.html",
        type=loaded,
        title=asked.words.text(loaded.title),
        default=asked.site.settings.languages.default,
        tags=[
            (each, asked.words.language_name(each)) for each in asked.site.catalogues
        ],
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
