"""Suppressions: addresses that must not be written to. Only this module writes them.

A suppression holds only the keyed fingerprint of an address. It stays when the contact
is deleted, so that a later import of the address is still suppressed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    String,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.errors import UnknownNameError
from audiences.record import writing
from audiences.store.base import Base
from audiences.store.dialects import insert

KEY_SIZE = 16  # octets of a fingerprint


class Why(StrEnum):
    """Why an address must not be written to."""

    BOUNCED = "bounced"  # the mailbox does not exist
    COMPLAINED = "complained"  # the reader reported a letter as spam
    ASKED = "asked"  # the reader asked the unit, by mail, telephone or in person
    OPERATOR = "operator"  # an operator's decision
    ERASED = "erased"  # the person was erased
    MOVED = "moved"  # the contact has another address now


# Reasons about the mailbox alone; its person may still want letters.
OF_MAILBOX = frozenset({Why.BOUNCED, Why.MOVED})


class Suppression(Base):
    """An address that is suppressed now."""

    __tablename__ = "suppression"

    address_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    detail: Mapped[str | None]


class SuppressionEvent(Base):
    """One change of a suppression. Rows are only added."""

    __tablename__ = "suppression_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    act: Mapped[str] = mapped_column(String(10))  # "suppressed" or "lifted"
    reason: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    detail: Mapped[str | None]
    by: Mapped[str | None] = mapped_column(String(60))  # None: a program, or unknown


async def suppress(
    session: AsyncSession,
    address_key: bytes,
    reason: Why,
    *,
    now: datetime,
    detail: str | None = None,
    by: str | None = None,
) -> bool:
    """Suppress an address; return False when it is suppressed already.

    A reason about the mailbox alone gives way to one about the person, which a new
    address of the person keeps. `by` is the user who did it.
    """
    if reason not in OF_MAILBOX:
        await session.execute(
            delete(Suppression).where(
                Suppression.address_key == address_key,
                Suppression.reason.in_(OF_MAILBOX),
            )
        )
    added = await session.execute(
        insert(session, Suppression)
        .values(address_key=address_key, reason=reason, since=now, detail=detail)
        .on_conflict_do_nothing()
        .returning(Suppression.reason)
    )
    if added.first() is None:
        return False
    _add_event(session, address_key, "suppressed", reason, now, detail, by)
    return True


async def suppress_all(
    session: AsyncSession,
    details: Mapping[bytes, str | None],
    reason: Why,
    *,
    now: datetime,
) -> set[bytes]:
    """Suppress addresses, each with a detail; return those that were not before."""
    if not details:
        return set()
    rows = [
        {"address_key": key, "reason": reason, "since": now, "detail": detail}
        for key, detail in details.items()
    ]
    added = set(
        await session.scalars(
            insert(session, Suppression)
            .on_conflict_do_nothing()
            .returning(Suppression.address_key),
            rows,
        )
    )
    for key, detail in details.items():
        if key in added:
            _add_event(session, key, "suppressed", reason, now, detail)
    return added


async def erase(
    session: AsyncSession, address_key: bytes, *, now: datetime, by: str
) -> None:
    """Suppress an address because its person was erased, whatever the reason before.

    What was noted about the address is emptied. `by` is the user who did it.
    """
    await session.execute(
        delete(Suppression).where(Suppression.address_key == address_key)
    )
    await session.execute(
        update(SuppressionEvent)
        .where(SuppressionEvent.address_key == address_key)
        .values(detail=None)
    )
    await suppress(session, address_key, Why.ERASED, now=now, by=by)


async def follow(
    session: AsyncSession, before: bytes, after: bytes, *, now: datetime, by: str
) -> Why | None:
    """Give a new address of a contact the suppression that the old one has.

    Return its reason; None if there is none, or if it is about the mailbox alone. The
    old address is suppressed from now on. `by` is the user who did it.
    """
    old = await session.get(Suppression, before)
    await suppress(session, before, Why.MOVED, now=now, by=by)
    if old is None or old.reason in OF_MAILBOX:
        return None
    reason = Why(old.reason)
    await suppress(session, after, reason, now=now, detail=old.detail, by=by)
    return reason


async def lift(
    session: AsyncSession,
    address_key: bytes,
    *,
    now: datetime,
    detail: str,
    by: str | None = None,
) -> None:
    """Remove a suppression; `detail` is a person's reason, `by` the user.

    Raises UnknownNameError when the address is not suppressed.
    """
    reason = await session.scalar(
        delete(Suppression)
        .where(Suppression.address_key == address_key)
        .returning(Suppression.reason)
    )
    if reason is None:
        raise UnknownNameError("this address is not suppressed")
    _add_event(session, address_key, "lifted", reason, now, detail, by)


async def bounced(
    session: AsyncSession, *which: ColumnElement[bool]
) -> Sequence[bytes]:
    """Return the addresses suppressed because their mailboxes are gone.

    `which` are more conditions on the suppression.
    """
    found = await session.scalars(
        select(Suppression.address_key)
        .where(Suppression.reason == Why.BOUNCED, *which)
        .order_by(Suppression.address_key)
    )
    return found.all()


async def suppressed_at(session: AsyncSession, at: datetime) -> Sequence[bytes]:
    """Return the addresses that were suppressed at an instant."""
    found = await session.scalars(
        select(SuppressionEvent.address_key).where(
            SuppressionEvent.at == at, SuppressionEvent.act == "suppressed"
        )
    )
    return found.all()


async def counts(session: AsyncSession) -> dict[str, int]:
    """Return how many addresses are suppressed for each reason."""
    rows = await session.execute(
        select(Suppression.reason, func.count()).group_by(Suppression.reason)
    )
    return dict(sorted((row[0], row[1]) for row in rows))


async def page(
    session: AsyncSession,
    *,
    reason: Why | None = None,
    key: bytes | None = None,
    before: tuple[datetime, bytes] | None = None,
    limit: int,
) -> list[tuple[Suppression, int | None, str | None]]:
    """Return suppressions, the latest first, each with its contact if there is one.

    The contact is its number and address; `before` is the last row of another page.
    """
    since, number = Suppression.since, Suppression.address_key
    query = (
        select(Suppression, Contact.id, Contact.address)
        .outerjoin(Contact, Contact.address_key == number)
        .order_by(since.desc(), number.desc())
        .limit(limit)
    )
    if reason is not None:
        query = query.where(Suppression.reason == reason)
    if key is not None:
        query = query.where(number == key)
    if before is not None:
        same = and_(since == before[0], number < before[1])
        query = query.where(or_(since < before[0], same))
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def listed(
    session: AsyncSession, *which: ColumnElement[bool]
) -> list[tuple[Suppression, str | None]]:
    """Return suppressions with their contacts' addresses, if any, oldest first.

    `which` are conditions on the suppression; without any, all are returned.
    """
    rows = await session.execute(
        select(Suppression, Contact.address)
        .outerjoin(Contact, Contact.address_key == Suppression.address_key)
        .where(*which)
        .order_by(Suppression.since, Suppression.address_key)
    )
    return [(suppression, address) for suppression, address in rows]


def _add_event(
    session: AsyncSession,
    address_key: bytes,
    act: str,
    reason: str,
    now: datetime,
    detail: str | None,
    by: str | None = None,
) -> None:
    session.add(
        SuppressionEvent(
            address_key=address_key,
            act=act,
            reason=reason,
            at=now,
            detail=detail,
            by=by or None,
        )
    )
    about = f"address {address_key.hex()}"
    said = {"reason": reason}
    writing.note(session, act, about, by=by or "", at=now, detail=said)
