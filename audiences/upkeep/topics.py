"""Begins and ends subscriptions of a contact for a user of the unit."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions
from audiences.contacts import Contact
from audiences.errors import AudienceError
from audiences.intake.matching import subscribing
from audiences.record.changes import Author
from audiences.subscriptions import Evidence, How, Standing, Subscription
from audiences.topics import Topic, in_use


async def listed(session: AsyncSession) -> Sequence[Topic]:
    """Return every topic, in the order in which readers see topics."""
    rows = await session.scalars(select(Topic).order_by(Topic.position, Topic.code))
    return rows.all()


async def active(session: AsyncSession) -> dict[str, int]:
    """Return how many active subscriptions each topic has; a scan of all of them."""
    rows = await session.execute(
        select(Subscription.topic, func.count())
        .where(Subscription.standing == Standing.ACTIVE)
        .group_by(Subscription.topic)
    )
    return {topic: count for topic, count in rows}


async def begin(
    session: AsyncSession,
    contact: Contact,
    topics: Sequence[str],
    basis: str | None,
    author: Author,
) -> dict[str, Any]:
    """Subscribe a contact to topics; return those that are new, before and after.

    Raises AudienceError without a basis, if a topic that is new retired, or if the
    reader left: only the reader can renew a subscription that ended.
    """
    if topics and not basis:
        raise AudienceError("topics need a basis: why the reader gets them")
    if topics and contact.stopped_at is not None:
        raise AudienceError(
            f"{contact.address} asked for no more letters; only the reader can change"
            " that, on the pages"
        )
    known = await subscriptions.standings(session, contact.id)
    for topic in topics:
        if known.get(topic) == Standing.ENDED:
            raise AudienceError(
                f"{contact.address} unsubscribed from {topic}; only the reader can"
                " renew it, on the pages"
            )
    new = [topic for topic in topics if topic not in known]
    for topic in new:
        await in_use(session, topic)
    rows: Select[*tuple[Any, ...]] = select(
        literal(contact.id).label("contact_id"),
        Topic.code.label("topic"),
        literal(basis).label("basis"),
    ).where(Topic.code.in_(new))
    await subscribing.begin(
        session, rows, source=author.by, at=author.at, how=How.OPERATOR
    )
    return {f"topic {topic}": [None, "active"] for topic in new}


async def end(
    session: AsyncSession, contact: Contact, topics: Sequence[str], author: Author
) -> dict[str, Any]:
    """Unsubscribe a contact from topics; return those that ended, before and after."""
    known = await subscriptions.standings(session, contact.id)
    evidence = Evidence(
        at=author.at, how=How.OPERATOR, source=author.by, basis=author.because
    )
    ended = [
        topic
        for topic in topics
        if await subscriptions.unsubscribe(
            session, contact.id, topic, evidence=evidence
        )
    ]
    return {f"topic {topic}": [str(known[topic]), "ended"] for topic in ended}
