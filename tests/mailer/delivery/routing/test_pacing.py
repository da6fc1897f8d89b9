"""The pace of a provider: slower when it asks, faster while all is well."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.routing import pacing
from mailer.delivery.routing.health import Health
from mailer.delivery.routing.pacing import FIRST, FREE, LEAST, Pace
from mailer.delivery.routing.relays import Relays
from mailer.settings.relays import DEFAULT, RelaySettings

START = datetime(2027, 5, 4, 10, tzinfo=UTC)
KEY = (DEFAULT, "slow.example")
seconds = st.floats(min_value=0, max_value=7200)
REFUSAL = "421 4.7.28 unusual rate of mail"


def slowed(times: int) -> Pace:
    pace = pacing.slowed(None, now=START)
    for _ in range(times - 1):
        pace = pacing.slowed(pace, now=START)
    return pace


@given(times=st.integers(1, 30), after=seconds, more=seconds)
def test_it_is_never_too_slow_grows_with_time_and_ends(
    times: int, after: float, more: float
) -> None:
    pace = slowed(times)
    sooner = pacing.per_minute(pace, now=START + timedelta(seconds=after))
    later = pacing.per_minute(pace, now=START + timedelta(seconds=after + more))

    assert LEAST <= sooner <= later <= FREE
    assert pacing.is_over(pace, now=START + timedelta(minutes=20))


@given(times=st.integers(1, 30), after=seconds)
def test_each_time_it_is_slower_than_before(times: int, after: float) -> None:
    now = START + timedelta(seconds=after)
    before = slowed(times)
    after_it = pacing.slowed(before, now=now)

    assert after_it.per_minute == max(
        LEAST, pacing.per_minute(before, now=now) * pacing.SLOWER
    )


@given(
    times=st.integers(1, 8),
    batches=st.lists(
        st.tuples(st.integers(0, 300), st.floats(0, 20)), min_size=1, max_size=40
    ),
)
def test_no_more_go_than_the_pace_allows_in_any_time(
    times: int, batches: list[tuple[int, float]]
) -> None:
    pace, now, gone = slowed(times), START, 0
    for count, wait in batches:
        now += timedelta(seconds=wait)
        given_now, pace = pacing.take(pace, count, now=now)
        gone += given_now.now
        assert given_now.now + len(given_now.later) == count
        assert all(each > now for each in given_now.later)

    minutes = (now - START) / timedelta(minutes=1)
    fastest = pacing.per_minute(pace, now=now)
    assert gone <= fastest * minutes + fastest / 6 + 1


def test_the_first_time_has_a_pace_of_its_own() -> None:
    assert slowed(1).per_minute == FIRST


def health() -> Health:
    relay = RelaySettings(connections=1)
    return Health(relays=Relays(settings={DEFAULT: relay}, rules=()))


def test_a_provider_that_slows_us_down_gets_a_pace_that_ends_when_all_is_well() -> None:
    found = health()
    assert found.paced(KEY, 100, now=START) is None
    for _ in range(3):
        found.failed(DEFAULT, REFUSAL, domain=KEY[1], now=START)
    slow = found.paced(KEY, 100, now=START + timedelta(minutes=1))
    later = START + timedelta(minutes=3)
    found.succeeded(DEFAULT, f"a@{KEY[1]}", lambda: later)
    faster = found.paced(KEY, 100, now=later + timedelta(minutes=2))
    free = found.paced(KEY, 100, now=later + timedelta(minutes=20))

    assert slow is not None
    assert slow.given.now <= 60
    assert "a minute at present" in slow.words
    assert faster is not None
    assert faster.given.now > slow.given.now
    assert free is None
    assert found.healthy
