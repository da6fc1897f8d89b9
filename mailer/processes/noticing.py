"""Mails users about slots of series: whose turn it is, and that no letter goes.

A notice is marked as tried before it is sent. So a killed process may lose one, and
none goes twice; one that the relay does not take is tried again.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy.exc import DBAPIError

from mailer import clock
from mailer.calendar import notices
from mailer.calendar.showing.mails import Notice
from mailer.campaigns.slot_models import SlotNotice
from mailer.delivery.direct import program_mails
from mailer.delivery.smtp.connect import RelayError
from mailer.errors import ConfigError
from mailer.outbox import only_to
from mailer.processes.running import store_is_ready
from mailer.processes.supervising import until_stopped
from mailer.sites.site import Site
from mailer.store import faults, identity
from scheduler import ticker

SECONDS = 30.0  # between two looks
MANY = 20  # notices at a time
LATER = timedelta(minutes=10)  # until a notice is tried again
FAULTS = 3  # of a relay, after which the others wait
log = structlog.get_logger()


async def notify_for_ever(site: Site, stopping: asyncio.Event) -> None:
    """Send the notices that wait, until stopped; none while the site stands still."""
    if not await store_is_ready(site, stopping):
        return

    async def once() -> None:
        try:
            async with site.database.reading() as session:
                known = await identity.read(session)
            if known.halt is None and known.moved_to is None:
                await notify(site, now=clock.now())
        except DBAPIError as fault:
            if not faults.is_temporary(fault):
                raise
            site.database.log_fault(fault)

    await until_stopped(ticker.tick_every(SECONDS, once), stopping)


async def _send_all(
    site: Site, rows: Sequence[SlotNotice], now: datetime
) -> list[SlotNotice]:
    """Send notices; return those that did not leave, all once the relay fails often."""
    left = []
    for place, row in enumerate(rows):
        try:
            await _send(site, row, now)
        except (RelayError, ConfigError) as fault:
            log.warning(
                "notice.not_sent", relay=program_mails.relay_of(site), reason=str(fault)
            )
            left.append(row)
            if len(left) == FAULTS:
                return [*left, *rows[place + 1 :]]
    return left


async def notify(site: Site, *, now: datetime) -> int:
    """Send the notices that wait, each once; return how many are done."""
    sent = 0
    while True:
        async with site.database.writing() as session:
            rows = await notices.waiting(session, limit=MANY, now=now)
            for row in rows:
                row.tried_at = now
        left = await _send_all(site, rows, now)
        sent += len(rows) - len(left)
        await _put_back(site, left, at=now + LATER)
        if not rows or len(left) >= FAULTS:
            break
    if sent:
        log.info("notices.sent", count=sent)
    return sent


async def _send(site: Site, row: SlotNotice, now: datetime) -> None:
    """Send one notice, unless it is late or has no recipient any more."""
    async with site.database.reading() as session:
        notice = await notices.read(session, row, now=now)
    if notice is None or not (address := notice.user.address):
        return
    if not only_to.allows(site.settings.mail.only_to, address):
        return
    await program_mails.send(site, [address], _mail(site, notice, address, now))
    async with site.database.writing() as session:
        kept = await session.get(SlotNotice, (row.occurrence_id, row.kind, row.user))
        if kept is not None:
            kept.sent_at = now


async def _put_back(site: Site, rows: Sequence[SlotNotice], *, at: datetime) -> None:
    """Let notices be tried again at a later time."""
    async with site.database.writing() as session:
        for row in rows:
            key = (row.occurrence_id, row.kind, row.user)
            kept = await session.get(SlotNotice, key)
            if kept is not None and kept.sent_at is None:
                kept.tried_at, kept.at = None, at


def _mail(site: Site, notice: Notice, address: str, now: datetime) -> EmailMessage:
    """Return the mail in the user's language."""
    settings = site.settings
    language = notice.user.language or settings.languages.default
    catalogue = site.catalogue(language)
    key = f"{notice.occurrence}/{notice.kind}/{notice.user.name}"
    name = hashlib.sha256(key.encode()).hexdigest()[:24]
    mail = program_mails.draft(
        site,
        [address],
        notice.subject(catalogue),
        name=f"notice-{name}",
        now=now,
    )
    mail["Content-Language"] = catalogue.language
    lines = [*notice.lines(catalogue), f"-- \n{site.sender_name(language)}"]
    mail.set_content("\n\n".join(lines) + "\n")
    return mail
