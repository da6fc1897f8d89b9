"""Confirmation letters: each may be sent for a day, and requests do not repeat it."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from audiences.contacts import Contact
from mailer.outbox import confirmations
from mailer.outbox.models import Message
from mailer.outcomes import closing
from mailer.sites.site import Site

EARLY = datetime(2027, 5, 4, 0, 0, 30, tzinfo=UTC)
LATE = datetime(2027, 5, 4, 23, 59, tzinfo=UTC)


async def test_a_confirmation_asked_for_before_midnight_may_still_be_sent_next_day(
    site: Site,
) -> None:
    """Its relay may defer it for an hour."""
    async with site.database.writing() as session:
        contacts = (await session.scalars(select(Contact.id).limit(2))).all()
        for contact_id, now in zip(contacts, (EARLY, LATE), strict=True):
            assert await confirmations.request(session, site, contact_id, now=now)
    states = []
    for later in (timedelta(hours=23), timedelta(days=1, minutes=1)):
        async with site.database.writing() as session:
            await closing.end_late(session, now=LATE + later)
            listed = await session.scalars(select(Message.state))
            states.append(listed.all())

    assert states == [["waiting", "waiting"], ["expired", "expired"]]


async def test_requests_at_the_same_time_are_in_the_same_campaign(site: Site) -> None:
    """Otherwise a reader with two requests at the same time would get two letters."""

    async def ask(contact_id: int) -> bool:
        async with site.database.writing() as session:
            return await confirmations.request(session, site, contact_id, now=LATE)

    async with site.database.reading() as session:
        contacts = (await session.scalars(select(Contact.id).limit(4))).all()
    queued = await asyncio.gather(*(ask(each) for each in (*contacts, *contacts)))
    async with site.database.reading() as session:
        campaigns = await session.scalars(select(Message.campaign_id).distinct())
        numbers = campaigns.all()

    assert sorted(queued) == [False] * 4 + [True] * 4
    assert len(numbers) == 1
