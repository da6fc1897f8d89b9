"""A reader's choices: end a subscription or all, ask for topics, choose a language.

A letter may be forwarded, so its link can only end subscriptions and change the
language. A topic asked for waits for a confirmation from the address itself.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, subscriptions, topics
from audiences.contacts import Contact
from audiences.languages import split_codes
from audiences.subscriptions import How, Standing
from audiences.topics import Topic
from mailer.outbox import confirmations
from mailer.readers.holder import Holder
from mailer.sites.site import Site

_SENT = {Standing.ACTIVE, Standing.PENDING}


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """A reader's language, and each topic with its standing; None: no subscription."""

    topics: Sequence[tuple[Topic, Standing | None]]
    language: str | None

    @property
    def waiting(self) -> list[Topic]:
        """Return the topics that wait for a confirmation."""
        return [topic for topic, each in self.topics if each is Standing.PENDING]


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a reader's choices changed."""

    ended: Sequence[Topic]
    requested: Sequence[Topic]  # a confirmation letter is sent for them


async def preferences_of(session: AsyncSession, holder: Holder) -> Preferences:
    """Return a reader's present preferences."""
    standing = await subscriptions.standings(session, holder.contact_id)
    contact = await session.get(Contact, holder.contact_id)
    own = split_codes(contact.languages) if contact else ()
    return Preferences(
        topics=[
            (topic, standing.get(topic.code)) for topic in await topics.listed(session)
        ],
        language=next(iter(own), holder.language),
    )


async def leave(
    session: AsyncSession, holder: Holder, *, how: How, now: datetime
) -> None:
    """End the subscription to the letter's topic; repeating it changes nothing."""
    if holder.topic is not None:
        evidence = holder.evidence(how, now)
        await subscriptions.unsubscribe(
            session, holder.contact_id, holder.topic, evidence=evidence
        )


async def stop(
    session: AsyncSession, holder: Holder, *, how: How = How.PAGE, now: datetime
) -> None:
    """End every subscription."""
    evidence = holder.evidence(how, now)
    await subscriptions.stop_everything(session, holder.contact_id, evidence=evidence)


async def save(
    session: AsyncSession,
    site: Site,
    holder: Holder,
    *,
    wanted: Collection[str],
    language: str | None,
    now: datetime,
) -> Saved:
    """End the subscriptions that are not wanted, and ask for the new ones.

    `language` becomes the reader's language; None does not change it.
    """
    if language is not None:
        await contacts.choose_language(session, holder.contact_id, language, now=now)
    evidence = holder.evidence(How.PAGE, now)
    ended, requested = [], []
    for topic, standing in (await preferences_of(session, holder)).topics:
        code = topic.code
        if standing in _SENT and code not in wanted:
            ended.append(topic)
            await subscriptions.unsubscribe(
                session, holder.contact_id, code, evidence=evidence
            )
        elif standing not in _SENT and code in wanted:
            requested.append(topic)
            await subscriptions.request(
                session, holder.contact_id, code, evidence=evidence
            )
    if requested:
        await confirmations.request(session, site, holder.contact_id, now=now)
    return Saved(ended=ended, requested=requested)


def may_confirm(holder: Holder, *, now: datetime) -> bool:
    """Whether the link of a confirmation letter is still valid."""
    return holder.sent_within(confirmations.VALID, now=now)


async def confirm(session: AsyncSession, holder: Holder, *, now: datetime) -> list[str]:
    """Confirm the pending subscriptions; return their topic codes, [] if too late."""
    if not may_confirm(holder, now=now):
        return []
    evidence = holder.evidence(How.CONFIRMATION, now)
    return await subscriptions.confirm(session, holder.contact_id, evidence=evidence)
