"""Applies the opt-outs of the site's file to the store.

An opt-out changes nothing if the reader has asked for the letters again since. Only the
reader's own wish counts: an import or a wrong clock cannot cancel an opt-out.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions, suppressions
from audiences.contacts import Contact
from audiences.people import former_keys
from audiences.subscriptions import Evidence, How
from audiences.suppressions import SuppressionEvent, Why
from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.outbox.models import Message
from mailer.readers import optouts
from mailer.readers.optouts import BatchEnd, OptOut, Wish
from mailer.sites.site import Site
from mailer.store import identity
from mailer.store.identity import Identity

KEY_SIZE = 16  # octets of a whole fingerprint
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reader:
    contact_id: int
    topic: str | None  # of the letter with the link; None: of no letter


async def apply_pending(site: Site) -> None:
    """Apply all that the store has not taken yet, each batch in a transaction."""
    while optouts.has_pending(site.root):
        async with site.database.writing() as session:
            place = await apply(session, site.root, now=clock.now())
        if place.end == optouts.applied(site.root):
            return  # the rest is a line that is still being written
        optouts.mark_applied(site.root, place)


async def apply(session: AsyncSession, root: Path, *, now: datetime) -> BatchEnd:
    """Apply one batch; return its end, to be marked as applied after the commit.

    Raises RefusedError if the store was moved: the other one takes them.
    """
    batch, end = optouts.pending(root)
    known = await identity.read(session)
    known.require_here()
    for each in batch:
        await _apply(session, known, each, now)
    return end


async def _apply(
    session: AsyncSession, known: Identity, each: OptOut, now: datetime
) -> None:
    if each.kind in {Wish.SUPPRESS, Wish.ERASE}:
        await _suppress(session, each)
        return
    reader = await _reader(session, known, each)
    if reader is None:
        log.warning("optouts.unknown", message=each.message)
        return
    evidence = _evidence(each)
    if each.kind is Wish.STOP or reader.topic is None:
        await subscriptions.stop_everything(
            session, reader.contact_id, evidence=evidence, applied_at=now
        )
    else:
        await subscriptions.unsubscribe(
            session,
            reader.contact_id,
            reader.topic,
            evidence=evidence,
            applied_at=now,
        )


async def _reader(
    session: AsyncSession, known: Identity, each: OptOut
) -> _Reader | None:
    """Return the reader a line names, and the topic to leave; None if not known.

    If a restored store has lost the message, the fingerprint names the reader.
    """
    stamp = each.stamp
    if stamp is not None and known.has_message_of(stamp):
        row = (
            await session.execute(
                select(Message.contact_id, Message.address_key, Campaign.topic)
                .join(Campaign, Campaign.id == Message.campaign_id)
                .where(Message.id == stamp.number)
            )
        ).one_or_none()
        if row is not None and row.address_key.startswith(each.key):
            topic = each.topic or row.topic
            if topic is None and each.kind is Wish.LEAVE:
                return None  # this letter has no topic to leave
            return _Reader(contact_id=row.contact_id, topic=topic)
    contact_id = await _contact(session, each.key)
    if contact_id is None:
        return None
    return _Reader(contact_id=contact_id, topic=each.topic)


async def _contact(session: AsyncSession, key: bytes) -> int | None:
    """Return the contact whose fingerprint begins with a key; None if there is none."""
    if not key:
        return None
    first, last = key.ljust(KEY_SIZE, b"\x00"), key.ljust(KEY_SIZE, b"\xff")
    found: int | None = await session.scalar(
        select(Contact.id).where(Contact.address_key.between(first, last)).limit(1)
    )
    return found or await former_keys.contact_of(session, first, last)


async def _suppress(session: AsyncSession, each: OptOut) -> None:
    lifted = exists().where(
        SuppressionEvent.address_key == each.key,
        SuppressionEvent.act == "lifted",
        SuppressionEvent.at > each.at,
    )
    if await session.scalar(select(lifted)):
        return
    why = each.by if each.by in set(Why) else Why.OPERATOR
    reason = Why.ERASED if each.kind is Wish.ERASE else Why(why)
    await suppressions.suppress(session, each.key, reason, now=each.at)
    other = await former_keys.contact_of(session, each.key, each.key)
    if other is not None:
        contact = await session.get_one(Contact, other)
        await suppressions.suppress(session, contact.address_key, reason, now=each.at)


def _evidence(each: OptOut) -> Evidence:
    how = How(each.by) if each.by in set(How) else How.OPERATOR
    source = None if each.message is None else f"message {each.message}"
    return Evidence(at=each.at, how=how, source=source)
