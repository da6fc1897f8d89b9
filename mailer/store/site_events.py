"""Acts on a site as a whole: stopped, going on, users added. Rows are only added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.record import writing
from audiences.store.base import Base


class SiteEvent(Base):
    """One act on the site: who did what, when."""

    __tablename__ = "site_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(60))  # empty: only the account is known
    act: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(120))  # such as “site”, “user marie”
    detail: Mapped[dict[str, Any]]


def record(
    session: AsyncSession,
    act: str,
    about: str,
    *,
    by: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record an act on the site, with the account of the machine."""
    session.add(
        SiteEvent(at=now, by=by, act=act, about=about, detail=with_account(detail))
    )
    writing.note(session, act, about, by=by, at=now, detail=detail)


def with_account(detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what is recorded of an act, with the account of the machine if any."""
    at_account = writing.account.get()
    recorded = {} if at_account is None else {"account": at_account}
    return recorded | dict(detail or {})


async def last(session: AsyncSession) -> SiteEvent | None:
    """Return the last act on the site itself; None if there was none."""
    found: SiteEvent | None = await session.scalar(
        select(SiteEvent)
        .where(SiteEvent.about == "site")
        .order_by(SiteEvent.id.desc())
        .limit(1)
    )
    return found
