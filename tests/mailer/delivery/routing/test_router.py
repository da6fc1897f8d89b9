"""A batch is divided into messages to send, by relay, and messages to put off."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from mailer.delivery.routing.router import MAX_REROUTED, Admitted, Router
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
def router() -> Router:
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
            reader="",
        )
        for number, domain in enumerate(domains, start=1)
    ]


async def admit(
    database: Database, router: Router, batch: Sequence[Claimed], *, after: float = 0
) -> Admitted:
    async with database.writing() as session:
        return await router.admit(session, batch, now=NOW + timedelta(seconds=after))


def numbers(admitted: Admitted) -> dict[str, list[int]]:
    return {relay: [row.id for row in group] for relay, group in admitted.go.items()}


def fail(router: Router, relay: str, times: int, *, domain: str = "") -> None:
    for _ in range(times):
        router.health.failed(relay, "421 later", domain=domain, now=NOW)


async def test_each_message_goes_by_its_relay(
    empty_store: Database, router: Router
) -> None:
    admitted = await admit(empty_store, router, rows("gmail.com", "a.org", "gmail.com"))

    assert numbers(admitted) == {"providers": [1, 3], "default": [2]}
    assert admitted.put_off == []


async def test_a_relay_that_is_away_is_replaced(
    empty_store: Database, router: Router
) -> None:
    fail(router, "providers", 8)
    admitted = await admit(empty_store, router, rows("gmail.com", "a.org"))

    assert numbers(admitted) == {"spare": [1], "default": [2]}


async def test_the_last_rerouted_messages_are_remembered(
    empty_store: Database, router: Router
) -> None:
    batch = rows("gmail.com", "gmail.com")
    router.reroute("providers", 1)
    router.reroute("providers", 2)
    remembered = await admit(empty_store, router, batch)
    for number in range(3, MAX_REROUTED + 2):
        router.reroute("providers", number)
    later = await admit(empty_store, router, batch)

    assert numbers(remembered) == {"spare": [1, 2]}
    assert numbers(later) == {"providers": [1], "spare": [2]}


async def test_without_a_fallback_messages_wait_until_their_relay_is_tried_again(
    empty_store: Database, router: Router
) -> None:
    fail(router, "default", 3)
    admitted = await admit(empty_store, router, rows("gmail.com", "a.org"))
    (waiting,) = admitted.put_off

    assert numbers(admitted) == {"providers": [1]}
    assert (waiting.message_number, waiting.reason) == (2, "the relay default is away")
    assert waiting.due_at == NOW + timedelta(seconds=1)


async def test_then_one_message_probes_and_the_others_wait_for_it(
    empty_store: Database, router: Router
) -> None:
    fail(router, "default", 3)
    first = await admit(empty_store, router, rows("a.org", "b.org", "c.org"), after=1)
    again = await admit(empty_store, router, rows("a.org"), after=2)

    assert numbers(first) == {"default": [1]}
    assert numbers(again) == {}

    router.health.succeeded("default", "reader1@a.org", lambda: NOW)
    assert numbers(
        await admit(empty_store, router, rows("b.org", "c.org"), after=2)
    ) == {"default": [1, 2]}


async def test_after_a_clock_set_back_by_an_hour_no_message_waits_for_an_hour(
    empty_store: Database, router: Router
) -> None:
    fail(router, "default", 3)
    fail(router, "providers", 8, domain="gmail.com")
    await admit(empty_store, router, rows("a.org"))
    back = NOW - timedelta(hours=1)
    router.health.hold(NOW + timedelta(seconds=5))
    admitted = await admit(empty_store, router, rows("a.org", "gmail.com"), after=-3600)

    assert numbers(admitted) == {"default": [1], "providers": [2]}
    assert router.health.held_until == back + timedelta(seconds=5)


async def test_a_provider_that_slows_us_down_delays_only_its_own_messages(
    empty_store: Database, router: Router
) -> None:
    fail(router, "default", 3, domain="slow.org")
    admitted = await admit(empty_store, router, rows("slow.org", "a.org"))
    (waiting,) = admitted.put_off

    assert numbers(admitted) == {"default": [2]}
    assert waiting.reason == "slow.org slows us down"
    assert waiting.due_at == NOW + timedelta(minutes=1)


async def test_a_limit_lets_some_messages_go_and_books_the_others(
    empty_store: Database, router: Router
) -> None:
    batch = rows("slow.example", "slow.example", "a.org", "slow.example")
    admitted = await admit(empty_store, router, batch)

    assert numbers(admitted) == {"default": [1, 3]}
    assert [each.message_number for each in admitted.put_off] == [2, 4]
    assert all(each.due_at > NOW for each in admitted.put_off)


async def test_after_a_success_earlier_failures_do_not_count(
    empty_store: Database, router: Router
) -> None:
    fail(router, "default", 2)
    router.health.succeeded("default", "reader1@a.org", lambda: NOW)
    fail(router, "default", 2)

    assert numbers(await admit(empty_store, router, rows("a.org"))) == {"default": [1]}
