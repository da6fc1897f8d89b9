"""What people did to a whole site: they stopped it, or let it send again.

Rows are only added; `identity` writes them in the transaction of the act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base


class SiteAct(StrEnum):
    """What was done to the site."""

    STOPPED = "stopped"
    CONTINUED = "continued"
    RESUMED = "resumed"  # after a restore


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts: a user, at an account of the machine."""

    by: str
    account: str | None = None


class SiteEvent(Base):
    """One act on the site."""

    __tablename__ = "site_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    account: Mapped[str | None]
    act: Mapped[str]
    because: Mapped[str | None]


def note(
    session: AsyncSession,
    act: SiteAct,
    actor: Actor,
    *,
    now: datetime,
    because: str | None = None,
) -> None:
    """Record an act."""
    session.add(
        SiteEvent(at=now, by=actor.by, account=actor.account, act=act, because=because)
    )


async def listed(session: AsyncSession) -> Sequence[SiteEvent]:
    """Return every act, oldest first."""
    found = await session.scalars(select(SiteEvent).order_by(SiteEvent.id))
    return found.all()


async def last(session: AsyncSession) -> SiteEvent | None:
    """Return the last act; None if there was none."""
    found: SiteEvent | None = await session.scalar(
        select(SiteEvent).order_by(SiteEvent.id.desc()).limit(1)
    )
    return found
