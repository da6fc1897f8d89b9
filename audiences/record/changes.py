"""The history of the directory: who changed which contact or organisation, and why.

Rows are only added. Only an erasure empties what they say of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.record import writing
from audiences.store.base import Base


class Changed(StrEnum):
    """What a change of the directory is about."""

    CONTACT = "contact"
    ORGANISATION = "organisation"


class DirectoryChange(Base):
    """One change of a contact or an organisation by a user."""

    __tablename__ = "directory_change"
    __table_args__ = (Index(None, "kind", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # of `Changed`
    row_id: Mapped[int]  # of the contact or organisation, also after it was deleted
    act: Mapped[str] = mapped_column(String(12))  # "added", "edited", "moved", …
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(60))
    account: Mapped[str | None]  # of the machine; null: on the pages
    because: Mapped[str | None]
    detail: Mapped[dict[str, Any]]  # column → [before, after]


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who changes the directory, when and why."""

    by: str
    at: datetime
    because: str | None = None
    account: str | None = None

    def columns(self, detail: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the columns of a change that say who, when, why and what."""
        return {
            "at": self.at,
            "by": self.by,
            "account": self.account,
            "because": self.because,
            "detail": dict(detail or {}),
        }

    def told(self, detail: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return a detail with the reason, if there is one, for the record."""
        because = {"because": self.because} if self.because else {}
        return {**(detail or {}), **because}


def record(
    session: AsyncSession,
    kind: Changed,
    row_id: int,
    act: str,
    author: Author,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one change to the history."""
    session.add(
        DirectoryChange(
            kind=kind,
            row_id=row_id,
            act=act,
            **author.columns(detail),
        )
    )
    said = author.told(detail)
    of_person = kind == Changed.CONTACT
    writing.note(
        session,
        act,
        f"{kind} {row_id}",
        by=author.by,
        at=author.at,
        detail=None if of_person else said,
        personal=said if of_person else None,
    )


async def history(
    session: AsyncSession, kind: Changed, row_id: int
) -> Sequence[DirectoryChange]:
    """Return the changes of a contact or organisation, oldest first."""
    rows = await session.scalars(
        select(DirectoryChange)
        .where(DirectoryChange.kind == kind, DirectoryChange.row_id == row_id)
        .order_by(DirectoryChange.id)
    )
    return rows.all()


async def follow(session: AsyncSession, kind: Changed, before: int, after: int) -> None:
    """Give the history of a row to the row it was merged into."""
    await session.execute(
        update(DirectoryChange)
        .where(DirectoryChange.kind == kind, DirectoryChange.row_id == before)
        .values(row_id=after)
    )
    await writing.follow(session, f"{kind} {before}", f"{kind} {after}")


async def highest(session: AsyncSession, kind: Changed) -> int:
    """Return the highest number of a contact or an organisation in the history."""
    found = await session.scalar(
        select(func.max(DirectoryChange.row_id)).where(DirectoryChange.kind == kind)
    )
    return found or 0


async def empty(session: AsyncSession, contact_id: int, author: Author) -> None:
    """Remove what the history of a contact says of the person, and record that."""
    await session.execute(
        update(DirectoryChange)
        .where(
            DirectoryChange.kind == Changed.CONTACT,
            DirectoryChange.row_id == contact_id,
        )
        .values(detail={}, because=None)
    )
    person = f"{Changed.CONTACT} {contact_id}"
    await writing.erase(session, person, by=author.by, at=author.at)
