"""Saved segments: the table of all versions, and queries for the latest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from audiences.store.base import Base


class SavedSegment(Base):
    """One version of a saved rule; with an empty rule, the name was removed."""

    __tablename__ = "saved_segment"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    rule: Mapped[str]
    saved_at: Mapped[datetime]
    saved_by: Mapped[str]


def latest(*columns: InstrumentedAttribute[Any]) -> Select[Any]:
    """Select columns of the latest version of each saved rule, without removed ones."""
    newest = (
        select(SavedSegment.name, func.max(SavedSegment.version).label("version"))
        .group_by(SavedSegment.name)
        .subquery()
    )
    return (
        select(*columns)
        .join(
            newest,
            (newest.c.name == SavedSegment.name)
            & (newest.c.version == SavedSegment.version),
        )
        .where(SavedSegment.rule != "")
        .order_by(SavedSegment.name)
    )


async def listed(session: AsyncSession) -> Sequence[SavedSegment]:
    """Return the latest version of each saved rule, ordered by name."""
    ids = await session.execute(latest(SavedSegment.id))
    newest = [number for (number,) in ids]
    rows = await session.scalars(
        select(SavedSegment)
        .where(SavedSegment.id.in_(newest))
        .order_by(SavedSegment.name)
    )
    return rows.all()


async def versions(session: AsyncSession, name: str) -> Sequence[SavedSegment]:
    """Return all versions of a name, the latest first."""
    rows = await session.scalars(
        select(SavedSegment)
        .where(SavedSegment.name == name)
        .order_by(SavedSegment.version.desc())
    )
    return rows.all()
