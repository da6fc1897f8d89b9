"""Stores what providers report, and changes the ledger and subscriptions as it says.

A report is believed only if it names a message that we sent: by its return-path, the
link in its List-Unsubscribe, or its Message-ID with the reader's address.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import characters
from audiences.suppressions import Why
from mailer.delivery.smtp.verdict import Permanence
from mailer.errors import TokenError
from mailer.feedback import diagnosis
from mailer.feedback.arrivals import taking
from mailer.feedback.belief import evidence, messages, recording
from mailer.feedback.belief.believing import ABUSE, SHORT, Row
from mailer.feedback.belief.messages import SentMessage
from mailer.feedback.models import FeedbackKind, MailStanding
from mailer.feedback.opening import LINK
from mailer.feedback.providers import tokens
from mailer.feedback.providers.parsing import ProviderReport
from mailer.links import Stamp
from mailer.outbox.models import Message
from mailer.readers import applying, optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.sites.site import Site
from mailer.store import identity

NAMES_NOTHING = "the report names no message of this site"


async def record(
    site: Site,
    provider: str,
    reports: Sequence[ProviderReport],
    *,
    token: str = "",
    now: datetime,
) -> int:
    """Store reports; return how many were new.

    Raises NotAuthenticError for a signed `token` that came with other reports.
    """
    if token and reports:
        digests = [digest(provider, each) for each in reports]
        async with site.database.writing() as session:
            await tokens.bind(session, token, digests, now=now)
    async with site.database.reading() as session:
        known = await recording.known(
            session, {digest(provider, each) for each in reports}
        )
        new = [each for each in reports if digest(provider, each) not in known]
        named = [await _message(session, site, each) for each in new]
        leaves = [
            await _leave(session, found.number, now)
            for each, found in zip(new, named, strict=True)
            if found is not None and each.kind is FeedbackKind.OPT_OUT
        ]
    if leaves:
        await asyncio.to_thread(optouts.append, site.root, leaves)
    rows = [
        _row(provider, each, found, now) for each, found in zip(new, named, strict=True)
    ]
    once = {row["digest"]: row for row in rows}
    async with site.database.writing() as session:
        recorded, _ = await recording.store(session, list(once.values()), now=now)
    await taking.keep(site, recorded.complained, Why.COMPLAINED, now=now)
    await applying.apply_pending(site)
    return recorded.kinds.total() + recorded.quarantined


def digest(provider: str, report: ProviderReport) -> bytes:
    """Return what is the same whenever a provider repeats a report."""
    named = (provider, report.kind, report.identifier, report.address)
    text = "\0".join(named).encode("utf-8", "replace")
    return hashlib.blake2b(text, digest_size=32).digest()


async def _message(
    session: AsyncSession, site: Site, report: ProviderReport
) -> SentMessage | None:
    """Return the message that a report names; None if it names none of ours."""
    stamp = _stamp(site, report)
    if stamp is None:
        number = await messages.named(session, site, report.address, report.names)
        row = await session.get(Message, number) if number else None
        if row is None:
            return None
        known = await identity.read(session)
        stamp = known.stamp(row.id, row.address_key)
    found = (await messages.read(session, [stamp])).of(stamp)
    return None if isinstance(found, str) else found


def _stamp(site: Site, report: ProviderReport) -> Stamp | None:
    local = report.return_path.rpartition("@")[0]
    try:
        return site.signer.stamp_of_return_path(local)
    except TokenError:
        pass  # the provider has a return-path of its own
    link = LINK.search(report.links)
    return evidence.of_token(site.signer, link[1]) if link else None


async def _leave(session: AsyncSession, number: int, now: datetime) -> OptOut:
    row = await session.get_one(Message, number)
    stamp = (await identity.read(session)).stamp(row.id, row.address_key)
    return optouts.of_link(stamp, at=now, kind=Wish.LEAVE, by="mail")


def _row(
    provider: str, report: ProviderReport, found: SentMessage | None, now: datetime
) -> Row:
    told = diagnosis.of(report.address, report.words, status=report.status)
    standing = MailStanding.QUARANTINED if found is None else MailStanding.BELIEVED
    is_bounce = report.kind is FeedbackKind.BOUNCE
    reason = told.reason if is_bounce else ABUSE
    if report.kind is FeedbackKind.COMPLAINT and report.words.startswith("not-"):
        reason = report.words
    values: dict[str, Any] = {
        "digest": digest(provider, report),
        "seen_at": now,
        "way": provider,
        "kind": report.kind.value,
        "standing": standing.value,
        "why": None if found else NAMES_NOTHING,
        "campaign_id": found.campaign_id if found else None,
        "message_number": found.number if found else None,
        "address_key": found.address_key if found else None,
        "evidence": "report of the provider" if found else None,
        "status": told.status[:12] if is_bounce else "",
        "permanence": _permanence(report, told.permanence).value if is_bounce else "",
        "reason": reason[:80],
        "sender": characters.for_terminal(report.address)[:254],
        "subject": "",
        "text": characters.for_terminal(report.words)[:SHORT],
        "octets": None,
    }
    return values


def _permanence(report: ProviderReport, told: Permanence) -> Permanence:
    """Return what our tables tell; a provider's milder word counts, as theirs alone."""
    if told is Permanence.UNKNOWN:
        return report.permanence
    if told is Permanence.PERMANENT and report.permanence is Permanence.TRANSIENT:
        return Permanence.TRANSIENT
    return told
