"""A wave reaches readers at their own hour, on a working day at their place."""

from datetime import UTC, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.reference import load
from scheduler import reader_hours
from scheduler.reader_hours import ZoneSource, place_of, reader_instant

TEN = time(10)
ALL_ZONES = sorted(available_timezones() - {"localtime", "Factory"})
MUCH = timedelta(days=60)


@pytest.mark.parametrize(
    ("timezone", "country", "zone", "source"),
    [
        ("Asia/Kathmandu", "FR", "Asia/Kathmandu", ZoneSource.CONTACT),
        ("", "SN", "Africa/Dakar", ZoneSource.COUNTRY),
        ("", "US", "America/New_York", ZoneSource.CAPITAL),
        ("", "AU", "Australia/Sydney", ZoneSource.CAPITAL),
        ("", "KZ", "Asia/Almaty", ZoneSource.CAPITAL),
        ("", "ES", "Europe/Madrid", ZoneSource.CAPITAL),
        ("", "", "Europe/Paris", ZoneSource.CAMPAIGN),
        ("", "ZZ", "Europe/Paris", ZoneSource.CAMPAIGN),
    ],
)
def test_the_place_of_a_reader_says_how_it_is_known(
    timezone: str, country: str, zone: str, source: ZoneSource
) -> None:
    place = place_of(timezone, country, otherwise="Europe/Paris")

    assert (place.zone, place.source) == (zone, source)


def test_every_country_of_the_directory_has_a_zone_that_exists() -> None:
    for row in chain(load.rows("member_states.csv"), load.rows("other_countries.csv")):
        place = place_of("", row["iso2"], otherwise="")

        assert place.source in {ZoneSource.COUNTRY, ZoneSource.CAPITAL}, row["iso2"]
        assert place.zone in ALL_ZONES


@pytest.mark.parametrize(
    ("country", "released", "local"),
    [
        ("FR", "2027-05-04T08:00Z", "2027-05-04T10:00"),  # at once
        ("JP", "2027-05-06T08:00Z", "2027-05-07T10:00"),  # its next morning
        ("US", "2027-05-04T08:00Z", "2027-05-04T10:00"),  # later the same day
        ("EG", "2027-05-06T09:00Z", "2027-05-09T10:00"),  # Thursday noon: Sunday
        ("FR", "2027-05-07T09:00Z", "2027-05-10T10:00"),  # Friday noon: Monday
        ("IL", "2027-05-16T06:00Z", "2027-05-16T10:00"),  # Sunday is a working day
        ("FR", "2027-05-05T09:00Z", "2027-05-07T10:00"),  # Ascension Day
    ],
)
def test_a_letter_waits_for_the_hour_and_a_working_day(
    country: str, released: str, local: str
) -> None:
    place = place_of("", country, otherwise="UTC")
    found = reader_instant(
        TEN,
        place.zone,
        datetime.fromisoformat(released),
        within=MUCH,
        quiet=place.office,
    )

    shown = found.astimezone(ZoneInfo(place.zone))
    assert f"{shown:%Y-%m-%dT%H:%M}" == local


def test_holidays_count_only_if_they_are_asked_for() -> None:
    place = reader_hours.without_holidays(place_of("", "FR", otherwise="UTC"))
    released = datetime(2027, 5, 5, 9, tzinfo=UTC)
    found = reader_instant(TEN, place.zone, released, within=MUCH, quiet=place.office)

    assert found == datetime(2027, 5, 6, 8, tzinfo=UTC)


@given(
    st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    st.sampled_from(ALL_ZONES),
    st.datetimes(
        datetime(1975, 1, 1),  # noqa: DTZ001 (hypothesis wants naive bounds)
        datetime(2040, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.integers(0, 96),
)
def test_no_letter_goes_early_or_after_the_last_moment(
    at: time, zone: str, released: datetime, hours: int
) -> None:
    within = timedelta(hours=hours)
    found = reader_instant(at, zone, released, within=within)

    assert released <= found <= released + within
    if found < released + within:
        local = found.astimezone(ZoneInfo(zone))
        before = (found - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert local.time() == at or before.utcoffset() != local.utcoffset()
        assert found - released <= timedelta(hours=49)
