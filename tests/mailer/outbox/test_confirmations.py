"""Confirmation letters: each may be sent for a day, and requests do not repeat it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions
from audiences.contacts import Contact
from audiences.subscriptions import Evidence, How
from mailer.outbox import confirmations
from mailer.outbox.confirmations import Requested
from mailer.outbox.models import Message
from mailer.outcomes import closing
from mailer.rendering import renderer
from mailer.rendering.source import Letter, Source
from mailer.rendering.template_files import TemplateFiles
from mailer.sites.site import Site

EARLY = datetime(2027, 5, 4, 0, 0, 30, tzinfo=UTC)
LATE = datetime(2027, 5, 4, 23, 59, tzinfo=UTC)
TOPIC = "consultations"


async def wishing(site: Site, number: int) -> list[int]:
    """Return contacts, after each has asked for a topic."""
    async with site.database.writing() as session:
        found = (await session.scalars(select(Contact.id).limit(number))).all()
        for contact_id in found:
            evidence = Evidence(at=EARLY, how=How.PAGE)
            await subscriptions.unsubscribe(
                session, contact_id, TOPIC, evidence=evidence
            )
            await subscriptions.request(session, contact_id, TOPIC, evidence=evidence)
    return list(found)


async def request(site: Site, contact_id: int, now: datetime) -> Requested:
    return await confirmations.request(
        site, contact_id, now=now, writing=site.database.writing
    )


async def test_a_confirmation_asked_for_before_midnight_may_still_be_sent_next_day(
    site: Site,
) -> None:
    """Its relay may defer it for an hour."""
    contacts = await wishing(site, 2)
    for contact_id, now in zip(contacts, (EARLY, LATE), strict=True):
        assert (await request(site, contact_id, now)).queued
    states = []
    for later in (timedelta(hours=23), timedelta(days=1, minutes=1)):
        async with site.database.writing() as session:
            await closing.end_late(session, now=LATE + later)
            listed = await session.scalars(select(Message.state))
            states.append(listed.all())

    assert states == [["waiting", "waiting"], ["expired", "expired"]]


async def test_requests_at_the_same_time_are_in_the_same_campaign(site: Site) -> None:
    """Otherwise a reader with two requests at the same time would get two letters."""
    contacts = await wishing(site, 4)
    answers = await asyncio.gather(
        *(request(site, each, LATE) for each in (*contacts, *contacts))
    )
    queued = [each.queued for each in answers]
    async with site.database.reading() as session:
        campaigns = await session.scalars(select(Message.campaign_id).distinct())
        numbers = campaigns.all()

    assert sorted(queued) == [False] * 4 + [True] * 4
    assert len(numbers) == 1


async def test_without_a_wish_nothing_is_sent(site: Site) -> None:
    async with site.database.reading() as session:
        (contact_id,) = (await session.scalars(select(Contact.id).limit(1))).all()

    answer = await request(site, contact_id, LATE)

    assert (answer.queued, answer.earlier) == (False, None)


async def test_the_answer_names_when_the_earlier_letter_was(site: Site) -> None:
    (contact_id,) = await wishing(site, 1)
    await request(site, contact_id, EARLY)

    answer = await request(site, contact_id, LATE)

    assert (answer.queued, answer.earlier) == (False, EARLY)


async def test_no_writer_waits_while_a_letter_is_rendered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first letter of a day and language is rendered between two transactions."""
    (contact_id,) = await wishing(site, 1)
    steps: list[str] = []
    render = renderer.kept.render

    @asynccontextmanager
    async def writing() -> AsyncIterator[AsyncSession]:
        async with site.database.writing() as session:
            steps.append("begin")
            yield session
        steps.append("end")

    def rendering(source: Source, templates: TemplateFiles) -> Letter:
        steps.append("render")
        return render(source, templates)

    monkeypatch.setattr(renderer.kept, "render", rendering)
    for now in (EARLY, LATE):
        await confirmations.request(site, contact_id, now=now, writing=writing)

    assert steps == ["begin", "end", "render", "begin", "end", "begin", "end"]
