"""Writes all letters of a campaign on one HTML page that opens without a server.

Each letter is shown as on a desktop and on a phone, in light and in dark, with its text
beside it. It is a document of its own that can run nothing and lead nowhere.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from markupsafe import Markup, escape

from mailer.campaigns.review import preview, trial
from mailer.campaigns.review.preview import Desk, Persona
from mailer.campaigns.review.trial import Extent
from mailer.sites.site import Site

MOST = 60  # letters on a page; the largest groups of readers come first
VIEWS = (  # title, width in CSS pixels, dark
    ("Desktop, light", 640, False),
    ("Desktop, dark", 640, True),
    ("Phone, light", 320, False),
    ("Phone, dark", 320, True),
)
_SOURCE = re.compile(r"(<img\b[^>]*?)\s(?:src|srcset)=\"[^\"]*\"", re.IGNORECASE)
_DARK = re.compile(r"\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 1400px; }
figure { display: inline-block; vertical-align: top; margin: 0 1rem 1rem 0; }
figcaption { font-weight: 600; }
iframe { height: 44rem; border: 1px solid #767676; background: #fff; max-width: 100%; }
iframe.dark { background: #000; }
pre { white-space: pre-wrap; max-width: 50rem; border: 1px solid; padding: 1rem; }
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviewPage:
    """A page of letters, and how many letters it leaves out."""

    html: str
    letters: int
    left_out: int


async def page(site: Site, campaign_id: int, *, now: datetime) -> PreviewPage:
    """Return the page of a campaign: a letter for each group of readers.

    Raises RefusedError if the campaign has no reader.
    """
    pick = trial.examples(Extent.EACH_VARIANT)
    opened = await preview.desk(site, campaign_id, pick, now=now)
    shown = sorted(
        opened.personas[:MOST],
        key=lambda each: (opened.key(each).language, opened.key(each).variant),
    )
    campaign = opened.content.campaign
    sections = [await _section(opened, persona, now) for persona in shown]
    left_out = len(opened.personas) - len(shown)
    title = f"{campaign.name}: {len(shown)} letters"
    html = Markup(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width" />\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " img-src data:; style-src 'unsafe-inline'\" />\n"
        "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        "<h1>{title}</h1>\n"
        "<p>Campaign {id} is {state}. Links do nothing here."
        " Letters not shown: {left_out}.</p>\n{sections}</main>\n</body>\n</html>\n"
    ).format(
        title=title,
        style=Markup(_STYLE),  # noqa: S704 (our own)
        id=campaign.id,
        state=campaign.state,
        left_out=left_out,
        sections=Markup("").join(sections),
    )
    return PreviewPage(html=str(html), letters=len(shown), left_out=left_out)


async def _section(opened: Desk, persona: Persona, now: datetime) -> Markup:
    made = await preview.make(opened, persona, now=now)
    message = message_from_bytes(made.octets, policy=policy.SMTP)
    key = opened.key(persona)
    heading = f"{key.language}: {persona.organisation.name}, {persona.contact.address}"
    if key.wanted != key.language:
        heading += f", in place of {key.wanted}"
    return Markup(
        "<section>\n<h2>{heading}</h2>\n<p><b>Subject:</b>"
        ' <span lang="{language}" dir="auto">{subject}</span></p>\n{views}'
        "<details open>\n<summary>Text</summary>\n"
        '<pre lang="{language}" dir="auto">{text}</pre>\n</details>\n</section>\n'
    ).format(
        heading=heading,
        language=key.language,
        subject=str(message["Subject"]),
        views=Markup("").join(_views(html_of(message), heading)),
        text=preview.part(made, "text").decode(),
    )


def _views(html: str, heading: str) -> Iterator[Markup]:
    for title, width, dark in VIEWS:
        shown = in_shade(html, dark=dark)
        yield Markup(
            '<figure>\n<figcaption>{title}</figcaption>\n<iframe class="{shade}"'
            ' title="{title}: {heading}" width="{width}" loading="lazy" sandbox=""'
            ' srcdoc="{shown}"></iframe>\n</figure>\n'
        ).format(
            title=title,
            shade="dark" if dark else "light",
            heading=heading,
            width=width,
            shown=escape(shown),
        )


def in_shade(html: str, *, dark: bool) -> str:
    """Return a letter as it looks in the dark, or in the light, in any browser."""
    return _DARK.sub("all" if dark else "not all", html)


def without_pictures(html: str) -> str:
    """Return a letter as programs show it that load no picture: with their words."""
    return _SOURCE.sub(r"\1", html)


def html_of(message: EmailMessage) -> str:
    """Return the HTML of a message, with its pictures inside."""
    body = message.get_body(("html",))
    html = str(body.get_content()) if body else ""
    for part in message.walk():
        name = str(part["Content-ID"] or "").strip("<>")
        octets = part.get_payload(decode=True)
        if name and isinstance(octets, bytes):
            encoded = base64.b64encode(octets).decode()
            data = f"data:{part.get_content_type()};base64,{encoded}"
            html = html.replace(f"cid:{name}", data)
    return html
