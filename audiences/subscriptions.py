"""Subscriptions and the evidence of each change. Only this module writes both.

Each change adds a row of evidence, which is never changed. Only the reader can renew a
subscription that ended, by a confirmation; an import or an operator cannot.
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
    """The state of a subscription."""

    PENDING = "pending"  # requested, not yet confirmed from the address
    ACTIVE = "active"  # letters are sent
    PAUSED = "paused"  # the reader asked for a break
    ENDED = "ended"  # the reader unsubscribed; kept for ever
    UNDONE = (
        "undone"  # its import was undone; in evidence only, the subscription is deleted
    )


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
    """Evidence of one change of a subscription. Rows are only added."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), index=True
    )
    topic: Mapped[str] = mapped_column(ForeignKey(Topic.code))
    standing: Mapped[str] = mapped_column(String(10))  # after the change
    at: Mapped[datetime]
    how: Mapped[str] = mapped_column(String(20))
    source: Mapped[str | None]  # the import, message or page
    basis: Mapped[
        str | None
    ]  # the words the reader agreed to, or the basis an operator gave


class How(StrEnum):
    """The way a change of a subscription was made."""

    IMPORT = "import"
    ONE_CLICK = "one-click"
    PAGE = "page"
    CONFIRMATION = "confirmation"
    OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """When, how, from where and on what basis a subscription changed."""

    at: datetime
    how: How
    source: str | None = None
    basis: str | None = None


async def unsubscribe(
    session: AsyncSession, contact_id: int, topic: str, *, evidence: Evidence
) -> bool:
    """End a subscription; return False when there is none or it has ended already."""
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
    _add_evidence(session, contact_id, topic, Standing.ENDED, evidence)
    return True


async def stop_everything(
    session: AsyncSession, contact_id: int, *, evidence: Evidence
) -> list[str]:
    """End every subscription, and prevent imports from adding one.

    Return the topics that ended, sorted.
    """
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
        _add_evidence(session, contact_id, topic, Standing.ENDED, evidence)
    return topics


async def request(
    session: AsyncSession, contact_id: int, topic: str, *, evidence: Evidence
) -> bool:
    """Make a subscription pending, until the reader confirms it from the address.

    Return False when it is pending or active already.
    """
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
    _add_evidence(session, contact_id, topic, Standing.PENDING, evidence)
    return True


async def confirm(
    session: AsyncSession, contact_id: int, *, evidence: Evidence
) -> list[str]:
    """Make a contact's pending subscriptions active, and undo `stop_everything`.

    Return their topics, sorted; without one, nothing changes.
    """
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
        _add_evidence(session, contact_id, topic, Standing.ACTIVE, evidence)
    if topics:
        await session.execute(
            update(Contact).where(Contact.id == contact_id).values(stopped_at=None)
        )
    return topics


async def begin_imported(
    session: AsyncSession, new: Select[Any], *, source: str, at: datetime
) -> None:
    """Add active subscriptions of an import and their evidence, in two statements.

    `new` selects contact_id, topic and basis; no such subscription may exist.
    """
    active = literal(Standing.ACTIVE.value)
    since = literal(at, Subscription.since.type)
    rows = new.subquery()
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
    """Delete the subscriptions that an import added and that have not changed since.

    `at` is the time of the import. The evidence stays; a row UNDONE is added.
    """
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
        _add_evidence(session, contact_id, topic, Standing.UNDONE, evidence)


async def standings(session: AsyncSession, contact_id: int) -> dict[str, Standing]:
    """Return the standing of each subscription of a contact, by topic."""
    rows = await session.execute(
        select(Subscription.topic, Subscription.standing).where(
            Subscription.contact_id == contact_id
        )
    )
    return {topic: Standing(standing) for topic, standing in rows}


async def evidence_of(session: AsyncSession, contact_id: int) -> list[Consent]:
    """Return the evidence of all changes for a contact, oldest first."""
    rows = await session.scalars(
        select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.id)
    )
    return list(rows)


async def subscriber_counts(session: AsyncSession) -> list[tuple[Topic, int]]:
    """Return every topic with its number of active subscriptions.

    In the order in which readers see topics.
    """
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


def _add_evidence(
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
