"""Writes the record. Only this module adds rows to it.

A verb notes its act while it works; the transaction chains what was noted at its end,
so that the end of the chain is locked last and for the shortest time.
"""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import chain
from audiences.record.chain import LENGTHS, RecordEntry
from audiences.record.models import RecordPerson, RecordPersonal, RecordRow
from audiences.store import dialects

_NOTED = "liaison_record"  # in the session's `info`
_LOCK = 0x1A150181  # advisory, of the end of the chain; PostgreSQL only
_KEY_SIZE = 32  # octets


class Origin(StrEnum):
    """From where an act came."""

    TERMINAL = "terminal"
    CONSOLE = "console"
    API = "api"
    LINK = "link"  # of a reader
    SERVICE = "service"


# the account of the machine at which a person acts; None: a program acts
account: ContextVar[str | None] = ContextVar("account", default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """An act that waits for the end of its transaction."""

    at: datetime
    by: str
    act: str
    about: str
    detail: Mapping[str, Any]
    origin: Origin
    account: str | None
    personal: Mapping[str, Any] | None  # of the person `about`


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainEnd:
    """The last row of the record: its number and its digest."""

    number: int
    digest: bytes


def note(
    session: AsyncSession,
    act: str,
    about: str,
    *,
    by: str,
    at: datetime,
    detail: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    origin: Origin | None = None,
) -> None:
    """Let the transaction record an act when it ends.

    `about` names the object, such as “campaign 3”. `personal` is what the act says of
    the person `about`; it goes when the person is erased.
    """
    at_account = account.get()
    usual = Origin.SERVICE if at_account is None else Origin.TERMINAL
    noted = Noted(
        at=at,
        by=by[: LENGTHS[0]],
        act=act,
        about=about[: LENGTHS[1]],
        detail=chain.bounded(detail or {}),
        origin=origin or usual,
        account=at_account,
        personal=personal or None,
    )
    session.info.setdefault(_NOTED, []).append(noted)


async def seal(session: AsyncSession) -> ChainEnd | None:
    """Chain what the transaction noted; return the new end, None if it noted nothing.

    It is the last act of a transaction: other writers of the record wait from here on.
    """
    noted: Sequence[Noted] = session.info.pop(_NOTED, ())
    if not noted:
        return None
    await session.flush()
    await lock_end(session)
    last = await end(session)
    keys = await _keys(session, sorted({each.about for each in noted if each.personal}))
    number, digest = last.number, last.digest
    rows: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for each in noted:
        number += 1
        text = chain.canonical(each.personal) if each.personal else None
        entry = _entry(each, number, text, keys)
        if text is not None:
            parts.append({"number": number, "person": each.about, "body": text})
        body = chain.body(entry)
        digest = chain.digest(digest, body)
        columns = {"at": entry.at, "by": entry.by, "about": entry.about}
        rows.append({"number": number, **columns, "body": body, "digest": digest})
    await session.execute(insert(RecordRow), rows)
    if parts:
        await session.execute(insert(RecordPersonal), parts)
    return ChainEnd(number=number, digest=digest)


async def lock_end(session: AsyncSession) -> None:
    """Let other writers of the record wait until the transaction ends."""
    await dialects.wait_for_others(session, _LOCK)


async def take_back(session: AsyncSession) -> None:
    """Roll a transaction back that only showed what it would do, with its notes."""
    session.info.pop(_NOTED, None)
    await session.rollback()


def _entry(
    noted: Noted, number: int, text: str | None, keys: Mapping[str, bytes]
) -> RecordEntry:
    """Return the entry of an act, with the seal of its personal part if it has one."""
    sealed = None
    if text is not None:
        sealed = chain.personal_seal(keys[noted.about], number, text)
    return RecordEntry(
        number=number,
        at=chain.instant(noted.at),
        by=noted.by,
        about=noted.about,
        act=noted.act,
        origin=noted.origin,
        account=noted.account,
        detail=noted.detail,
        person=None if text is None else noted.about,
        seal=sealed,
    )


async def end(session: AsyncSession) -> ChainEnd:
    """Return the end of the chain; the number 0 if nothing was recorded."""
    rows = await session.execute(
        select(RecordRow.number, RecordRow.digest)
        .order_by(RecordRow.number.desc())
        .limit(1)
    )
    found = rows.first()
    if found is None:
        return ChainEnd(number=0, digest=chain.GENESIS)
    return ChainEnd(number=found.number, digest=found.digest)


async def _keys(session: AsyncSession, persons: Sequence[str]) -> dict[str, bytes]:
    """Return the key of each person; make those that are missing."""
    if not persons:
        return {}
    found = await session.execute(
        select(RecordPerson.name, RecordPerson.key).where(
            RecordPerson.name.in_(persons)
        )
    )
    keys = {name: key for name, key in found}
    made = {name: os.urandom(_KEY_SIZE) for name in persons if name not in keys}
    if made:
        rows = [{"name": each, "key": made[each], "holder": each} for each in made]
        await session.execute(insert(RecordPerson), rows)
    return keys | made


async def follow(session: AsyncSession, before: str, after: str) -> None:
    """Give what is recorded of a person to the person they were merged into."""
    await session.execute(
        update(RecordPerson).where(RecordPerson.holder == before).values(holder=after)
    )


async def forget(
    session: AsyncSession,
    person: str,
    matches: Callable[[Any], bool],
    *,
    by: str,
    at: datetime,
) -> None:
    """Remove those parts of what the record says of a person that match.

    The person stays, with the other parts; that it was done is recorded.
    """
    names = await _names(session, person)
    parts = await session.execute(
        select(RecordPersonal.number, RecordPersonal.body).where(
            RecordPersonal.person.in_(names)
        )
    )
    numbers = [number for number, body in parts if matches(json.loads(body))]
    if not numbers:
        return
    await session.execute(
        delete(RecordPersonal).where(RecordPersonal.number.in_(numbers))
    )
    note(session, "erased", person, by=by, at=at, detail={"persons": names})


async def _names(session: AsyncSession, person: str) -> list[str]:
    """Return a person and those who were merged into them."""
    named = select(RecordPerson.name).where(RecordPerson.holder == person)
    return sorted({person, *await session.scalars(named)})


async def erase(session: AsyncSession, person: str, *, by: str, at: datetime) -> None:
    """Remove what the record says of a person, with the keys; record that it was done.

    The rows stay, and the chain is whole: they hold only a digest that nothing opens.
    """
    names = await _names(session, person)
    await session.execute(
        delete(RecordPersonal).where(RecordPersonal.person.in_(names))
    )
    await session.execute(delete(RecordPerson).where(RecordPerson.name.in_(names)))
    note(session, "erased", person, by=by, at=at, detail={"persons": names})


async def last_of(session: AsyncSession, about: str) -> RecordEntry | None:
    """Return the last act on an object; None if there was none."""
    body = await session.scalar(
        select(RecordRow.body)
        .where(RecordRow.about == about)
        .order_by(RecordRow.number.desc())
        .limit(1)
    )
    return None if body is None else chain.read(body)
