"""A window opens once a day at its local time, also when the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import windows
from scheduler.errors import ScheduleError
from scheduler.windows import Window

ZONES = [
    "Europe/Paris",
    "America/Sao_Paulo",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
]
INSTANTS = st.integers(0, 40 * 366 * 86_400).map(
    lambda seconds: datetime(1999, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
HOURS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
WINDOWS = st.builds(
    Window, opens=HOURS, closes=HOURS, zone=st.sampled_from(ZONES)
).filter(lambda window: window.opens != window.closes)


def paris(text: str) -> datetime:
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))
    return local.astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "instant", "opens"),
    [
        (("08:00", "20:00"), "2027-05-04T07:59", "2027-05-04T08:00"),
        (("08:00", "20:00"), "2027-05-04T08:00", "2027-05-04T08:00"),
        (("08:00", "20:00"), "2027-05-04T19:59", "2027-05-04T08:00"),
        (("08:00", "20:00"), "2027-05-04T20:00", "2027-05-05T08:00"),
        (("22:00", "06:00"), "2027-05-04T03:00", "2027-05-03T22:00"),
        (("22:00", "06:00"), "2027-05-04T06:00", "2027-05-04T22:00"),
        (("02:30", "05:00"), "2027-03-28T01:00", "2027-03-28T03:00"),  # skipped time
        (("02:10", "02:50"), "2027-03-28T01:00", "2027-03-29T02:10"),  # skipped whole
    ],
)
def test_it_opens_at_the_local_time(
    hours: tuple[str, str], instant: str, opens: str
) -> None:
    window = windows.parse(*hours, "Europe/Paris")

    assert windows.opening(window, paris(instant)).opens_at == paris(opens)


def test_a_repeated_time_opens_once() -> None:
    window = windows.parse("02:00", "02:45", "Europe/Paris")
    first = windows.opening(window, paris("2027-10-31T00:00"))

    assert first.closes_at - first.opens_at == timedelta(minutes=45)
    assert windows.opening(window, first.closes_at).opens_at == paris(
        "2027-11-01T02:00"
    )


@given(WINDOWS, INSTANTS)
def test_an_opening_contains_the_instant_or_is_the_next_one(
    window: Window, instant: datetime
) -> None:
    found = windows.opening(window, instant)

    assert found.opens_at < found.closes_at
    assert found.closes_at > instant
    assert found.opens_at - instant <= timedelta(hours=49)


@given(WINDOWS, INSTANTS)
def test_openings_follow_each_other_and_never_overlap(
    window: Window, instant: datetime
) -> None:
    found = windows.opening(window, instant)
    after = windows.opening(window, found.closes_at)

    assert after.opens_at >= found.closes_at
    assert windows.opening(window, found.opens_at) == found
    assert windows.opening(window, found.closes_at - timedelta(seconds=1)) == found


@given(WINDOWS, INSTANTS)
def test_it_opens_at_its_local_time_unless_the_clocks_skip_it(
    window: Window, instant: datetime
) -> None:
    zone = ZoneInfo(window.zone)
    opens = windows.opening(window, instant).opens_at
    local = opens.astimezone(zone)
    before = (opens - timedelta(seconds=1)).astimezone(zone)

    assert local.time() == window.opens or before.utcoffset() != local.utcoffset()


@pytest.mark.parametrize(
    ("opens", "closes", "zone", "error"),
    [
        ("8:00", "20:00", "UTC", "'8:00' is not a time such as 08:00"),
        ("08:00", "24:00", "UTC", "'24:00' is not a time"),
        ("08:00", "08:00", "UTC", "the window is empty: from 08:00 until 08:00"),
        ("08:00", "20:00", "Europe/Pariss", "not a time zone such as Europe/Paris"),
        ("08:00", "20:00", "../etc/passwd", "not a time zone"),
    ],
)
def test_an_invalid_window_is_refused(
    opens: str, closes: str, zone: str, error: str
) -> None:
    with pytest.raises(ScheduleError, match=error):
        windows.parse(opens, closes, zone)
