"""A reader's choices: end a subscription or all, ask for topics, choose a language.

A letter may be forwarded, so its link can only end subscriptions and change the
language. A topic asked for waits for a confirmation from the address itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, subscriptions, topics
from audiences.contacts import Contact
from audiences.languages import split_codes
from audiences.subscriptions import Consent, How, Standing, Subscription
from audiences.topics import Topic
from mailer.outbox import confirmations
from mailer.readers.holder import Holder

_SENT = {Standing.ACTIVE, Standing.PENDING}


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """A reader's language, and each topic with its standing; None: no subscription."""

    topics: Sequence[tuple[Topic, Standing | None]]
    language: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a reader's choices changed."""

    ended: Sequence[Topic]
    requested: Sequence[Topic]  # they wait for a confirmation


async def preferences_of(session: AsyncSession, holder: Holder) -> Preferences:
    """Return a reader's present preferences."""
    standing = await subscriptions.standings(session, holder.contact_id)
    contact = await session.get(Contact, holder.contact_id)
    own = split_codes(contact.languages) if contact else ()
    return Preferences(
        topics=[
            (topic, standing.get(topic.code))
            for topic in await topics.listed(session)
            # a retired topic can be left, and is not offered again
            if topic.retired_at is None or topic.code in standing
        ],
        language=next(iter(own), holder.language),
    )


async def save(
    session: AsyncSession,
    holder: Holder,
    *,
    wanted: Collection[str],
    left: Collection[str],
    language: str | None,
    now: datetime,
) -> Saved:
    """End the subscriptions that are not wanted, and ask for the new ones.

    `left` are the topics whose end is recorded already.
    `language` becomes the reader's language; None does not change it.
    """
    if language is not None:
        await contacts.choose_language(session, holder.contact_id, language, now=now)
    evidence = holder.evidence(How.PAGE, now)
    ended, requested = [], []
    for topic, standing in (await preferences_of(session, holder)).topics:
        code = topic.code
        if standing is Standing.ENDED and code in left:
            ended.append(topic)
        elif standing in _SENT and code not in wanted:
            ended.append(topic)
            await subscriptions.unsubscribe(
                session, holder.contact_id, code, evidence=evidence
            )
        elif standing not in _SENT and code in wanted and topic.retired_at is None:
            requested.append(topic)
            await subscriptions.request(
                session, holder.contact_id, code, evidence=evidence
            )
        elif standing is Standing.PENDING:
            requested.append(topic)
    return Saved(ended=ended, requested=requested)


async def confirmable(
    session: AsyncSession, holder: Holder, *, now: datetime
) -> set[str]:
    """Return the topics that a confirmation link still confirms."""
    if holder.sent_at is None or not is_valid(holder, now=now):
        return set()
    return await confirmations.confirmable(
        session, holder.message_number, holder.contact_id, sent_at=holder.sent_at
    )


def is_valid(holder: Holder, *, now: datetime) -> bool:
    """Whether a confirmation link is young enough to confirm."""
    return holder.sent_within(confirmations.VALID, now=now)


async def confirmed(session: AsyncSession, holder: Holder) -> set[str]:
    """Return the topics that a link has confirmed, and that its reader still gets."""
    found = await session.scalars(
        select(Consent.topic)
        .join(
            Subscription,
            and_(
                Subscription.contact_id == Consent.contact_id,
                Subscription.topic == Consent.topic,
            ),
        )
        .where(
            Consent.contact_id == holder.contact_id,
            Consent.standing == Standing.ACTIVE,
            Consent.how == How.CONFIRMATION,
            Consent.source == holder.source,
            Subscription.standing == Standing.ACTIVE,
        )
    )
    return set(found)


async def confirm(session: AsyncSession, holder: Holder, *, now: datetime) -> list[str]:
    """Confirm the wishes of a link; return their topic codes, [] if too late."""
    asked = await confirmable(session, holder, now=now)
    evidence = holder.evidence(How.CONFIRMATION, now)
    return await subscriptions.confirm(
        session, holder.contact_id, asked=asked, evidence=evidence
    )
