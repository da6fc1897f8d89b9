"""Mails the anchor of the record to people, once a month.

The store and the file of anchors are on one machine; a mail is elsewhere. A record that
does not verify is mailed as such. A process that ends after the relay took a mail, and
before that is kept, sends it again: an anchor too many harms nothing.
"""

from datetime import datetime
from email.message import EmailMessage

import structlog

from mailer.delivery.direct import program_mails
from mailer.delivery.smtp.connect import RelayError
from mailer.errors import ConfigError, RefusedError
from mailer.maintenance import audit_rows, starting
from mailer.sites.site import Site
from mailer.store import anchor_mails
from mailer.store.anchors import FILE

log = structlog.get_logger()


async def mail_due(site: Site, *, now: datetime) -> bool:
    """Mail the anchor of this month if that was not done; return whether it left.

    Nothing is mailed while the site stands still, or without `alerts.anchors_to`.
    """
    recipients = site.settings.alerts.anchors_to
    known = await starting.identity_of(site)
    if not recipients or known.halt is not None or known.moved_to is not None:
        return False
    month = f"{now.astimezone(site.zone):%Y-%m}"
    if not await anchor_mails.claim(site.database, month, now=now):
        return False
    try:
        mail = _mail(site, month, await _said(site, now), now)
        await program_mails.send(site, recipients, mail)
    except (RelayError, ConfigError) as fault:
        relay = program_mails.relay_of(site)
        log.warning("anchor.not_mailed", relay=relay, reason=str(fault))
        return False
    await anchor_mails.done(site.database, month, now=now)
    log.info("anchor.mailed", month=month)
    return True


async def _said(site: Site, now: datetime) -> tuple[str, ...]:
    """Return what the mail says: the anchor, or what is wrong with the record."""
    try:
        anchor = await audit_rows.anchor(site, now=now)
    except RefusedError as fault:
        return (f"There is no anchor this month: {fault}.",)
    how = (
        f"To check the record against it, add this line to {FILE} beside config.toml;"
        " `mailer audit verify` then compares it with the store."
    )
    return (
        f"The record verifies, and ends with row {anchor.number:,}. Keep this mail:",
        "",
        anchor.line().decode().strip(),
        "",
        how,
    )


def _mail(
    site: Site, month: str, lines: tuple[str, ...], now: datetime
) -> EmailMessage:
    settings = site.settings
    mail = program_mails.draft(
        site,
        settings.alerts.anchors_to,
        f"Liaison, {settings.site.name}: the record, {month}",
        name=f"anchor-{now.timestamp():.6f}",
        now=now,
    )
    mail.set_content("\n".join([*lines, "", f"-- \n{settings.site.url}"]) + "\n")
    return mail
