"""Local times become the instants that java.time has, in every zone, 1970 to 2040.

transitions.tsv.xz was made by Transitions.java. A zone whose history or future the tz
database has changed since is left out; the others must agree in every change.
"""

import lzma
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from scheduler.instants import instant_of, is_skipped

Change = tuple[datetime, timedelta, timedelta]  # instant, offset before and after
MINUTE = timedelta(minutes=1)
LEAST = 0.9  # of the zones: the tz database changes a few in a year


def zones() -> Iterator[tuple[str, list[Change]]]:
    """Yield every zone of the table with its changes."""
    packed = (Path(__file__).parent / "transitions.tsv.xz").read_bytes()
    for line in lzma.decompress(packed).decode("utf-8").splitlines():
        if line.startswith("#"):
            continue
        names, first, *changes = line.split("\t")
        offsets = [int(first), *(int(each.split()[1]) for each in changes)]
        instants = [int(each.split()[0]) for each in changes]
        table = [
            (
                datetime.fromtimestamp(instant, UTC),
                timedelta(seconds=before),
                timedelta(seconds=after),
            )
            for instant, (before, after) in zip(
                instants, pairwise(offsets), strict=True
            )
        ]
        for name in names.split(","):
            yield name, table


def agrees(zone: ZoneInfo, changes: list[Change]) -> bool:
    """Return whether our tz database has the changes of the table."""
    second = timedelta(seconds=1)
    return all(
        (instant - second).astimezone(zone).utcoffset() == before
        and instant.astimezone(zone).utcoffset() == after
        for instant, before, after in changes
    )


def expected(change: Change) -> Iterator[tuple[datetime, datetime]]:
    """Yield local times about a change, each with its instant by java.time."""
    instant, before, after = change
    plain = instant.replace(tzinfo=None)
    early, late = sorted([before, after])
    yield plain + early - MINUTE, instant + early - before - MINUTE
    yield plain + late, instant + late - after
    for local in (plain + early, plain + (early + late) / 2, plain + late - MINUTE):
        if after > before:  # skipped: the moment of the change
            yield local, instant
        else:  # repeated: the first of both
            yield local, (local - before).replace(tzinfo=UTC)


def test_every_local_time_about_a_change_has_the_instant_of_java_time() -> None:
    count, same = 0, 0
    for name, changes in zones():
        count += 1
        try:
            zone = ZoneInfo(name)
        except ZoneInfoNotFoundError:
            continue
        if not agrees(zone, changes):
            continue
        same += 1
        for change in changes:
            for local, instant in expected(change):
                found = instant_of(local.replace(microsecond=0), zone)
                assert abs(found - instant) < timedelta(seconds=1), (name, local)

    assert count > 500
    assert same / count >= LEAST


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Europe/Paris", "2027-03-28T02:30", "2027-03-28T01:00"),  # skipped
        ("Europe/Paris", "2027-03-28T02:00", "2027-03-28T01:00"),
        ("Europe/Paris", "2027-03-28T03:00", "2027-03-28T01:00"),
        ("Europe/Paris", "2027-10-31T02:30", "2027-10-31T00:30"),  # repeated
        ("Europe/Paris", "2027-10-31T03:00", "2027-10-31T02:00"),
        ("Africa/Cairo", "2027-04-30T00:00", "2027-04-29T22:00"),  # midnight skipped
        ("Africa/Cairo", "2027-10-28T23:30", "2027-10-28T20:30"),  # repeated before it
        ("Australia/Lord_Howe", "2027-10-03T02:15", "2027-10-02T15:30"),  # half an hour
        ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45"),
        ("Africa/Casablanca", "2027-02-07T02:30", "2027-02-07T01:30"),  # Ramadan
        ("Africa/Casablanca", "2027-03-14T02:30", "2027-03-14T02:00"),
        ("Asia/Tehran", "2022-03-22T00:00", "2022-03-21T20:30"),  # the last change
        ("Asia/Tehran", "2027-03-22T00:00", "2027-03-21T20:30"),  # none since
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a day is missing
        ("Pacific/Kwajalein", "1993-08-21T12:00", "1993-08-21T12:00"),
        ("America/Caracas", "2016-05-01T02:45", "2016-05-01T07:00"),
        ("Asia/Pyongyang", "2018-05-04T23:45", "2018-05-04T15:00"),
        ("Asia/Kathmandu", "2027-05-04T10:00", "2027-05-04T04:15"),
        ("Africa/Monrovia", "1972-01-07T00:30", "1972-01-07T00:44:30"),
    ],
)
def test_a_hard_local_time_has_its_instant(zone: str, local: str, instant: str) -> None:
    found = instant_of(datetime.fromisoformat(local), ZoneInfo(zone))

    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_known() -> None:
    paris = ZoneInfo("Europe/Paris")

    assert is_skipped(datetime.fromisoformat("2027-03-28T02:30"), paris)
    assert not is_skipped(datetime.fromisoformat("2027-10-31T02:30"), paris)
