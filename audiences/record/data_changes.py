"""The history of the site's own data that has codes, such as users, and of exports.

Rows are only added. Only the removal of a user empties what they say of the person.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.record import writing
from audiences.record.changes import Author
from audiences.store.base import Base

PERSONAL = frozenset({"shown", "address", "because"})  # of a user


class DataKind(StrEnum):
    """What a change is about."""

    USER = "user"
    TOPIC = "topic"
    THEME = "theme"
    SECTOR = "sector"
    OFFICE = "office"
    ROLE = "role"
    EXPORT = "export"  # contacts that were written to a file
    SERIES = "series"


class DataChange(Base):
    """One change of a user or a word of the site."""

    __tablename__ = "data_change"
    __table_args__ = (Index(None, "kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))  # of `DataKind`
    code: Mapped[str] = mapped_column(String(80))
    act: Mapped[str] = mapped_column(String(12))  # "added", "edited", "retired", …
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(60))
    account: Mapped[str | None]  # of the machine; null: on the pages
    because: Mapped[str | None]
    detail: Mapped[dict[str, Any]]  # property → [before, after]


def record(
    session: AsyncSession,
    kind: DataKind,
    code: str,
    act: str,
    author: Author,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one change to the history."""
    session.add(
        DataChange(
            kind=kind,
            code=code,
            act=act,
            **author.columns(detail),
        )
    )
    said = author.told(detail)
    about, personal = f"{kind} {code}", dict[str, Any]()
    if kind is DataKind.USER:
        personal = {name: value for name, value in said.items() if name in PERSONAL}
    writing.note(
        session,
        act,
        about,
        by=author.by,
        at=author.at,
        detail={name: said[name] for name in said if name not in personal},
        personal=personal or None,
    )


async def forget_user(session: AsyncSession, name: str, author: Author) -> None:
    """Remove what the history and the record say of the person who had an account."""
    for each in await history(session, DataKind.USER, name):
        each.detail = {
            key: value for key, value in each.detail.items() if key not in PERSONAL
        }
        each.because = None
    await session.flush()
    await writing.erase(session, f"{DataKind.USER} {name}", by=author.by, at=author.at)


async def history(
    session: AsyncSession, kind: DataKind | None = None, code: str | None = None
) -> Sequence[DataChange]:
    """Return the changes of one kind, of one code, or all; oldest first."""
    query = select(DataChange).order_by(DataChange.id)
    if kind is not None:
        query = query.where(DataChange.kind == kind)
    if code is not None:
        query = query.where(DataChange.code == code)
    return (await session.scalars(query)).all()
