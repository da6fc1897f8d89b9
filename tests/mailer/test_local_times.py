"""The times in sentences, as people of the unit read them."""

from zoneinfo import ZoneInfo

import pytest

from mailer.local_times import in_zone

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        (
            "stopped at 2027-05-04 08:00 UTC: wrong",
            "stopped at 2027-05-04 10:00 CEST: wrong",
        ),
        (
            "until 2027-12-31 23:30:05 UTC, or 2027-05-04 08:00 UTC",
            "until 2028-01-01 00:30:05 CET, or 2027-05-04 10:00 CEST",
        ),
        ("2027-13-04 08:00 UTC is no time", "2027-13-04 08:00 UTC is no time"),
        ("9999-12-31 23:59 UTC is none there", "9999-12-31 23:59 UTC is none there"),
        ("of 2027-05-04, in UTC", "of 2027-05-04, in UTC"),
    ],
)
def test_instants_in_utc_are_shown_in_the_zone_and_no_other_text_changes(
    sentence: str, shown: str
) -> None:
    assert in_zone(sentence, PARIS) == shown
