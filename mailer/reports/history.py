"""What happened on a site: who did what, when; gathered from the records of each room.

Nothing is stored here. Consent and messages are those of one contact only: the ledger
and the evidence have them for all.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.contacts import Contact
from audiences.directory import Proposal
from audiences.intake.models import Import
from audiences.segments.saved import SavedSegment
from audiences.subscriptions import Consent, How
from audiences.suppressions import SuppressionEvent
from audiences.upkeep.changes import Changed, DirectoryChange
from audiences.upkeep.data_changes import DataChange
from mailer.campaigns import lookup
from mailer.campaigns.models import CampaignEvent
from mailer.outbox.models import Message, MessageEvent
from mailer.sites.site import Site
from mailer.users import guard

READER = "reader"  # acts by links and pages
DELIVERY = "delivery"
_OF_READERS = (How.ONE_CLICK, How.PAGE, How.CONFIRMATION)


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryEntry:
    """One act: `about` names its object, such as “campaign 3”."""

    at: datetime
    by: str
    act: str
    about: str
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryLimits:
    """Which acts are wanted; None is no limit."""

    campaign: int | None = None
    contact: Contact | None = None
    user: str | None = None
    since: datetime | None = None


async def wanted(
    session: AsyncSession,
    site: Site,
    *,
    campaign: int | None,
    address: str | None,
    user: str | None,
    since: datetime | None,
) -> HistoryLimits:
    """Return which acts are wanted; raise if there is no such campaign or address.

    A user is one who acts now, or a program; one who is unknown raises NotFoundError.
    """
    if campaign is not None:
        await lookup.get(session, campaign)
    if user is not None and user not in guard.PROGRAMS | {READER}:
        await guard.named(session, user)
    found = None
    if address is not None:
        found = await contacts.find(session, address, key=site.address_key)
    return HistoryLimits(campaign=campaign, contact=found, user=user, since=since)


Source = Callable[[AsyncSession, HistoryLimits], Awaitable[list[HistoryEntry]]]


async def read(
    session: AsyncSession, limits: HistoryLimits
) -> AsyncIterator[HistoryEntry]:
    """Yield the wanted acts, oldest first."""
    if limits.contact is not None:
        sources: tuple[Source, ...] = (_consent, _suppressions, _messages, _directory)
    elif limits.campaign is not None:
        sources = (_campaigns,)
    else:
        sources = (
            *(_campaigns, _imports, _undone, _segments, _proposals, _suppressions),
            *(_directory, _data),
        )
    entries = [each for source in sources for each in await source(session, limits)]
    for each in sorted(entries, key=lambda entry: entry.at):
        if limits.user is not None and each.by != limits.user:
            continue
        if limits.since is None or each.at >= limits.since:
            yield each


async def _campaigns(
    session: AsyncSession, limits: HistoryLimits
) -> list[HistoryEntry]:
    query = select(CampaignEvent).order_by(CampaignEvent.id)
    if limits.campaign is not None:
        query = query.where(CampaignEvent.campaign_id == limits.campaign)
    if limits.since is not None:
        query = query.where(CampaignEvent.at >= limits.since)
    return [
        HistoryEntry(
            at=each.at,
            by=each.by,
            act=each.act,
            about=f"campaign {each.campaign_id}",
            detail=each.detail,
        )
        for each in await session.scalars(query)
    ]


async def _imports(session: AsyncSession, _limits: HistoryLimits) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            at=each.at,
            by=each.by,
            act="imported",
            about=f"import {each.id}",
            detail={
                "file": each.file,
                "rows": each.rows,
                "added": each.added,
                "changed": each.changed,
            },
        )
        for each in await session.scalars(select(Import))
    ]


async def _undone(session: AsyncSession, _limits: HistoryLimits) -> list[HistoryEntry]:
    undone = await session.scalars(select(Import).where(Import.undone_at.is_not(None)))
    return [
        HistoryEntry(
            at=each.undone_at,
            by="",  # not recorded
            act="undone",
            about=f"import {each.id}",
            detail={"file": each.file},
        )
        for each in undone
        if each.undone_at is not None
    ]


async def _segments(
    session: AsyncSession, _limits: HistoryLimits
) -> list[HistoryEntry]:
    return [
        HistoryEntry(
            at=each.saved_at,
            by=each.saved_by,
            act="saved" if each.rule else "removed",
            about=f"segment {each.name}",
            detail={"version": each.version, "rule": each.rule},
        )
        for each in await session.scalars(select(SavedSegment))
    ]


async def _proposals(
    session: AsyncSession, _limits: HistoryLimits
) -> list[HistoryEntry]:
    settled = select(Proposal).where(Proposal.settled_at.is_not(None))
    return [
        HistoryEntry(
            at=each.settled_at,
            by=each.settled_by or "",
            act=each.decision or "settled",
            about=f"proposal {each.id}",
            detail={},
        )
        for each in await session.scalars(settled)
        if each.settled_at is not None
    ]


async def _suppressions(
    session: AsyncSession, limits: HistoryLimits
) -> list[HistoryEntry]:
    query = select(SuppressionEvent)
    if limits.contact is not None:
        key = limits.contact.address_key
        query = query.where(SuppressionEvent.address_key == key)
    if limits.since is not None:
        query = query.where(SuppressionEvent.at >= limits.since)
    return [
        HistoryEntry(
            at=each.at,
            by="",  # not recorded
            act=each.act,
            about=f"address {each.address_key.hex()}",
            detail={"reason": each.reason, "detail": each.detail},
        )
        for each in await session.scalars(query)
    ]


async def _directory(
    session: AsyncSession, limits: HistoryLimits
) -> list[HistoryEntry]:
    """Return changes of contacts and organisations by users."""
    query = select(DirectoryChange)
    if limits.contact is not None:
        query = query.where(
            DirectoryChange.kind == Changed.CONTACT,
            DirectoryChange.row_id == limits.contact.id,
        )
    if limits.since is not None:
        query = query.where(DirectoryChange.at >= limits.since)
    return [_change(each, each.row_id) for each in await session.scalars(query)]


async def _data(session: AsyncSession, _limits: HistoryLimits) -> list[HistoryEntry]:
    """Return changes of users and words, and exports."""
    rows = await session.scalars(select(DataChange))
    return [_change(each, each.code) for each in rows]


def _change(each: DirectoryChange | DataChange, name: object) -> HistoryEntry:
    detail = {**each.detail, "because": each.because}
    return HistoryEntry(
        at=each.at, by=each.by, act=each.act, about=f"{each.kind} {name}", detail=detail
    )


async def _consent(session: AsyncSession, limits: HistoryLimits) -> list[HistoryEntry]:
    contact = limits.contact
    if contact is None:
        return []
    rows = await session.scalars(
        select(Consent).where(Consent.contact_id == contact.id)
    )
    return [
        HistoryEntry(
            at=each.at,
            by=READER if each.how in _OF_READERS else "",
            act=each.standing,
            about=f"topic {each.topic}",
            detail={"how": each.how, "source": each.source, "basis": each.basis},
        )
        for each in rows
    ]


async def _messages(session: AsyncSession, limits: HistoryLimits) -> list[HistoryEntry]:
    """Return the messages of a contact: each event, and each acceptance."""
    contact = limits.contact
    if contact is None:
        return []
    mine = Message.contact_id == contact.id
    if limits.campaign is not None:
        mine &= Message.campaign_id == limits.campaign
    events = await session.execute(
        select(MessageEvent, Message.campaign_id)
        .join(Message, Message.id == MessageEvent.message_number)
        .where(mine)
    )
    found = [
        HistoryEntry(
            at=event.at,
            by=DELIVERY,
            act=event.state,
            about=f"campaign {campaign}",
            detail={"message": event.message_number, "reason": event.detail},
        )
        for event, campaign in events
    ]
    known = {(each.detail["message"], each.act) for each in found}
    rows = await session.scalars(select(Message).where(mine))
    return found + [
        HistoryEntry(
            at=each.settled_at,
            by=DELIVERY,
            act=each.state,
            about=f"campaign {each.campaign_id}",
            detail={"message": each.id, "reason": each.reason, "reply": each.reply},
        )
        for each in rows
        if each.settled_at is not None and (each.id, each.state) not in known
    ]
