"""A limit is never exceeded, is used up, and keeps the instants it has booked."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.delivery.routing import limits
from mailer.delivery.routing.limits import BucketLevel, Limit, Wanted

START = datetime(2027, 3, 1, tzinfo=UTC)
ASKS = st.lists(st.tuples(st.floats(0, 90), st.integers(0, 300)), max_size=60)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def fresh(*made: Limit) -> dict[str, BucketLevel]:
    return {each.name: limits.full(each, now=START) for each in made}


def run(limit: Limit, asks: list[tuple[float, int]]) -> list[tuple[datetime, int]]:
    levels, now, went = fresh(limit), START, []
    for seconds, count in asks:
        now += timedelta(seconds=seconds)
        (answer,), levels = limits.take(
            [Wanted(count=count, limits=(limit,))], levels, now=now
        )
        assert answer.now + len(answer.later) == count
        went.append((now, answer.now))
    return went


@given(count=st.integers(1, 1000), shares=st.integers(1, 60), asks=ASKS)
def test_a_limit_per_minute_holds_in_every_minute(
    count: int, shares: int, asks: list[tuple[float, int]]
) -> None:
    went = run(limits.within("minute", count, seconds=60, shares=shares), asks)

    for start, _ in went:
        end = start + timedelta(seconds=60)
        assert sum(n for at, n in went if start <= at < end) <= count


@given(rate=st.floats(0.1, 500), asks=ASKS)
def test_a_limit_per_second_holds_on_average(
    rate: float, asks: list[tuple[float, int]]
) -> None:
    went = run(limits.per_second("second", rate), asks)
    elapsed = (went[-1][0] - START).total_seconds() if went else 0

    assert sum(n for _, n in went) <= math.ceil(rate) + rate * elapsed + 1e-6


@pytest.mark.parametrize("count", [1, 8, 59, 600])
def test_frequent_requests_get_nearly_the_whole_limit(count: int) -> None:
    limit = limits.within("minute", count, seconds=60, shares=6)
    went = run(limit, [(0.1, 1000)] * 3600)

    assert sum(n for _, n in went) >= 6 * count * 0.8


@given(count=st.integers(1, 600), batches=st.lists(st.integers(1, 50), max_size=8))
def test_a_message_may_go_at_its_booked_instant(count: int, batches: list[int]) -> None:
    limit = limits.within("minute", count, seconds=60, shares=6)
    levels = fresh(limit)
    booked: list[datetime] = []
    for batch in batches:
        (answer,), levels = limits.take(
            [Wanted(count=batch, limits=(limit,))], levels, now=START
        )
        booked += answer.later

    assert booked == sorted(booked)
    for instant in booked:
        (answer,), levels = limits.take(
            [Wanted(count=1, limits=(limit,))], levels, now=instant
        )
        assert answer.now == 1


def test_a_message_goes_when_all_its_limits_allow_it() -> None:
    relay = limits.per_second("relay", 10)
    slow = limits.within("slow.example", 6, seconds=60, shares=6)
    wanted = [
        Wanted(count=5, limits=(relay, slow)),
        Wanted(count=20, limits=(relay,)),
        Wanted(count=7, limits=()),
    ]
    (first, second, third), _ = limits.take(wanted, fresh(relay, slow), now=START)

    assert (first.now, second.now, third.now) == (1, 9, 7)


def test_a_slow_provider_does_not_book_the_limit_of_the_relay() -> None:
    relay = limits.per_second("relay", 10)
    slow = limits.within("slow.example", 1, seconds=60, shares=6)
    wanted = [Wanted(count=9, limits=(relay, slow)), Wanted(count=10, limits=(relay,))]
    (first, second), _ = limits.take(wanted, fresh(relay, slow), now=START)

    assert first.later[-1] == later(8 * 60)
    assert second.later == (later(0.1),)


@given(
    count=st.integers(1, 600),
    before=st.integers(0, 900),
    count_after=st.integers(1, 900),
    back=st.floats(limits.MAX_CLOCK_SKEW.total_seconds() + 1, 1e7),
)
def test_a_clock_set_back_far_changes_no_result(
    count: int, before: int, count_after: int, back: float
) -> None:
    limit = limits.within("minute", count, seconds=60, shares=6)
    _, levels = limits.take(
        [Wanted(count=before, limits=(limit,))], fresh(limit), now=START
    )
    asked, step = [Wanted(count=count_after, limits=(limit,))], timedelta(seconds=back)
    (as_it_was,), _ = limits.take(asked, levels, now=START)
    (set_back,), _ = limits.take(asked, levels, now=START - step)

    assert set_back.now == as_it_was.now
    assert [each + step for each in set_back.later] == list(as_it_was.later)


def test_a_clock_set_back_does_not_fill_a_bucket() -> None:
    limit = limits.per_second("second", 10)
    asked = [Wanted(count=10, limits=(limit,))]
    _, levels = limits.take(asked, fresh(limit), now=later(100))
    (answer,), levels = limits.take(asked, levels, now=START)
    assert answer.now == 0
    (answer,), _ = limits.take(asked, levels, now=later(100.5))

    assert answer.now == 5
