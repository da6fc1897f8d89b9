"""A breaker opens on what keeps failing, tries again, and never locks for good."""

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


def test_one_failure_stops_nobody() -> None:
    assert breaker.allowance(fail(CLOSED, 1), now=START) is None


def test_a_lone_connection_may_fail_twice() -> None:
    state = CLOSED
    for _ in range(2):
        state = breaker.failed(state, in_flight=1, waits=WAITS, now=START)

    assert breaker.allowance(state, now=START) is None


def test_all_in_flight_failing_opens_it_for_the_first_wait() -> None:
    state = fail(CLOSED, 8)

    assert breaker.allowance(state, now=later(9)) == 0
    assert breaker.waits_until(state, now=START) == later(10)


def test_half_open_lets_one_try_and_no_second() -> None:
    state = fail(CLOSED, 8)
    assert breaker.allowance(state, now=later(10)) == 1
    state = breaker.trying(state, now=later(10))

    assert breaker.allowance(state, now=later(11)) == 0


def test_a_trial_nobody_ends_is_not_waited_for_for_ever() -> None:
    state = breaker.trying(fail(CLOSED, 8), now=later(10))

    assert breaker.allowance(state, now=later(10 + 60)) == 1


def test_failed_trials_wait_longer_each_time_up_to_the_last_wait() -> None:
    state, now, waited = fail(CLOSED, 8), START, []
    for _ in range(4):
        until = breaker.waits_until(state, now=now)
        waited.append((until - now).total_seconds())
        now = until
        state = breaker.failed(
            breaker.trying(state, now=now), in_flight=8, waits=WAITS, now=now
        )

    assert waited == [10.0, 60.0, 300.0, 300.0]


def test_failures_under_way_when_it_opened_do_not_open_it_further() -> None:
    assert fail(CLOSED, 50) == fail(CLOSED, 8)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["fail", "succeed", "try"]),
        st.floats(0, 1000),
        st.integers(1, 50),
    ),
    max_size=60,
)


@given(STEPS)
def test_it_never_stays_open_longer_than_its_longest_wait_and_a_trial(
    steps: list[tuple[str, float, int]],
) -> None:
    state, now = CLOSED, START
    for act, seconds, in_flight in steps:
        now += timedelta(seconds=seconds)
        if act == "succeed":
            state = CLOSED
        elif act == "fail":
            state = breaker.failed(state, in_flight=in_flight, waits=WAITS, now=now)
        elif breaker.allowance(state, now=now):
            state = breaker.trying(state, now=now)
    patience = breaker.PROBE_HOLDS + timedelta(seconds=max(WAITS))

    assert breaker.allowance(state, now=now + patience) != 0
    assert now <= breaker.waits_until(state, now=now) <= now + patience


@given(
    openings=st.integers(1, 6),
    tries=st.booleans(),
    back=st.floats(0, 1e7),
    after=st.floats(0, 1e4),
)
def test_a_clock_that_goes_back_keeps_nobody_away_for_longer_than_it_says(
    *, openings: int, tries: bool, back: float, after: float
) -> None:
    state, now = CLOSED, START
    for _ in range(openings):
        state = breaker.opened(state, waits=WAITS, now=now)
        now = breaker.waits_until(state, now=now)
    if tries:
        state = breaker.trying(state, now=now)
    now -= timedelta(seconds=back)
    believed = breaker.believed(state, waits=WAITS, now=now)
    longest = now + breaker.PROBE_HOLDS + timedelta(seconds=max(WAITS))

    assert breaker.allowance(believed, now=longest) == 1
    assert now <= breaker.waits_until(believed, now=now) <= longest
    later = now + timedelta(seconds=after)
    assert breaker.believed(believed, waits=WAITS, now=later) == believed


@given(st.integers(1, 200))
def test_it_opens_after_as_many_failures_as_are_in_flight(in_flight: int) -> None:
    state, count = CLOSED, 0
    while breaker.allowance(state, now=START) is None:
        state = breaker.failed(state, in_flight=in_flight, waits=WAITS, now=START)
        count += 1

    assert count == max(in_flight, breaker.LEAST_SHARES)
