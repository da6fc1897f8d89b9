"""Renders pages: HTML from the templates in web/pages, in the reader's language.

Pages have no script and no cookie, and load nothing from other hosts. Browsers neither
store them nor send their address to other sites.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, negotiate_locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response

from audiences.languages import OFFERED, direction
from mailer.rendering.language import typography
from mailer.rendering.language.catalogues import isolated
from mailer.sites.site import Site
from mailer.web import site_look


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A language of the pages, with its name in that language."""

    code: str
    name: str
    direction: str


def _offered() -> list[Named]:
    """Return the languages of the pages."""
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
    """Return a page's language: from the query, else preferred, browser, or site."""
    for code in (request.query_params.get("lang"), *preferred):
        if code in OFFERED:
            return code
    accepted = request.headers.get("accept-language", "")[:200]
    wanted = [part.partition(";")[0].strip() for part in accepted.split(",")]
    return _lookup(wanted) or site.settings.languages.default


def _lookup(wanted: Sequence[str]) -> str | None:
    """Match by lookup (RFC 4647, 3.4); Traditional Chinese never gives Simplified."""
    tags = [tag for tag in wanted if tag and not tag.lower().startswith("zh-hant")]
    tags = [tag for tag in tags if tag.lower() not in {"zh-tw", "zh-hk", "zh-mo"}]
    return negotiate_locale(tags, list(OFFERED), sep="-")


def show(
    site: Site,
    template: str,
    *,
    language: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response[str]:
    """Return the response with a page; `values` are those of its template."""
    catalogue = site.catalogue(language)
    found = site_look.of(site)
    html = (
        _environment()
        .get_template(template)
        .render(
            t=catalogue.text,
            isolate=isolated,
            dash=typography.dash(language),
            language=catalogue.language,
            direction=catalogue.direction,
            site_name=site.sender_name(language),
            demo=site.settings.site.demo,
            reply_to=site.settings.sender.reply_to,
            languages=_offered(),
            has_logo=bool(found.logo),
            footer=found.footer.get(language, ()),
            base=urlsplit(site.settings.site.url).path,
            **values,
        )
    )
    return Response(
        typography.no_break_spaces_in_html(html, catalogue.language),
        media_type=MediaType.HTML,
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def recorded(site: Site, request: Request[Any, Any, Any]) -> Response[str]:
    """Return the page for an opt-out that is on the disk, and not yet in the store."""
    language = language_of(site, request)
    text = site.catalogue(language).text
    return show(
        site,
        "message.html",
        language=language,
        heading=text("Your request is recorded"),
        sentence=text(
            "It takes effect as soon as our system is free again, before any other"
            " letter is sent. You need not do anything else."
        ),
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
