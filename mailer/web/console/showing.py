"""Renders the console's pages, and the answers to what goes wrong in it."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import structlog
from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
)
from litestar.response import Redirect
from sqlalchemy.exc import DBAPIError

from audiences.errors import AudienceError
from mailer.errors import MailerError, NotFoundError
from mailer.rendering.language import typography
from mailer.sites.site import Site
from mailer.store.faults import is_temporary, store_error
from mailer.web.console import results, sentences, strings, tied
from mailer.web.console.guard import (
    FIELD,
    NUMBER_AFTER,
    Visit,
    language_of,
    refuse_other_origins,
)
from mailer.web.console.names.column_names import NAMES

HOME = "/console"
SEE_OTHER: Literal[303] = 303
CONFLICT, UNPROCESSABLE = 409, 422
REFUSED = 400  # the first status of a page that refuses something
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
}
BUSY = "The store is busy or away. Nothing was changed; try again in a minute."
FAULT = (
    "Try again. If it happens again, tell an operator of this site the number"
    " %(number)s, under which the log has it."
)
MISSING = "There is no such page. It may have been moved, or never was."
SIGN_IN_AGAIN = (
    "You are signed out, and nothing was changed. Sign in on another page, then come"
    " back here and press the button again: what you wrote is still there."
)
TOO_LARGE = (
    "This is too large to be sent here, and nothing was changed. Send a smaller file."
)
STRINGS = (TOO_LARGE, BUSY, FAULT, MISSING, SIGN_IN_AGAIN)
_CELL = re.compile(r"([a-z_]+) ['\"]")  # the column of a value that is refused
log = structlog.get_logger()


def place(site: Site, path: str) -> str:
    """Return an address on this site, whose pages may stand at a path."""
    return urlsplit(site.settings.site.url).path + path


def earlier(asked: Visit, at: datetime | None) -> str:
    """Return the time of an instant before this request; empty: it is of now."""
    if at is None or at >= asked.now:
        return ""
    return strings.clock_time(at, asked.zone)


def to(site: Site, path: str, done: str = "") -> Redirect:
    """Return the answer that leads to another page, which says what was `done`."""
    path = results.added_to(path, done) if done else path
    return Redirect(place(site, path), status_code=SEE_OTHER)


def show(
    asked: Visit, template: str, *, status: int = 200, **values: Any
) -> Response[str]:
    """Return a page for a user who is signed in."""
    return render(
        asked.site,
        template,
        language=asked.language,
        status=status,
        asked=asked,
        form_token=numbered(asked.signed.form_token),
        **values,
    )


def _told(sentence: str, language: str, called: Callable[[str], str] = str) -> str:
    """Return a sentence of the program in a language, or in English as it is."""
    sentence = sentence.removeprefix(strings.ENGLISH).removesuffix(strings.ENDS)
    sentence = sentences.with_users(sentence, called)
    said = sentences.told(sentence, language)
    cell = _CELL.match(sentence)
    if cell and cell[1] in NAMES and said.startswith(cell[1]):
        label = strings.text(NAMES[cell[1]], language)
        said = f"{label}{said.removeprefix(cell[1])}"
    if said != sentence or language in strings.WHOLE or not sentence:
        return said
    if strings.is_translated(sentence, language):  # by who gave it to the page
        return said
    return strings.in_english(said)


@cache
def own_name(language: str) -> str:
    """Return what a language calls itself, with a capital where it has capitals."""
    name = Locale.parse(language).get_display_name(language) or language
    return f"{name[:1].upper()}{name[1:]}"


def numbered(form_token: str) -> str:
    """Return the token of the forms of one page, which has a number of its own."""
    return f"{form_token}{NUMBER_AFTER}{secrets.token_hex(8)}"


def render(
    site: Site,
    template: str,
    *,
    language: str,
    status: int = 200,
    asked: Visit | None = None,
    form_token: str = "",
    **values: Any,
) -> Response[str]:
    """Return a page; `asked` is None where no user is signed in."""
    words = strings.of(site, language)
    zone = asked.zone if asked else site.zone
    base = urlsplit(site.settings.site.url).path
    page = _environment().get_template(template)
    html = page.render(
        t=words.text,
        told=partial(_told, language=language, called=asked.called if asked else str),
        number=words.number,
        comma=typography.comma(language),
        noted=words.noted,
        moment=lambda at: strings.moment(words, at, zone),
        day=words.day,
        city=partial(strings.place, words),
        language_name=words.language_name,
        language=language,
        direction=words.direction,
        arrow="←" if words.direction == "rtl" else "→",
        languages={each: own_name(each) for each in strings.LANGUAGES},
        site_name=site.sender_name(language),
        demo=site.settings.site.demo,
        base=base,
        console=f"{base}{HOME}",
        asked=asked,
        form_field=FIELD,
        form_token=form_token or numbered(""),
        failed=status >= REFUSED,
        **values,
    )
    return _page(strings.with_languages(html, language), language, status)


def _page(html: str, language: str, status: int) -> Response[str]:
    if status >= REFUSED:
        html = tied.to_fields(html)
    return Response(
        typography.no_break_spaces_in_html(html, language),
        media_type=MediaType.HTML,
        status_code=status,
        headers=HEADERS,
    )


def download(content: bytes, name: str, form: str) -> Response[bytes]:
    """Return a file to keep; its name is of ASCII, and `form` its media type."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=form, headers=headers)


def fault(request: Request[Any, Any, Any], raised: Exception) -> Response[Any]:
    """Return the page that says what went wrong, and what to do."""
    site: Site = request.app.state.site
    if isinstance(raised, NotAuthorizedException) and request.method == "GET":
        wanted = request.url.path + (
            f"?{given}" if (given := request.url.query) else ""
        )
        query = f"?next={quote(wanted)}" if wanted.startswith(place(site, HOME)) else ""
        return to(site, f"{HOME}/sign-in{query}")
    status, sentence, number = _said(raised)
    if number:
        _log(request, raised, number)
    if isinstance(raised, PermissionDeniedException):
        user = getattr(request.state, "user_name", "")
        route = request.route_handler.handler_name
        log.warning("console.refused", user=user, route=route, reason=sentence)
    asked: Visit | None = request.scope.get("user")
    signed = asked.signed if asked else getattr(request.state, "signed", None)
    language = language_of(site, request, asked.user.language if asked else None)
    words = strings.of(site, language)
    return render(
        site,
        "fault.html",
        language=language,
        status=status,
        asked=asked,
        form_token=numbered(signed.form_token if signed else ""),
        sent=_sent(request),
        again=request.url.path + (f"?{query}" if (query := request.url.query) else ""),
        sentence=words.text(sentence, number=number)
        if number
        else words.text(sentence),
        signed_out=isinstance(raised, NotAuthorizedException),
        refused=status,
    )


def _sent(request: Request[Any, Any, Any]) -> list[tuple[str, str]]:
    """Return the fields of a form that was not taken, so that no typed word is lost.

    A form of another site is never offered again: pressing its button would be its act.
    """
    form: Any = getattr(request.state, "sent", None)
    if form is None:
        return []
    try:
        refuse_other_origins(request)
    except HTTPException:
        return []
    return [
        (key, value)
        for key, value in form.multi_items()
        if key != FIELD and isinstance(value, str)
    ]


def _said(raised: Exception) -> tuple[int, str, str]:
    """Return the status, the sentence, and the number in the log; empty: not logged."""
    match raised:
        case NotAuthorizedException():
            said = (401, SIGN_IN_AGAIN)
        case NotFoundException():
            said = (404, MISSING)
        case HTTPException(status_code=413):
            said = (413, TOO_LARGE)
        case NotFoundError():
            said = (404, str(raised))
        case MailerError() | AudienceError():
            said = (CONFLICT, str(raised))
        case DBAPIError() if is_temporary(raised):
            said = (503, BUSY)
        case HTTPException() if raised.status_code < 500:  # noqa: PLR2004
            said = (raised.status_code, raised.detail)
        case _:
            return 500, FAULT, secrets.token_hex(4)
    return (*said, "")


def _log(request: Request[Any, Any, Any], raised: Exception, number: str) -> None:
    if isinstance(raised, DBAPIError):  # its text has the statement and the values
        raised = store_error(raised)
    expected = isinstance(raised, MailerError)
    log.error(
        "console.fault",
        route=request.route_handler.handler_name,
        number=number,
        reason=str(raised)[:500],
        exc_info=None if expected else raised,
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"coded": sentences.coded, "breakable": sentences.breakable}
    return made
