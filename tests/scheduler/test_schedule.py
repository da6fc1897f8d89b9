"""A cadence has the same local time all year, in every zone."""

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cadences import LAST, Cadence, Period, Weekday, instant_of, slots_after

ZONES = [
    "Europe/Paris",
    "America/Sao_Paulo",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
]
INSTANTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 (hypothesis wants naive bounds)
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


@st.composite
def cadences(draw: st.DrawFn) -> Cadence:
    period = draw(st.sampled_from(Period))
    weekday = draw(st.sampled_from(Weekday))
    by_date = draw(st.booleans())
    monthly = period in {Period.MONTH, Period.QUARTER}
    return Cadence(
        period=period,
        at=draw(TIMES),
        zone=draw(st.sampled_from(ZONES)),
        weekday=None if monthly and by_date else weekday,
        nth=draw(st.sampled_from([1, 2, 3, 4, LAST])) if monthly else None,
        day=draw(st.integers(1, 31)) if monthly and by_date else None,
    )


@given(cadences(), INSTANTS)
def test_the_next_instant_is_later_and_at_the_local_hour(
    cadence: Cadence, instant: datetime
) -> None:
    slot = next(slots_after(cadence, instant))
    zone = ZoneInfo(cadence.zone)
    shown = slot.instant.astimezone(zone).replace(tzinfo=None)

    assert slot.instant > instant
    assert slot.local.time() == cadence.at
    assert slot.instant.utcoffset() == timedelta(0)
    if shown != slot.local:  # daylight saving skipped it: the first instant after
        just_before = (slot.instant - timedelta(seconds=1)).astimezone(zone)
        assert just_before.replace(tzinfo=None) < slot.local < shown


@given(cadences(), INSTANTS)
def test_slots_follow_each_other_without_repeating(
    cadence: Cadence, instant: datetime
) -> None:
    slots = list(islice(slots_after(cadence, instant), 8))
    instants = [slot.instant for slot in slots]

    assert instants == sorted(set(instants))
    assert len({slot.local for slot in slots}) == 8


@given(cadences(), INSTANTS)
def test_starting_between_two_slots_gives_the_second(
    cadence: Cadence, instant: datetime
) -> None:
    first, second = islice(slots_after(cadence, instant), 2)
    between = first.instant + (second.instant - first.instant) / 2

    assert next(slots_after(cadence, between)) == second


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        ("Asia/Tehran", "2022-03-22T00:00", "2022-03-21T20:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Africa/Casablanca", "2027-03-14T02:30", "2027-03-14T02:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
    ],
)
def test_a_skipped_time_becomes_the_next_valid_instant(
    zone: str, local: str, instant: str
) -> None:
    found = instant_of(datetime.fromisoformat(local), ZoneInfo(zone))

    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_a_repeated_time_is_used_once(zone: str) -> None:
    autumn = "2026-10-24T12:00" if zone == "Europe/Berlin" else "2026-04-04T03:00"
    cadence = Cadence(period=Period.DAY, at=time(2, 0), zone=zone)
    start = datetime.fromisoformat(autumn).replace(tzinfo=UTC)
    slots = list(islice(slots_after(cadence, start), 3))

    assert len({slot.local.date() for slot in slots}) == 3
