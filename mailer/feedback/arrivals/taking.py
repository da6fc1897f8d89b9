"""Takes mails in: reads them in a child, then stores and applies them at once.

A source lets a mail go only after `take` has returned. Killed at any step before, the
mail is read again; killed after, it is known and changes nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from audiences.suppressions import Why
from mailer.feedback.arrivals import leaving, reader
from mailer.feedback.belief import believing, deciding, quarantine, recording
from mailer.feedback.belief.arrival import Arrival, ReadMail
from mailer.feedback.belief.believing import NamedMail
from mailer.feedback.belief.deciding import Decided
from mailer.feedback.belief.policy import SoftLimits
from mailer.feedback.belief.recording import Recorded
from mailer.feedback.models import FeedbackKind
from mailer.feedback.replies import filing
from mailer.feedback.sender_reports import keeping
from mailer.readers import applying, optouts
from mailer.readers.optouts import NotRecordedError, OptOut, Wish
from mailer.sites.site import Site

BATCH = 200  # mails of one transaction
MAX_OCTETS = 32_000_000  # of the mails of one transaction
log = structlog.get_logger()


class Read(NamedTuple):
    """Mails that were read and are not stored yet."""

    mails: Sequence[ReadMail]
    known: int  # other mails, which are stored already


async def take(site: Site, arrivals: Sequence[Arrival], *, now: datetime) -> Recorded:
    """Store mails, and change the ledger as they say; return what was new."""
    return await store(site, await read(site, arrivals), now=now)


async def read(site: Site, arrivals: Sequence[Arrival]) -> Read:
    """Read mails in the child, all but those that are stored already."""
    digests = {digest for each in arrivals for digest in each.digests}
    async with site.database.reading() as session:
        known = await recording.known(session, digests)
    new = [each for each in arrivals if known.isdisjoint(each.digests)]
    octets = [each.octets for each in new]
    opened = await asyncio.to_thread(reader.kept.read, octets) if new else []
    mails = [
        ReadMail(arrival=arrival, opened=each)
        for arrival, each in zip(new, opened, strict=True)
    ]
    return Read(mails, len(arrivals) - len(new))


async def store(site: Site, found: Read, *, now: datetime) -> Recorded:
    """Store mails that were read, and change the ledger; return what was new.

    Wishes to unsubscribe are on the disk before the store is asked. Those of a process
    that was killed before it applied them are applied, too.
    """
    recorded = Recorded(known=found.known)
    if not found.mails:
        await applying.apply_pending(site)
        return recorded
    mails = [believing.named(site.signer, each) for each in found.mails]
    leaves = [each for mail in mails for each in _opt_outs(mail, now)]
    if leaves:
        await asyncio.to_thread(optouts.append, site.root, leaves)
    async with site.database.writing() as session:
        rows = await recording.rows_of(session, mails, now=now)
        await filing.file(session, site, found.mails, rows)
        if site.settings.feedback.leave_by_words:
            asked = await leaving.asked(session, rows, now=now)
            leaves += asked
            await asyncio.to_thread(optouts.append, site.root, asked)
        stored, new = await recording.store(session, rows, now=now)
        recorded.add(stored)
        await filing.follow(session, site, found.mails, new, now=now)
        opened = [each.opened for each in found.mails]
        reports = [each.report for each in opened if each and each.report]
        await keeping.keep(session, reports, now=now)
    await keep(site, recorded.complained, Why.COMPLAINED, now=now)
    await applying.apply_pending(site)
    return recorded


def _opt_outs(mail: NamedMail, now: datetime) -> list[OptOut]:
    """Return the wish of a mail to unsubscribe from the topic of its letter."""
    if mail.kind is not FeedbackKind.OPT_OUT or mail.proof.stamp is None:
        return []
    wish = optouts.of_link(mail.proof.stamp, at=now, kind=Wish.LEAVE, by="mail")
    return [wish]


async def decide(site: Site, *, now: datetime) -> Decided:
    """Decide about all bounces that are open, each campaign in a transaction."""
    given = site.settings.feedback
    limits = SoftLimits(
        score=given.soft_limit, half_life=timedelta(days=given.half_life_days)
    )
    total = Decided()
    async with site.database.reading() as session:
        campaigns = await deciding.open_campaigns(session)
    for each in campaigns:
        async with site.database.writing() as session:
            decided = await deciding.decide(session, each, limits, now=now)
        await keep(site, decided.suppressed, Why.BOUNCED, now=now)
        total.suppressed += decided.suppressed
        total.probed += decided.probed
        total.ours += decided.ours
    return total


async def release(
    site: Site, number: int, message_number: int, *, by: str, now: datetime
) -> Decided:
    """Believe a quarantined mail about a message that a person names; then decide.

    Raises what quarantine.release raises.
    """
    async with site.database.writing() as session:
        complained = await quarantine.release(
            session, number, message_number, by=by, now=now
        )
    await keep(site, complained, Why.COMPLAINED, now=now)
    return await decide(site, now=now)


async def keep(site: Site, keys: Sequence[bytes], why: Why, *, now: datetime) -> None:
    """Write suppressions to the file of opt-outs, too; the store has them."""
    if not keys:
        return
    lines = [optouts.of_suppression(each, at=now, reason=why) for each in keys]
    try:
        await asyncio.to_thread(optouts.append, site.root, lines)
    except NotRecordedError as fault:
        log.warning("optouts.unrecorded", reason=str(fault))
