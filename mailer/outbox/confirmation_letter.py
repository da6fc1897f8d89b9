"""The letter that asks a reader to confirm new subscriptions, and its header."""

from collections.abc import Sequence
from datetime import datetime

from mailer.campaigns.models import Campaign
from mailer.composing.header import HeaderFields
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.source import Block, Source
from mailer.sites.site import Site

TEMPLATE = "confirmation"


def source(
    site: Site, catalogue: Catalogue, names: Sequence[str], now: datetime
) -> Source:
    """Return the letter that asks to confirm the topics with these names."""
    language = catalogue.language
    button = {"label": catalogue.text("Confirm")}
    request_text = catalogue.text(
        "Somebody asked on our pages that this address receive more of our letters."
        " If it was you, please confirm within seven days. If it was not, do nothing:"
        " nothing will change."
    )
    listed = "\n".join(f"- {each}" for each in names)
    text = f"{request_text}\n\n{catalogue.text('Letters asked for:')}\n\n{listed}"
    return Source(
        template=TEMPLATE,
        catalogue=catalogue,
        wanted=None,
        subject=catalogue.text("Please confirm what you wish to receive"),
        preheader=catalogue.text("One button, and it is done."),
        blocks=(
            Block(id="asked", type="opening", title="", fields={}, text=text),
            Block(id="yes", type="confirmation", title="", fields=button, text=""),
        ),
        reference="",
        day=now.date(),
        sender_name=site.sender_name(language),
        postal=site.postal(language),
        topic_name=None,
        service="request",
        site_url=site.settings.site.url,
    )


def header_fields(
    site: Site, source: Source, campaign: Campaign, now: datetime
) -> HeaderFields:
    """Return the header of a letter that asks for a confirmation."""
    settings = site.settings
    return HeaderFields(
        sender_name=source.sender_name,
        sender=settings.sender.address,
        reply_to=settings.sender.reply_to,
        domain=settings.mail.domain,
        list_label=None,
        list_name="",
        site_url=settings.site.url,
        at=now,
        campaign=f"c{campaign.id}",
    )
