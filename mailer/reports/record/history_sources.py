"""Acts that the record does not have, in its shape: who did what, when, to what.

They are what earlier versions kept in each room. Each source is a query, newest first,
with the function that makes an act of its row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from audiences.contacts import Contact
from audiences.directory import Proposal
from audiences.intake.models import Import
from audiences.organisations import Organisation
from audiences.record.changes import Changed, DirectoryChange
from audiences.segments.saved import SavedSegment
from audiences.suppressions import SuppressionEvent
from mailer.campaigns.models import CampaignEvent
from mailer.store.site_events import SiteEvent

DELIVERY = "delivery"


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
    until: datetime | None = None  # before this instant


@dataclass(frozen=True, kw_only=True, slots=True)
class ActSource:
    """A query of acts, newest first, and what makes an act of a row."""

    query: Select[*tuple[Any, ...]]
    entry: Callable[[Any], HistoryEntry]


def kept_by_rooms(limits: HistoryLimits) -> Iterator[ActSource]:
    """Yield what each room keeps of the wanted acts."""
    if limits.contact is not None:
        yield _suppressions(limits, limits.contact)
        yield _changes(limits, limits.contact)
        return
    yield _campaigns(limits)
    if limits.campaign is None:
        yield from (_imports(limits), _undone(limits), _segments(limits))
        yield from (_proposals(limits), _suppressions(limits), _changes(limits))
        yield _site(limits)


def limited(
    query: Select[*tuple[Any, ...]],
    limits: HistoryLimits,
    at: Any,
    number: Any,
    by: Any = None,
) -> Select[*tuple[Any, ...]]:
    """Return a query with the limits of time and, with a column `by`, of user."""
    if limits.since is not None:
        query = query.where(at >= limits.since)
    if limits.until is not None:
        query = query.where(at < limits.until)
    if limits.user is not None and by is not None:
        query = query.where(by == limits.user)
    return query.order_by(at.desc(), number.desc())


def _campaigns(limits: HistoryLimits) -> ActSource:
    table = CampaignEvent
    query = select(table)
    if limits.campaign is not None:
        query = query.where(table.campaign_id == limits.campaign)
    query = limited(query, limits, table.at, table.id, table.by)
    return ActSource(query=query, entry=_recorded)


def _site(limits: HistoryLimits) -> ActSource:
    table = SiteEvent
    query = limited(select(table), limits, table.at, table.id, table.by)
    return ActSource(query=query, entry=_recorded)


def _recorded(row: Any) -> HistoryEntry:
    """Return an act on the site, or on a campaign."""
    (each,) = row
    on_site = isinstance(each, SiteEvent)
    about = each.about if on_site else f"campaign {each.campaign_id}"
    return HistoryEntry(
        at=each.at, by=each.by, act=each.act, about=about, detail=each.detail
    )


def _imports(limits: HistoryLimits) -> ActSource:
    def entry(row: Any) -> HistoryEntry:
        (each,) = row
        counts = {"rows": each.rows, "added": each.added, "changed": each.changed}
        return HistoryEntry(
            at=each.at,
            by=each.by,
            act="imported",
            about=f"import {each.id}",
            detail={"file": each.file, **counts},
        )

    query = limited(select(Import), limits, Import.at, Import.id, Import.by)
    return ActSource(query=query, entry=entry)


def _undone(limits: HistoryLimits) -> ActSource:
    def entry(row: Any) -> HistoryEntry:
        (each,) = row
        return HistoryEntry(
            at=each.undone_at,
            by=each.undone_by or "",  # not recorded by earlier versions
            act="undone",
            about=f"import {each.id}",
            detail={"file": each.file},
        )

    query = select(Import).where(Import.undone_at.is_not(None))
    at, by = Import.undone_at, Import.undone_by
    return ActSource(query=limited(query, limits, at, Import.id, by), entry=entry)


def _segments(limits: HistoryLimits) -> ActSource:
    table = SavedSegment

    def entry(row: Any) -> HistoryEntry:
        (each,) = row
        return HistoryEntry(
            at=each.saved_at,
            by=each.saved_by,
            act="saved" if each.rule else "removed",
            about=f"segment {each.name}",
            detail={"version": each.version, "rule": each.rule},
        )

    order = (table.saved_at, table.version, table.saved_by)
    return ActSource(query=limited(select(table), limits, *order), entry=entry)


def _proposals(limits: HistoryLimits) -> ActSource:
    table = Proposal

    def entry(row: Any) -> HistoryEntry:
        (each,) = row
        return HistoryEntry(
            at=each.settled_at,
            by=each.settled_by or "",
            act=each.decision or "settled",
            about=f"proposal {each.id}",
            detail={},
        )

    query = select(table).where(table.settled_at.is_not(None))
    order = (table.settled_at, table.id, table.settled_by)
    return ActSource(query=limited(query, limits, *order), entry=entry)


def _suppressions(limits: HistoryLimits, contact: Contact | None = None) -> ActSource:
    table = SuppressionEvent
    query = select(table, Contact.address).outerjoin(
        Contact, Contact.address_key == table.address_key
    )
    if contact is not None:
        query = query.where(table.address_key == contact.address_key)

    def entry(row: Any) -> HistoryEntry:
        each, address = row
        return HistoryEntry(
            at=each.at,
            by=each.by or "",  # a program, or not recorded by earlier versions
            act=each.act,
            about=f"address {address or each.address_key.hex()}",
            detail={"reason": each.reason, "detail": each.detail},
        )

    return ActSource(
        query=limited(query, limits, table.at, table.id, table.by), entry=entry
    )


def _changes(limits: HistoryLimits, contact: Contact | None = None) -> ActSource:
    """Return the changes of the directory: contacts and organisations."""
    table = DirectoryChange
    name = func.coalesce(Contact.address, Organisation.code)
    of_contact = (table.kind == Changed.CONTACT) & (Contact.id == table.row_id)
    of_body = (table.kind == Changed.ORGANISATION) & (Organisation.id == table.row_id)
    query = (
        select(table, name)
        .outerjoin(Contact, of_contact)
        .outerjoin(Organisation, of_body)
    )
    if contact is not None:
        query = query.where(table.kind == Changed.CONTACT, table.row_id == contact.id)

    def entry(row: Any) -> HistoryEntry:
        each, named = row
        said = {"because": each.because} if each.because else {}
        account = {"account": each.account} if each.account else {}
        return HistoryEntry(
            at=each.at,
            by=each.by,
            act=each.act,
            about=f"{each.kind} {named or each.row_id}",
            detail={**account, **said, **each.detail},
        )

    return ActSource(
        query=limited(query, limits, table.at, table.id, table.by), entry=entry
    )
