"""A change of consent changes one reader's standing and keeps its evidence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, subscriptions
from audiences.contacts import Contact
from audiences.subscriptions import Consent, Evidence, How, Standing, Subscription
from mailer.sites.site import Site

READER = "unesco-liaison@icom.example"
TOPIC = "field-news"
AT = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
EVIDENCE = Evidence(at=AT, how=How.PAGE, source="page 3", basis="I agree")
Act = Callable[[AsyncSession, int], Awaitable[object]]


@dataclass(kw_only=True)
class Kept:
    """Who stands where, since when; who stopped; and what evidence there is."""

    standings: dict[tuple[int, str], tuple[str, datetime]]
    stopped: dict[int, tuple[datetime | None, datetime]]  # and when it was updated
    evidence: list[tuple[object, ...]]


async def kept(site: Site) -> Kept:
    """Return everything an act may change, of every reader."""
    async with site.database.reading() as session:
        stands = await session.execute(
            select(
                Subscription.contact_id,
                Subscription.topic,
                Subscription.standing,
                Subscription.since,
            )
        )
        stopped = await session.execute(
            select(Contact.id, Contact.stopped_at, Contact.updated_at)
        )
        lines = await session.execute(
            select(
                Consent.contact_id,
                Consent.topic,
                Consent.standing,
                Consent.at,
                Consent.how,
                Consent.source,
                Consent.basis,
            ).order_by(Consent.id)
        )
        return Kept(
            standings={(who, topic): (at, since) for who, topic, at, since in stands},
            stopped={who: (at, updated) for who, at, updated in stopped},
            evidence=[tuple(line) for line in lines],
        )


async def reader(site: Site) -> int:
    """Return the reader who acts; others have the same topics."""
    async with site.database.reading() as session:
        found = await contacts.find(session, READER, key=site.address_key)
        return found.id


async def did(site: Site, number: int, act: Act) -> object:
    """Do one act and return what it returned."""
    async with site.database.writing() as session:
        return await act(session, number)


async def put(site: Site, number: int, standing: Standing) -> None:
    """Let the reader's subscription stand somewhere."""
    async with site.database.writing() as session:
        await session.execute(
            update(Subscription)
            .where(Subscription.contact_id == number, Subscription.topic == TOPIC)
            .values(standing=standing)
        )


async def leave(session: AsyncSession, number: int) -> bool:
    return await subscriptions.unsubscribe(session, number, TOPIC, evidence=EVIDENCE)


async def stop(session: AsyncSession, number: int) -> list[str]:
    return await subscriptions.stop_everything(session, number, evidence=EVIDENCE)


async def ask(session: AsyncSession, number: int) -> bool:
    return await subscriptions.request(session, number, TOPIC, evidence=EVIDENCE)


async def confirm(session: AsyncSession, number: int) -> list[str]:
    return await subscriptions.confirm(session, number, evidence=EVIDENCE)


async def confirmed(session: AsyncSession, number: int) -> bool:
    return await confirm(session, number) == [TOPIC]


def line(number: int, topic: str, standing: Standing) -> tuple[object, ...]:
    """The evidence of one change."""
    return number, topic, standing.value, AT, "page", "page 3", "I agree"


LEADS = [  # what the act makes of each standing, or None where it changes nothing
    (leave, Standing.PENDING, Standing.ENDED),
    (leave, Standing.ACTIVE, Standing.ENDED),
    (leave, Standing.PAUSED, Standing.ENDED),
    (leave, Standing.ENDED, None),
    (ask, Standing.PENDING, None),
    (ask, Standing.ACTIVE, None),
    (ask, Standing.PAUSED, Standing.PENDING),
    (ask, Standing.ENDED, Standing.PENDING),
    (confirmed, Standing.PENDING, Standing.ACTIVE),
    (confirmed, Standing.ACTIVE, None),
    (confirmed, Standing.PAUSED, None),
    (confirmed, Standing.ENDED, None),
]


@pytest.mark.parametrize(("act", "before", "after"), LEADS)
async def test_an_act_changes_one_subscription_and_keeps_its_evidence(
    site: Site, act: Act, before: Standing, after: Standing | None
) -> None:
    number = await reader(site)
    await put(site, number, before)
    expected = await kept(site)
    if after:
        expected.standings[number, TOPIC] = (after.value, AT)
        expected.evidence.append(line(number, TOPIC, after))

    changed = await did(site, number, act)

    assert changed is (after is not None)
    assert await kept(site) == expected


async def test_a_first_wish_makes_a_subscription(site: Site) -> None:
    number = await reader(site)
    before = await kept(site)
    others = {topic for _, topic in before.standings}
    (topic, *_) = sorted(
        others - {each for who, each in before.standings if who == number}
    )

    async with site.database.writing() as session:
        asked = await subscriptions.request(session, number, topic, evidence=EVIDENCE)

    before.standings[number, topic] = (Standing.PENDING.value, AT)
    before.evidence.append(line(number, topic, Standing.PENDING))
    assert asked
    assert await kept(site) == before


async def test_stopping_ends_all_that_had_not_ended_of_one_reader(site: Site) -> None:
    number = await reader(site)
    await put(site, number, Standing.PAUSED)
    expected = await kept(site)
    mine = sorted(topic for who, topic in expected.standings if who == number)

    stopped = await did(site, number, stop)

    expected.standings |= {
        (number, topic): (Standing.ENDED.value, AT) for topic in mine
    }
    expected.evidence += [line(number, topic, Standing.ENDED) for topic in mine]
    expected.stopped[number] = (AT, AT)
    assert stopped == mine
    assert len(mine) > 1
    assert await kept(site) == expected


async def test_stopping_once_more_changes_nothing(site: Site) -> None:
    """Not even when the reader stopped, nor since when a subscription has ended."""
    number = await reader(site)
    await did(site, number, stop)
    before = await kept(site)
    later = Evidence(at=AT + timedelta(days=1), how=How.OPERATOR)

    async with site.database.writing() as session:
        ended = await subscriptions.stop_everything(session, number, evidence=later)

    assert ended == []
    assert await kept(site) == before


@pytest.mark.prove
async def test_a_confirmed_wish_lifts_the_readers_own_stop_only(site: Site) -> None:
    number = await reader(site)
    async with site.database.writing() as session:
        for each in await session.scalars(select(Contact.id)):
            await subscriptions.stop_everything(session, each, evidence=EVIDENCE)
    nothing = await did(site, number, confirm)
    still = await kept(site)
    await did(site, number, ask)
    asked = await kept(site)
    begun = await did(site, number, confirm)
    after = await kept(site)

    assert (nothing, begun) == ([], [TOPIC])
    assert still.stopped == asked.stopped
    assert after.stopped == asked.stopped | {number: (None, asked.stopped[number][1])}


async def test_standings_are_the_readers_own(site: Site) -> None:
    number = await reader(site)
    everybody = (await kept(site)).standings
    async with site.database.reading() as session:
        mine = await subscriptions.standings(session, number)

    assert mine == {
        topic: standing
        for (who, topic), (standing, _) in everybody.items()
        if who == number
    }
    assert all(isinstance(each, Standing) for each in mine.values())
