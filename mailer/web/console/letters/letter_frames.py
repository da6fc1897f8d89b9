"""Letters within a page: one for each variant, in frames that can do nothing."""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from mailer import clock
from mailer.campaigns.review import preview, trial
from mailer.campaigns.review.preview import Persona
from mailer.campaigns.review.trial import Extent
from mailer.errors import MailerError
from mailer.reports.review import preview_page
from mailer.sites.site import Site
from mailer.web import forms

FRAME = {  # what a letter in a frame may do: nothing but show itself
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
        " frame-ancestors 'self'"
    ),
    "Cache-Control": "no-store",
}
SHOWN = 6  # variants, the largest first


async def examples(
    site: Site, campaign_id: int, language: str, *, now: datetime
) -> list[tuple[int, str, str]]:
    """Return place, language and organisation of a reader for each variant.

    The organisation has its name in the language of the page. Empty while the letter
    cannot be rendered: the check says why.
    """
    pick = trial.examples(Extent.EACH_VARIANT)
    try:
        opened = await preview.desk(site, campaign_id, pick, now=now)
        return [
            (place, opened.key(each).language, name_of(each, language))
            for place, each in enumerate(opened.personas[:SHOWN])
        ]
    except MailerError:
        return []


def name_of(persona: Persona, language: str) -> str:
    """Return the name of a reader's organisation in a language, or its official one."""
    body = persona.organisation
    return str(body.names.get(language) or body.name)


async def html_of(site: Site, campaign_id: int, given: str) -> bytes:
    """Return the HTML of the letter of one example, by its place."""
    now = clock.now()
    pick = trial.examples(Extent.EACH_VARIANT)
    opened = await preview.desk(site, campaign_id, pick, now=now)
    place = forms.number(given)
    persona = opened.personas[place if place < len(opened.personas) else 0]
    made = await preview.make(opened, persona, now=now)
    message: EmailMessage = message_from_bytes(made.octets, policy=policy.SMTP)
    html = preview_page.in_shade(preview_page.html_of(message), dark=False)
    return html.encode()
