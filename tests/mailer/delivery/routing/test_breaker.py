"""A breaker opens after repeated failures, probes again, and never stays open."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.routing import breaker
from mailer.delivery.routing.breaker import CLOSED, Breaker

START = datetime(2027, 3, 1, tzinfo=UTC)
WAITS = (10.0, 60.0, 300.0)


def fail(state: Breaker, times: int, *, now: datetime = START) -> Breaker:
    for _ in range(times):
        state = breaker.failed(state, in_flight=8, waits=WAITS, now=now)
    return state


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_one_failure_does_not_open_it() -> None:
    assert breaker.allowance(fail(CLOSED, 1), now=START) is None


def test_a_relay_with_one_connection_may_fail_twice() -> None:
    state = CLOSED
    for _ in range(2):
        state = breaker.failed(state, in_flight=1, waits=WAITS, now=START)

    assert breaker.allowance(state, now=START) is None


def test_a_failure_of_all_in_flight_opens_it_for_the_first_wait() -> None:
    state = fail(CLOSED, 8)

    assert breaker.allowance(state, now=later(9)) == 0
    assert breaker.waits_until(state, now=START) == later(10)


def test_half_open_it_lets_one_message_probe_and_no_second() -> None:
    state = fail(CLOSED, 8)
    assert breaker.allowance(state, now=later(10)) == 1
    state = breaker.probing(state, now=later(10))

    assert breaker.allowance(state, now=later(11)) == 0


def test_a_probe_without_a_result_ends_after_a_minute() -> None:
    state = breaker.probing(fail(CLOSED, 8), now=later(10))

    assert breaker.allowance(state, now=later(10 + 60)) == 1


def test_after_each_failed_probe_it_waits_longer_up_to_the_last_wait() -> None:
    state, now, waits = fail(CLOSED, 8), START, []
    for _ in range(4):
        until = breaker.waits_until(state, now=now)
        waits.append((until - now).total_seconds())
        now = until
        state = breaker.failed(
            breaker.probing(state, now=now), in_flight=8, waits=WAITS, now=now
        )

    assert waits == [10.0, 60.0, 300.0, 300.0]


def test_failures_of_messages_in_flight_when_it_opened_change_nothing() -> None:
    assert fail(CLOSED, 50) == fail(CLOSED, 8)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["fail", "succeed", "probe"]),
        st.floats(0, 1000),
        st.integers(1, 50),
    ),
    max_size=60,
)


@given(STEPS)
def test_it_never_stays_open_longer_than_its_longest_wait_and_a_probe(
    steps: list[tuple[str, float, int]],
) -> None:
    state, now = CLOSED, START
    for event, seconds, in_flight in steps:
        now += timedelta(seconds=seconds)
        if event == "succeed":
            state = CLOSED
        elif event == "fail":
            state = breaker.failed(state, in_flight=in_flight, waits=WAITS, now=now)
        elif breaker.allowance(state, now=now):
            state = breaker.probing(state, now=now)
    longest = breaker.PROBE_HOLDS + timedelta(seconds=max(WAITS))

    assert breaker.allowance(state, now=now + longest) != 0
    assert now <= breaker.waits_until(state, now=now) <= now + longest


@given(
    openings=st.integers(1, 6),
    probes=st.booleans(),
    back=st.floats(0, 1e7),
    after=st.floats(0, 1e4),
)
def test_after_a_clock_set_back_it_stays_open_for_no_longer_than_its_waits(
    *, openings: int, probes: bool, back: float, after: float
) -> None:
    state, now = CLOSED, START
    for _ in range(openings):
        state = breaker.opened(state, waits=WAITS, now=now)
        now = breaker.waits_until(state, now=now)
    if probes:
        state = breaker.probing(state, now=now)
    now -= timedelta(seconds=back)
    limited = breaker.limited(state, waits=WAITS, now=now)
    longest = now + breaker.PROBE_HOLDS + timedelta(seconds=max(WAITS))

    assert breaker.allowance(limited, now=longest) == 1
    assert now <= breaker.waits_until(limited, now=now) <= longest
    later = now + timedelta(seconds=after)
    assert breaker.limited(limited, waits=WAITS, now=later) == limited


@given(st.integers(1, 200))
def test_it_opens_after_as_many_failures_as_are_in_flight(in_flight: int) -> None:
    state, count = CLOSED, 0
    while breaker.allowance(state, now=START) is None:
        state = breaker.failed(state, in_flight=in_flight, waits=WAITS, now=START)
        count += 1

    assert count == max(in_flight, breaker.MIN_SHARES)
