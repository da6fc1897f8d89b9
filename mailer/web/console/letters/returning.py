"""Sends a letter back, and mails its author why."""

from datetime import datetime

import structlog

from mailer.campaigns import lookup
from mailer.campaigns.asking import requests
from mailer.delivery.direct import approval_letters
from mailer.errors import MailerError
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from mailer.users.models import User

log = structlog.get_logger()


async def send_back(
    site: Site,
    number: int,
    *,
    by: User,
    seen: datetime,
    reason: str,
    block: str,
    now: datetime,
) -> None:
    """Send a letter back; that the mail to the author did not leave is logged."""
    author = await requests.send_back(
        site, number, by=by.name, seen=seen, reason=reason, block=block, now=now
    )
    if author is None or not author.address:
        return
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
    try:
        state, reply = await approval_letters.returned(
            site, campaign, author, reason, by=by, now=now
        )
    except MailerError as fault:
        state, reply = MessageState.WAITING, str(fault)
    if state is not MessageState.ACCEPTED:
        log.warning("approval.not_mailed", campaign=number, reason=reply)
