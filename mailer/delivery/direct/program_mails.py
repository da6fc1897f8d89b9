"""Mails of the program itself to people of the unit: alerts, anchors, notices.

They are outside the ledger, in plain text, and no program answers them.
"""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from mailer.delivery.smtp import connect
from mailer.sites.site import Site

STEP = 30.0  # seconds for each step of a relay


def relay_of(site: Site) -> str:
    """Return the name of the relay that takes them."""
    return site.settings.alerts.relay or next(iter(site.settings.every_relay))


def draft(
    site: Site, recipients: Sequence[str], subject: str, *, name: str, now: datetime
) -> EmailMessage:
    """Return a mail that has no text yet; `name` begins its Message-ID."""
    mail = EmailMessage()
    mail["From"] = site.settings.sender.address
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{name}@{site.settings.mail.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


async def send(site: Site, recipients: Sequence[str], mail: EmailMessage) -> None:
    """Let the relay take a mail; raise RelayError or ConfigError if it does not."""
    await connect.send_one(
        site.settings.every_relay[relay_of(site)],
        root=site.root,
        hello=site.settings.mail.domain,
        recipients=recipients,
        octets=mail.as_bytes(),
        step_timeout=STEP,
    )
