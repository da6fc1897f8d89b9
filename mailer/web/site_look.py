"""The look of a site on its pages: colours and fonts as a style sheet, and the logo.

A page is shown also where the look cannot be read: a reader must be able to leave. Then
`/readyz` says what is wrong.
"""

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException

from mailer.errors import ContentError
from mailer.rendering.letter_types import LAYOUT
from mailer.rendering.markup import look
from mailer.rendering.markup.look import Look
from mailer.sites.site import Site

_NAMES = {  # in the style sheet → in look.toml
    "--ink": "text",
    "--soft": "soft",
    "--line": "line",
    "--paper": "paper",
    "--ground": "ground",
    "--blue": "accent",
    "--on-blue": "on_accent",
}
_CACHED = {"Cache-Control": "max-age=300"}


def of(site: Site) -> Look:
    """Return the look of a site; that of the product where it cannot be read."""
    try:
        return look.load(site.templates)
    except ContentError:
        return Look()


@get("/static/look.css", sync_to_thread=True)
def style_sheet(mail_site: NamedDependency[Site]) -> Response[str]:
    """Return the colours and fonts of the site."""
    found = of(mail_site)
    light, dark = (
        "".join(f"{name}: {colours[key]}; " for name, key in _NAMES.items())
        for colours in (found.colours, found.dark)
    )
    css = (
        f":root {{ {light}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}\n"
        f"html {{ font-family: {found.fonts['latin']}; }}\n"
        f"html:lang(ar) {{ font-family: {found.fonts['arabic']}; }}\n"
        f"html:lang(zh) {{ font-family: {found.fonts['chinese']}; }}\n"
    )
    return Response(css, media_type=MediaType.CSS, headers=_CACHED)


@get("/static/logo", sync_to_thread=True)
def logo(mail_site: NamedDependency[Site]) -> Response[bytes]:
    """Return the logo of the site."""
    found = of(mail_site)
    if not found.logo:
        raise NotFoundException
    octets = mail_site.templates.octets(f"{LAYOUT}/{found.logo}")
    return Response(octets, media_type=found.logo_type, headers=_CACHED)
