"""Subscriptions change only as the reader wishes, and each change has evidence."""

from sqlalchemy import select

from audiences import contacts, subscriptions, suppressions
from audiences.subscriptions import Consent, Evidence, How, Standing
from audiences.suppressions import Suppression, SuppressionEvent, Why
from mailer import clock
from mailer.sites.site import Site

READER = "unesco-liaison@icom.example"


def evidence() -> Evidence:
    return Evidence(at=clock.now(), how=How.PAGE, source="a test")


async def contact_id(site: Site) -> int:
    async with site.database.reading() as session:
        found = await contacts.find(session, READER, key=site.address_key)
        return found.id


async def standing(site: Site, topic: str) -> Standing | None:
    number = await contact_id(site)
    async with site.database.reading() as session:
        return (await subscriptions.standings(session, number)).get(topic)


async def test_unsubscribing_twice_changes_nothing_the_second_time(site: Site) -> None:
    number = await contact_id(site)
    changes = []
    for _ in range(2):
        async with site.database.writing() as session:
            changes.append(
                await subscriptions.unsubscribe(
                    session, number, "field-news", evidence=evidence()
                )
            )

    async with site.database.reading() as session:
        rows = await session.scalars(
            select(Consent.standing)
            .where(Consent.contact_id == number, Consent.topic == "field-news")
            .order_by(Consent.id)
        )
        kept = rows.all()
    assert changes == [True, False]
    assert kept == [Standing.ACTIVE, Standing.ENDED]


async def test_a_request_is_pending_until_the_address_confirms_it(site: Site) -> None:
    number = await contact_id(site)
    async with site.database.writing() as session:
        await subscriptions.unsubscribe(
            session, number, "field-news", evidence=evidence()
        )
        await subscriptions.request(session, number, "field-news", evidence=evidence())
    assert await standing(site, "field-news") is Standing.PENDING

    async with site.database.writing() as session:
        begun = await subscriptions.confirm(session, number, evidence=evidence())

    assert begun == ["field-news"]
    assert await standing(site, "field-news") is Standing.ACTIVE


async def test_requesting_an_active_subscription_changes_nothing(site: Site) -> None:
    number = await contact_id(site)
    async with site.database.writing() as session:
        requested = await subscriptions.request(
            session, number, "field-news", evidence=evidence()
        )

    assert not requested
    assert await standing(site, "field-news") is Standing.ACTIVE


async def test_stopping_everything_ends_every_topic(site: Site) -> None:
    number = await contact_id(site)
    async with site.database.writing() as session:
        ended = await subscriptions.stop_everything(
            session, number, evidence=evidence()
        )

    async with site.database.reading() as session:
        standings = await subscriptions.standings(session, number)
        contact = await session.get_one(contacts.Contact, number)
    assert ended == sorted(standings)
    assert set(standings.values()) == {Standing.ENDED}
    assert contact.stopped_at is not None


async def test_a_suppression_is_kept_once_and_lifted_with_a_reason(site: Site) -> None:
    key = b"k" * 16
    async with site.database.writing() as session:
        first = await suppressions.suppress(
            session, key, Why.COMPLAINED, now=clock.now()
        )
        second = await suppressions.suppress(session, key, Why.BOUNCED, now=clock.now())
        await suppressions.lift(session, key, now=clock.now(), detail="by phone")

    async with site.database.reading() as session:
        events = (await session.scalars(select(SuppressionEvent.act))).all()
        standing_now = await session.get(Suppression, key)
    assert (first, second) == (True, False)
    assert events == ["suppressed", "lifted"]
    assert standing_now is None
