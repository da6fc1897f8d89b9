"""A batch is sorted into what goes, by which relay, and what waits until when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mailer.delivery.routing.router import UNFIT, Admitted, Router
from mailer.outbox.claim import Claimed
from mailer.settings.sections import Settings
from mailer.store.database import Database

NOW = datetime(2027, 3, 1, tzinfo=UTC)
SETTINGS = Settings.model_validate(
    {
        "relay": {"connections": 2},
        "relays": {
            "providers": {"for": ["gmail.com"], "security": "tls", "fallback": "spare"},
            "spare": {"security": "tls"},
        },
        "domains": {"slow.example": {"per_minute": 6}},
    }
)


@pytest.fixture
def store() -> str:
    """Where the store does not matter, one is enough."""
    return "sqlite"


@pytest.fixture
def flow() -> Router:
    return Router.of(SETTINGS)


def rows(*domains: str) -> list[Claimed]:
    return [
        Claimed(
            id=number,
            campaign_id=1,
            letter_id=1,
            attempts=0,
            address=f"reader{number}@{domain}",
            name=None,
            organisation="An organisation",
        )
        for number, domain in enumerate(domains, start=1)
    ]


async def admit(
    database: Database, flow: Router, batch: Sequence[Claimed], *, after: float = 0
) -> Admitted:
    async with database.writing() as session:
        return await flow.admit(session, batch, now=NOW + timedelta(seconds=after))


def numbers(admitted: Admitted) -> dict[str, list[int]]:
    return {relay: [row.id for row in group] for relay, group in admitted.go.items()}


def fail(flow: Router, relay: str, times: int, *, domain: str = "") -> None:
    for _ in range(times):
        flow.health.away(relay, "421 later", domain=domain, now=NOW)


async def test_each_message_goes_by_its_relay(
    empty_store: Database, flow: Router
) -> None:
    admitted = await admit(empty_store, flow, rows("gmail.com", "a.org", "gmail.com"))

    assert numbers(admitted) == {"providers": [1, 3], "default": [2]}
    assert admitted.later == []


async def test_a_relay_that_is_away_is_replaced(
    empty_store: Database, flow: Router
) -> None:
    fail(flow, "providers", 8)
    admitted = await admit(empty_store, flow, rows("gmail.com", "a.org"))

    assert numbers(admitted) == {"spare": [1], "default": [2]}


async def test_of_messages_that_went_elsewhere_the_latest_are_remembered(
    empty_store: Database, flow: Router
) -> None:
    batch = rows("gmail.com", "gmail.com")
    flow.elsewhere("providers", 1)
    flow.elsewhere("providers", 2)
    remembered = await admit(empty_store, flow, batch)
    for number in range(3, UNFIT + 2):
        flow.elsewhere("providers", number)
    later = await admit(empty_store, flow, batch)

    assert numbers(remembered) == {"spare": [1, 2]}
    assert numbers(later) == {"providers": [1], "spare": [2]}


async def test_without_a_replacement_its_messages_wait_until_it_is_asked_again(
    empty_store: Database, flow: Router
) -> None:
    fail(flow, "default", 3)
    admitted = await admit(empty_store, flow, rows("gmail.com", "a.org"))
    (waiting,) = admitted.later

    assert numbers(admitted) == {"providers": [1]}
    assert (waiting.message_number, waiting.why) == (2, "the relay default is away")
    assert waiting.due_at == NOW + timedelta(seconds=1)


async def test_then_one_message_tries_and_the_others_wait_for_it(
    empty_store: Database, flow: Router
) -> None:
    fail(flow, "default", 3)
    first = await admit(empty_store, flow, rows("a.org", "b.org", "c.org"), after=1)
    again = await admit(empty_store, flow, rows("a.org"), after=2)

    assert numbers(first) == {"default": [1]}
    assert numbers(again) == {}

    flow.health.works("default", "reader1@a.org")
    assert numbers(await admit(empty_store, flow, rows("b.org", "c.org"), after=2)) == {
        "default": [1, 2]
    }


async def test_a_clock_set_back_by_an_hour_keeps_nobody_waiting_for_an_hour(
    empty_store: Database, flow: Router
) -> None:
    fail(flow, "default", 3)
    fail(flow, "providers", 8, domain="gmail.com")
    await admit(empty_store, flow, rows("a.org"))
    back = NOW - timedelta(hours=1)
    flow.health.hold(NOW + timedelta(seconds=5))
    admitted = await admit(empty_store, flow, rows("a.org", "gmail.com"), after=-3600)

    assert numbers(admitted) == {"default": [1], "providers": [2]}
    assert flow.health.held_until == back + timedelta(seconds=5)


async def test_one_provider_that_slows_us_down_slows_only_its_own(
    empty_store: Database, flow: Router
) -> None:
    fail(flow, "default", 3, domain="slow.org")
    admitted = await admit(empty_store, flow, rows("slow.org", "a.org"))
    (waiting,) = admitted.later

    assert numbers(admitted) == {"default": [2]}
    assert waiting.why == "slow.org slows us down"
    assert waiting.due_at == NOW + timedelta(minutes=1)


async def test_a_limit_lets_some_go_and_books_the_rest(
    empty_store: Database, flow: Router
) -> None:
    batch = rows("slow.example", "slow.example", "a.org", "slow.example")
    admitted = await admit(empty_store, flow, batch)

    assert numbers(admitted) == {"default": [1, 3]}
    assert [each.message_number for each in admitted.later] == [2, 4]
    assert all(each.due_at > NOW for each in admitted.later)


async def test_a_success_forgets_the_failures_before(
    empty_store: Database, flow: Router
) -> None:
    fail(flow, "default", 2)
    flow.health.works("default", "reader1@a.org")
    fail(flow, "default", 2)

    assert numbers(await admit(empty_store, flow, rows("a.org"))) == {"default": [1]}
