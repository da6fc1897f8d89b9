"""Subscriptions and the evidence of each change.

Only this module and the import write both.

Each change adds a row of evidence, which is never changed. Only the reader can renew a
subscription that ended, by a confirmation; an import or an operator cannot.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    String,
    exists,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.record import writing
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
    MAIL = "mail"  # to the address that List-Unsubscribe names, or as a complaint
    CONFIRMATION = "confirmation"
    OPERATOR = "operator"


READER = "reader"  # who acts by links and pages
OF_READERS = (How.ONE_CLICK, How.PAGE, How.CONFIRMATION)


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """When, how, from where and on what basis a subscription changed."""

    at: datetime
    how: How
    source: str | None = None
    basis: str | None = None


async def unsubscribe(
    session: AsyncSession,
    contact_id: int,
    topic: str,
    *,
    evidence: Evidence,
    applied_at: datetime | None = None,
) -> bool:
    """End a subscription; return False when there is none or it has ended already.

    `applied_at` is the present instant for a wish that is applied late: it changes
    nothing if the reader has asked for the topic again since.
    """
    changed = await session.execute(
        update(Subscription)
        .where(
            Subscription.contact_id == contact_id,
            Subscription.topic == topic,
            Subscription.standing != Standing.ENDED,
            *_not_asked_again(evidence, applied_at),
        )
        .values(standing=Standing.ENDED, since=evidence.at)
        .returning(Subscription.topic)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        return False
    add_evidence(session, contact_id, topic, Standing.ENDED, evidence)
    return True


async def stop_everything(
    session: AsyncSession,
    contact_id: int,
    *,
    evidence: Evidence,
    applied_at: datetime | None = None,
) -> list[str]:
    """End every subscription, and prevent imports from adding one.

    Return the topics that ended, sorted. `applied_at` is as in `unsubscribe`.
    """
    confirmed = select(Consent.id).where(
        Consent.contact_id == contact_id,
        Consent.how == How.CONFIRMATION,
        *_between(evidence, applied_at),
    )
    await session.execute(
        update(Contact)
        .where(
            Contact.id == contact_id,
            Contact.stopped_at.is_(None),
            *([~exists(confirmed)] if applied_at else []),
        )
        .values(stopped_at=evidence.at, updated_at=evidence.at)
    )
    ended = await session.scalars(
        update(Subscription)
        .where(
            Subscription.contact_id == contact_id,
            Subscription.standing != Standing.ENDED,
            *_not_asked_again(evidence, applied_at),
        )
        .values(standing=Standing.ENDED, since=evidence.at)
        .returning(Subscription.topic)
        .execution_options(synchronize_session=False)
    )
    topics = sorted(ended)
    for topic in topics:
        add_evidence(session, contact_id, topic, Standing.ENDED, evidence)
    return topics


def _not_asked_again(
    evidence: Evidence, applied_at: datetime | None
) -> list[ColumnElement[bool]]:
    """Return the condition that a reader has not asked for a topic since a wish.

    An import does not count, nor does an instant that has not come yet: it was written
    by a wrong clock.
    """
    if applied_at is None:
        return []
    asked = select(Consent.id).where(
        Consent.contact_id == Subscription.contact_id,
        Consent.topic == Subscription.topic,
        Consent.standing.in_([Standing.PENDING, Standing.ACTIVE]),
        Consent.how.in_([How.PAGE, How.CONFIRMATION]),
        *_between(evidence, applied_at),
    )
    return [~exists(asked)]


def _between(
    evidence: Evidence, applied_at: datetime | None
) -> list[ColumnElement[bool]]:
    return [Consent.at > evidence.at, Consent.at <= applied_at] if applied_at else []


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
    add_evidence(session, contact_id, topic, Standing.PENDING, evidence)
    return True


async def confirm(
    session: AsyncSession,
    contact_id: int,
    *,
    asked: Collection[str] | None = None,
    evidence: Evidence,
) -> list[str]:
    """Make pending subscriptions active, and undo `stop_everything`.

    `asked` are the topics; None: all. Return those that began, sorted; without one,
    nothing changes.
    """
    begun = await session.scalars(
        update(Subscription)
        .where(
            Subscription.contact_id == contact_id,
            Subscription.standing == Standing.PENDING,
            *([] if asked is None else [Subscription.topic.in_(asked)]),
        )
        .values(standing=Standing.ACTIVE, since=evidence.at)
        .returning(Subscription.topic)
    )
    topics = sorted(begun)
    for topic in topics:
        add_evidence(session, contact_id, topic, Standing.ACTIVE, evidence)
    if topics:
        await session.execute(
            update(Contact).where(Contact.id == contact_id).values(stopped_at=None)
        )
    return topics


async def standings(session: AsyncSession, contact_id: int) -> dict[str, Standing]:
    """Return the standing of each subscription of a contact, by topic."""
    rows = await session.execute(
        select(Subscription.topic, Subscription.standing).where(
            Subscription.contact_id == contact_id
        )
    )
    return {topic: Standing(standing) for topic, standing in rows}


def add_evidence(
    session: AsyncSession,
    contact_id: int,
    topic: str,
    standing: Standing,
    evidence: Evidence,
) -> None:
    """Add the evidence of one change; `standing` is the one after it."""
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
    if standing == Standing.UNDONE:
        return  # the undoing of an import is one row of the record
    by_link = evidence.how in OF_READERS
    writing.note(
        session,
        standing,
        f"consent {contact_id}",
        by=READER if by_link else "",
        at=evidence.at,
        detail={"topic": topic, "how": evidence.how},
        origin=writing.Origin.LINK if by_link else None,
    )
