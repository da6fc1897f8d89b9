"""Subscriptions and their evidence: the one writer of who asked for what.

Every change leaves a row of evidence that is never altered. An opt-out always wins:
no import or operator revives it, only the reader's own confirmed act does.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Select,
    String,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy import insert as insert_rows
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import KEY_ONLY, Base
from audiences.store.dialects import insert
from audiences.topics import Topic


class Standing(StrEnum):
    """Where a subscription stands."""

    PENDING = "pending"  # asked for, not yet confirmed from the address itself
    ACTIVE = "active"  # letters go out
    PAUSED = "paused"  # the reader asked for a break
    ENDED = "ended"  # the reader left; remembered for ever
    UNDONE = "undone"  # its import was undone; as if it had never begun


class Subscription(Base):
    """One contact's subscription to one topic."""

    __tablename__ = "subscription"
    __table_args__ = (KEY_ONLY,)

    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True
    )
    topic: Mapped[str] = mapped_column(ForeignKey(Topic.code), primary_key=True)
    standing: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]


class Consent(Base):
    """Evidence of one change: when, how, from where, in which words."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), index=True
    )
    topic: Mapped[str] = mapped_column(ForeignKey(Topic.code))
    standing: Mapped[str] = mapped_column(String(10))  # what it became
    at: Mapped[datetime]
    how: Mapped[str] = mapped_column(String(20))
    source: Mapped[str | None]  # the import, message or page it came from
    basis: Mapped[str | None]  # the words agreed to, or the stated ground


class How(StrEnum):
    """By which way a change of consent came in."""

    IMPORT = "import"
    ONE_CLICK = "one-click"
    PAGE = "page"
    CONFIRMATION = "confirmation"
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """How a change of consent came about."""

    at: datetime
    how: How
    source: str | None = None
    basis: str | None = None


async def leave(
    session: AsyncSession, contact_id: int, topic: str, *, evidence: Evidence
) -> bool:
    """End a subscription; say whether anything changed. Twice is once."""
    changed = await session.execute(
        update(Subscription)
        .where(
            Subscription.contact_id == contact_id,
            Subscription.topic == topic,
            Subscription.standing != Standing.ENDED,
        )
        .values(standing=Standing.ENDED, since=evidence.at)
        .returning(Subscription.topic)
    )
    if changed.first() is None:
        return False
    _keep(session, contact_id, topic, Standing.ENDED, evidence)
    return True


async def stop_everything(
    session: AsyncSession, contact_id: int, *, evidence: Evidence
) -> list[str]:
    """End every subscription and remember that no new one may be imported."""
    await session.execute(
        update(Contact)
        .where(Contact.id == contact_id, Contact.stopped_at.is_(None))
        .values(stopped_at=evidence.at, updated_at=evidence.at)
    )
    ended = await session.scalars(
        update(Subscription)
        .where(
            Subscription.contact_id == contact_id,
            Subscription.standing != Standing.ENDED,
        )
        .values(standing=Standing.ENDED, since=evidence.at)
        .returning(Subscription.topic)
    )
    topics = sorted(ended)
    for topic in topics:
        _keep(session, contact_id, topic, Standing.ENDED, evidence)
    return topics


async def ask(
    session: AsyncSession, contact_id: int, topic: str, *, evidence: Evidence
) -> bool:
    """Note a wish to subscribe; letters start only once the address confirms it."""
    pending = {"standing": Standing.PENDING, "since": evidence.at}
    changed = await session.execute(
        insert(session, Subscription)
        .values(contact_id=contact_id, topic=topic, **pending)
        .on_conflict_do_update(
            index_elements=[Subscription.contact_id, Subscription.topic],
            set_=pending,
            where=Subscription.standing.in_([Standing.PAUSED, Standing.ENDED]),
        )
        .returning(Subscription.topic)
    )
    if changed.first() is None:
        return False
    _keep(session, contact_id, topic, Standing.PENDING, evidence)
    return True


async def confirm(
    session: AsyncSession, contact_id: int, *, evidence: Evidence
) -> list[str]:
    """Activate what the contact asked for; return the topics that began."""
    begun = await session.scalars(
        update(Subscription)
        .where(
            Subscription.contact_id == contact_id,
            Subscription.standing == Standing.PENDING,
        )
        .values(standing=Standing.ACTIVE, since=evidence.at)
        .returning(Subscription.topic)
    )
    topics = sorted(begun)
    for topic in topics:
        _keep(session, contact_id, topic, Standing.ACTIVE, evidence)
    if topics:
        await session.execute(
            update(Contact).where(Contact.id == contact_id).values(stopped_at=None)
        )
    return topics


async def begin_imported(
    session: AsyncSession, asked: Select[Any], *, source: str, at: datetime
) -> None:
    """Begin subscriptions of an import, as one statement each for them and evidence.

    `asked` selects contact_id, topic and the basis; none of them has a subscription.
    """
    active = literal(Standing.ACTIVE.value)
    since = literal(at, Subscription.since.type)
    rows = asked.subquery()
    contact_id, topic, basis = rows.c
    columns = ["contact_id", "topic", "standing"]
    await session.execute(
        insert_rows(Consent).from_select(
            [*columns, "at", "how", "source", "basis"],
            select(contact_id, topic, active, since).add_columns(
                literal(How.IMPORT.value), literal(source), basis
            ),
        )
    )
    await session.execute(
        insert_rows(Subscription).from_select(
            [*columns, "since"], select(contact_id, topic, active, since)
        )
    )


async def undo_imported(
    session: AsyncSession, *, source: str, at: datetime, now: datetime
) -> None:
    """Withdraw the subscriptions that an import began and that are as it left them."""
    begun = select(Consent.contact_id, Consent.topic).where(
        Consent.how == How.IMPORT,
        Consent.source == source,
        Consent.contact_id == Subscription.contact_id,
        Consent.topic == Subscription.topic,
    )
    withdrawn = await session.execute(
        delete(Subscription)
        .where(Subscription.since == at, exists(begun))
        .returning(Subscription.contact_id, Subscription.topic)
        .execution_options(synchronize_session=False)
    )
    evidence = Evidence(at=now, how=How.OPERATOR, source=f"undo of {source}")
    for contact_id, topic in withdrawn.all():
        _keep(session, contact_id, topic, Standing.UNDONE, evidence)


async def standings(session: AsyncSession, contact_id: int) -> dict[str, Standing]:
    """Return where each of a contact's subscriptions stands, by topic."""
    rows = await session.execute(
        select(Subscription.topic, Subscription.standing).where(
            Subscription.contact_id == contact_id
        )
    )
    return {topic: Standing(standing) for topic, standing in rows}


async def evidence_of(session: AsyncSession, contact_id: int) -> list[Consent]:
    """Return every change of consent of a contact, oldest first."""
    kept = await session.scalars(
        select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.id)
    )
    return list(kept)


async def subscribers(session: AsyncSession) -> list[tuple[Topic, int]]:
    """Return every topic and how many receive it, in the order readers see them."""
    active = (
        select(Subscription.topic, func.count().label("active"))
        .where(Subscription.standing == Standing.ACTIVE)
        .group_by(Subscription.topic)
        .subquery()
    )
    rows = await session.execute(
        select(Topic, func.coalesce(active.c.active, 0))
        .outerjoin(active, active.c.topic == Topic.code)
        .order_by(Topic.position, Topic.code)
    )
    return [(topic, count) for topic, count in rows]


def _keep(
    session: AsyncSession,
    contact_id: int,
    topic: str,
    standing: Standing,
    evidence: Evidence,
) -> None:
    session.add(
        Consent(
            contact_id=contact_id,
            topic=topic,
            standing=standing,
            at=evidence.at,
            how=evidence.how,
            source=evidence.source,
            basis=evidence.basis,
        )
    )
