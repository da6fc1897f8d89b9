"""Pages: HTML from the templates beside this file, in the reader's language.

No script, no cookie, no request to anyone else; nothing of a personal page is kept by
a browser or told to the next site.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, negotiate_locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response

from audiences.languages import OFFERED, direction
from mailer.rendering.language.catalogues import isolated
from mailer.sites.site import Site

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A language as its own readers call it."""

    code: str
    name: str
    direction: str


def _offered() -> list[Named]:
    """Return the languages of the pages, each under its own name."""
    return [
        Named(
            code=code,
            name=(Locale.parse(code).get_display_name(code) or code).capitalize(),
            direction=direction(code),
        )
        for code in OFFERED
    ]


def language_of(
    site: Site, request: Request[Any, Any, Any], *preferred: str | None
) -> str:
    """Choose a page's language: asked for, the reader's, the browser's, the site's."""
    for code in (request.query_params.get("lang"), *preferred):
        if code in OFFERED:
            return code
    accepted = request.headers.get("accept-language", "")[:200]
    wanted = [part.partition(";")[0].strip() for part in accepted.split(",")]
    return _lookup(wanted) or site.settings.languages.default


def _lookup(wanted: Sequence[str]) -> str | None:
    """Match by RFC 4647 lookup; Traditional Chinese is never Simplified by accident."""
    plain = [tag for tag in wanted if tag and not tag.lower().startswith("zh-hant")]
    cut = [tag for tag in plain if tag.lower() not in {"zh-tw", "zh-hk", "zh-mo"}]
    return negotiate_locale(cut, list(OFFERED), sep="-")


def show(
    site: Site,
    template: str,
    *,
    language: str,
    status: int = 200,
    **values: Any,
) -> Response[str]:
    """Return a page."""
    catalogue = site.catalogue(language)
    html = (
        _environment()
        .get_template(template)
        .render(
            t=catalogue.text,
            isolate=isolated,
            language=catalogue.language,
            direction=catalogue.direction,
            site_name=site.sender_name(language),
            demo=site.settings.site.demo,
            reply_to=site.settings.sender.reply_to,
            languages=_offered(),
            **values,
        )
    )
    return Response(
        html, media_type=MediaType.HTML, status_code=status, headers=HEADERS
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
