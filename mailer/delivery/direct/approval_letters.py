"""Mails what an approval needs: the request with its link, a code, a letter's return.

Values that people wrote stand in these letters as plain text.
"""

import re
from datetime import date, datetime

from mailer.campaigns.models import Campaign
from mailer.delivery.direct import notices
from mailer.delivery.direct.notices import UserNotice
from mailer.delivery.direct.sending import Outcome
from mailer.sites.site import Site
from mailer.users.models import User

PATH = "/approve/"
_MARKUP = re.compile(r"([\\`*_\[\]()#+\-.!|<>~&:/@=])")


async def request(
    site: Site,
    campaign: Campaign,
    approver: User,
    token: str,
    *,
    by: User,
    wished_by: date | None,
    now: datetime,
) -> Outcome:
    """Mail a user the link that shows a letter to approve."""
    catalogue = notices.catalogue_of(site, approver)
    name, letter = by.shown or by.name, campaign.name
    text = catalogue.text(
        "%(name)s asks you to approve the letter “%(letter)s”. The link shows it as its"
        " readers will see it. It works for seven days, and reads only: to decide, you"
        " sign in, or you type a code that is sent to you.",
        name=_plain(name),
        letter=_plain(letter),
    )
    if wished_by is not None:
        day = catalogue.day(wished_by)
        text += "\n\n" + catalogue.text("An answer is wished for by %(day)s.", day=day)
    notice = UserNotice(
        subject=_line(
            catalogue.text(
                "%(name)s asks you to approve: %(letter)s", name=name, letter=letter
            )
        ),
        preheader=catalogue.text(
            "Read it on any device, then approve it or send it back."
        ),
        text=text,
        label=catalogue.text("Read the letter"),
        link=f"{site.settings.site.url.rstrip('/')}{PATH}{token}",
    )
    return await notices.send(site, approver, notice, now=now)


async def code(
    site: Site, campaign: Campaign, approver: User, digits: str, *, now: datetime
) -> Outcome:
    """Mail a user the code by which they act through the link."""
    catalogue = notices.catalogue_of(site, approver)
    notice = UserNotice(
        subject=_line(
            catalogue.text("Your code for “%(letter)s”", letter=campaign.name)
        ),
        preheader=catalogue.text("It is valid for ten minutes."),
        text=catalogue.text(
            "Type this code on the page of the letter: %(code)s. It is valid for ten"
            " minutes. If you did not ask for it, do nothing, and tell the unit.",
            code=f"**{digits}**",
        ),
    )
    return await notices.send(site, approver, notice, now=now)


async def returned(
    site: Site,
    campaign: Campaign,
    author: User,
    reason: str,
    *,
    by: User,
    now: datetime,
) -> Outcome:
    """Mail the author of a letter that it was sent back, and why."""
    catalogue = notices.catalogue_of(site, author)
    name, letter = by.shown or by.name, campaign.name
    said = catalogue.text(
        "%(name)s asks for changes in the letter “%(letter)s”, for this reason:",
        name=_plain(name),
        letter=_plain(letter),
    )
    quoted = "\n\n".join(_plain(line) for line in reason.splitlines() if line.strip())
    notice = UserNotice(
        subject=_line(
            catalogue.text("%(name)s sends back: %(letter)s", name=name, letter=letter)
        ),
        preheader=catalogue.text("The letter waits for your changes."),
        text=f"{said}\n\n{quoted}",
        label=catalogue.text("Open the letter"),
        link=f"{site.settings.site.url.rstrip('/')}/console/campaigns/{campaign.id}",
    )
    return await notices.send(site, author, notice, now=now)


def _plain(text: str) -> str:
    """Return Markdown that shows a text as it is, without a placeholder in it."""
    return _MARKUP.sub(r"\\\1", _line(text))


def _line(text: str) -> str:
    """Return a text on one line; braces would be taken for a placeholder."""
    return " ".join(text.translate({ord("{"): "(", ord("}"): ")"}).split())
