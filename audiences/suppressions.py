"""Addresses that must not be written to: the one writer, with its evidence.

An address is known here by its keyed fingerprint only, so a suppression outlives
the contact and a later import does not bring the reader back.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.errors import UnknownNameError
from audiences.store.base import Base
from audiences.store.dialects import insert


class Why(StrEnum):
    """Why an address must not be written to."""

    BOUNCED = "bounced"  # the mailbox does not exist
    COMPLAINED = "complained"  # the reader called our letter spam
    ASKED = "asked"  # the reader wrote to the unit
    OPERATOR = "operator"  # an operator's decision
    ERASED = "erased"  # the person was erased and must not come back


class Suppression(Base):
    """An address under suppression now."""

    __tablename__ = "suppression"

    address_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    detail: Mapped[str | None]


class SuppressionEvent(Base):
    """One change of suppression; rows are only ever added."""

    __tablename__ = "suppression_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    act: Mapped[str] = mapped_column(String(10))  # suppressed, lifted
    reason: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    detail: Mapped[str | None]


async def suppress(
    session: AsyncSession,
    address_key: bytes,
    reason: Why,
    *,
    now: datetime,
    detail: str | None = None,
) -> bool:
    """Stop writing to an address; say whether it was writable before."""
    added = await session.execute(
        insert(session, Suppression)
        .values(address_key=address_key, reason=reason, since=now, detail=detail)
        .on_conflict_do_nothing()
        .returning(Suppression.reason)
    )
    if added.first() is None:
        return False
    _log(session, address_key, "suppressed", reason, now, detail)
    return True


async def lift(
    session: AsyncSession, address_key: bytes, *, now: datetime, detail: str
) -> None:
    """Allow writing to an address again, with the reason stated by a person."""
    reason = await session.scalar(
        delete(Suppression)
        .where(Suppression.address_key == address_key)
        .returning(Suppression.reason)
    )
    if reason is None:
        raise UnknownNameError("this address is not suppressed")
    _log(session, address_key, "lifted", reason, now, detail)


async def listed(session: AsyncSession) -> list[tuple[Suppression, str | None]]:
    """Return every suppression with the address of its contact, oldest first."""
    rows = await session.execute(
        select(Suppression, Contact.address)
        .outerjoin(Contact, Contact.address_key == Suppression.address_key)
        .order_by(Suppression.since, Suppression.address_key)
    )
    return [(suppression, address) for suppression, address in rows]


def _log(
    session: AsyncSession,
    address_key: bytes,
    act: str,
    reason: str,
    now: datetime,
    detail: str | None,
) -> None:
    session.add(
        SuppressionEvent(
            address_key=address_key, act=act, reason=reason, at=now, detail=detail
        )
    )
