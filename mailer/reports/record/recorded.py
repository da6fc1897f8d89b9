"""Reads the record: acts by their object, user and day, newest first."""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.record import chain
from audiences.record.models import RecordPerson, RecordPersonal, RecordRow
from mailer.errors import NotFoundError
from mailer.reports.record.history_sources import HistoryEntry, HistoryLimits

Document = dict[str, Any]
_NUMBERED = re.compile(r"([a-z]+) ([0-9]{1,9})")
_ADDRESS = re.compile(r"address (?:[0-9a-f]{2})+")
_NAMED = (
    ("contact", Contact.id, Contact.address),
    ("consent", Contact.id, Contact.address),
    ("organisation", Organisation.id, Organisation.code),
)
_PART = 500  # rows whose names are looked up at once
ERASED = "erased"  # stands for a personal part that is no longer there


def _query() -> Select[int, str, bytes, str]:
    return select(
        RecordRow.number, RecordRow.body, RecordRow.digest, RecordPersonal.body
    ).outerjoin(RecordPersonal, RecordPersonal.number == RecordRow.number)


async def listed(
    session: AsyncSession,
    *,
    about: str | None = None,
    user: str | None = None,
    since: datetime | None = None,
    most: int | None = None,
) -> AsyncIterator[Document]:
    """Yield the wanted rows of the record, newest first, as they are read."""
    query = _query().order_by(RecordRow.number.desc())
    if about is not None:
        query = query.where(RecordRow.about == about)
    if user is not None:
        query = query.where(RecordRow.by == user)
    if since is not None:
        query = query.where(RecordRow.at >= chain.instant(since))
    rows = await session.stream(query.limit(most))
    async for row in rows:
        yield _document(row)


async def shown(session: AsyncSession, number: int) -> Document:
    """Return one row with its digest; raise NotFoundError if there is none."""
    found = (await session.execute(_query().where(RecordRow.number == number))).first()
    if found is None:
        raise NotFoundError(
            f"the record has no row with the number {number}", code="record.unknown"
        )
    return _document(found) | {"digest": found[2].hex()}


async def began(session: AsyncSession) -> datetime | None:
    """Return when the record began; None if nothing is recorded."""
    at = await session.scalar(select(RecordRow.at).order_by(RecordRow.number).limit(1))
    return None if at is None else datetime.fromisoformat(at)


async def acts(
    session: AsyncSession, limits: HistoryLimits
) -> AsyncGenerator[HistoryEntry, None]:
    """Yield the wanted acts, newest first, with addresses in place of numbers."""
    query = _query().order_by(RecordRow.number.desc())
    if limits.campaign is not None:
        query = query.where(RecordRow.about == f"campaign {limits.campaign}")
    if limits.contact is not None:
        query = query.where(RecordRow.about.in_(await _names(session, limits.contact)))
    if limits.user is not None:
        query = query.where(RecordRow.by == limits.user)
    if limits.since is not None:
        query = query.where(RecordRow.at >= chain.instant(limits.since))
    if limits.until is not None:
        query = query.where(RecordRow.at < chain.instant(limits.until))
    async for part in (await session.stream(query)).partitions(_PART):
        documents = [_document(row) for row in part]
        shown = await _shown(session, {each.get("about", "") for each in documents})
        for each in documents:
            if "unreadable" not in each:
                yield _entry(each, shown)


async def _names(session: AsyncSession, contact: Contact) -> list[str]:
    """Return how the record names a contact, and those merged into it."""
    name = f"contact {contact.id}"
    merged = select(RecordPerson.name).where(RecordPerson.holder == name)
    address = f"address {contact.address_key.hex()}"
    return [name, address, *await session.scalars(merged)]


async def _shown(session: AsyncSession, abouts: set[str]) -> dict[str, str]:
    """Return what people read in place of numbers and fingerprints."""
    shown: dict[str, str] = {}
    for kind, column, name in _NAMED:
        found = {each: _NUMBERED.fullmatch(each) for each in abouts}
        numbers = [int(each[2]) for each in found.values() if each and each[1] == kind]
        rows = await session.execute(select(column, name).where(column.in_(numbers)))
        shown |= {f"{kind} {key}": f"{kind} {said}" for key, said in rows if said}
    keys = [bytes.fromhex(each[8:]) for each in abouts if _ADDRESS.fullmatch(each)]
    of_keys = select(Contact.address_key, Contact.address).where(
        Contact.address_key.in_(keys)
    )
    of_addresses = await session.execute(of_keys)
    held = {f"address {key.hex()}": f"address {at}" for key, at in of_addresses if at}
    return shown | held


def _entry(document: Document, shown: Mapping[str, str]) -> HistoryEntry:
    personal = document["personal"]
    account = {"account": document["account"]} if document["account"] else {}
    said = personal if isinstance(personal, dict) else {}
    return HistoryEntry(
        at=datetime.fromisoformat(document["at"]),
        by=document["by"],
        act=document["act"],
        about=shown.get(document["about"], document["about"]),
        detail={**account, **document["detail"], **said},
    )


def _document(row: Row[int, str, bytes, str]) -> Document:
    number, body, _, part = row
    try:
        entry = chain.read(body)
        personal = json.loads(part) if part else entry.seal and ERASED
    except ValueError:
        # shown as far as it can be; `audit verify` says what is wrong
        return {"number": number, "unreadable": body}
    return {
        "number": number,
        "at": entry.at,
        "by": entry.by,
        "origin": entry.origin,
        "account": entry.account,
        "about": entry.about,
        "act": entry.act,
        "detail": dict(entry.detail),
        "personal": personal,
    }
