"""Invitations are read by another library and checked by the verifier."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
import vobject
from dateutil import tz
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailer.composing import invitation
from mailer.composing.attendee import attendee_line
from mailer.composing.invitation import Invitation
from mailer.composing.parts import Extras
from tests.acts.composing import compiled, composed
from tools.verifier import calendar, header, mime, verifier, wire_lines

EVENT = Invitation(
    uid="dialogue-session-2027@liaison.example",
    sequence=2,
    cancelled=False,
    start=datetime(2027, 11, 9, 15, 0),  # noqa: DTZ001 (local time of the place)
    end=datetime(2027, 11, 9, 16, 30),  # noqa: DTZ001
    zone="Europe/Paris",
    place="UNESCO, Room XI; Paris",
    summary="جلسة حوار بين المنظمات غير الحكومية والدول الأعضاء، باريس",
    description="One, two; three\\four",
    language="ar",
    organiser="partnerships@liaison.example",
    organiser_name='UNESCO – "Civil", Society',
    stamp=datetime(2027, 9, 28, 8, 0, tzinfo=UTC),
)
NAMES = st.text(max_size=200) | st.text("aé文 ,;:<>\"'\\=^\r\n\0\u2028", max_size=90)


def message(event: Invitation = EVENT, name: str = "Zoé Été") -> bytes:
    """Return a reader's message with an invitation."""
    made = compiled(extras=Extras(calendar=invitation.write(event)))
    return composed(made, name=name)


def parts(octets: bytes) -> mime.Part:
    """Return the parts of a message."""
    head, body = wire_lines.split(octets)
    return mime.parse(header.Header(head), body)


def test_the_parts_are_in_the_order_that_mail_programs_expect() -> None:
    root = parts(message())

    assert verifier.verify(message()) == []
    assert root.shape() == (
        "multipart/mixed(multipart/alternative(text/plain, text/html, text/calendar),"
        " application/ics)"
    )


def test_another_library_reads_the_values_of_the_event() -> None:
    part = parts(message()).children[0].children[2]

    read = vobject.readOne(part.text)
    event = read.vevent
    assert read.method.value == part.parameters["method"] == "REQUEST"
    assert event.uid.value == EVENT.uid
    assert event.sequence.value == "2"
    assert event.summary.value == EVENT.summary
    assert event.summary.params["LANGUAGE"] == ["ar"]
    assert event.location.value == EVENT.place
    assert event.description.value == EVENT.description
    assert event.organizer.value == "mailto:partnerships@liaison.example"
    assert event.attendee.value == "mailto:awa@enda.example"
    assert event.attendee.params["RSVP"] == ["TRUE"]
    assert event.dtstart.value.astimezone(UTC) == datetime(2027, 11, 9, 14, tzinfo=UTC)
    assert event.dtend.value - event.dtstart.value == timedelta(minutes=90)
    assert read.vtimezone.tzid.value == "Europe/Paris"


def test_a_cancelled_event_keeps_its_uid_and_has_its_method_and_status() -> None:
    withdrawn = message(replace(EVENT, cancelled=True, sequence=3))

    read = vobject.readOne(parts(withdrawn).children[0].children[2].text)
    assert read.method.value == "CANCEL"
    assert read.vevent.status.value == "CANCELLED"
    assert read.vevent.uid.value == EVENT.uid
    assert verifier.verify(withdrawn) == []


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Africa/Dakar", "America/Havana"])
def test_the_event_starts_at_the_local_time_of_the_place(zone: str) -> None:
    part = parts(message(replace(EVENT, zone=zone))).children[0].children[2]

    event = vobject.readOne(part.text).vevent
    assert f"{event.dtstart.value:%H:%M}" == "15:00"
    assert part.text.count("BEGIN:VTIMEZONE") == 1


@pytest.mark.parametrize(
    ("zone", "start"), [("Africa/Casablanca", "14"), ("Africa/Cairo", "13")]
)
def test_an_event_in_a_zone_without_yearly_rules_is_in_utc(
    zone: str, start: str
) -> None:
    part = parts(message(replace(EVENT, zone=zone))).children[0].children[2]

    assert f"\r\nDTSTART:20271109T{start}0000Z\r\n" in part.text
    assert "VTIMEZONE" not in part.text


ZONES = ["Europe/Paris", "Africa/Casablanca", "Africa/Cairo", "Asia/Tehran"]
ZONES += ["Australia/Lord_Howe", "America/Havana", "Europe/Dublin", "Asia/Kathmandu"]
ZONES += ["America/Santiago", "America/Nuuk", "Asia/Gaza", "Asia/Almaty"]


@pytest.mark.prove
@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ZONES) | st.sampled_from(sorted(available_timezones())),
    st.datetimes(datetime(2026, 1, 1), datetime(2035, 12, 31)),  # noqa: DTZ001
)
def test_two_libraries_find_the_instant_of_an_event_by_its_zone_rules(
    zone: str, start: datetime
) -> None:
    start = start.replace(second=0, microsecond=0, fold=0)
    there = start.replace(tzinfo=ZoneInfo(zone))
    later = there.replace(fold=1)
    assume(there.utcoffset() == later.utcoffset())  # not skipped and not repeated
    made = invitation.write(
        replace(EVENT, zone=zone, start=start, end=start + timedelta(hours=1))
    )
    text = (made.before + made.after).replace("\n", "\r\n")

    for rules in icalendar.Calendar.from_ical(text).walk("VTIMEZONE"):
        assert isinstance(rules, icalendar.Timezone)
        by_dateutil = tz.tzical(StringIO(text)).get(zone)
        assert start.replace(tzinfo=by_dateutil).utcoffset() == there.utcoffset()
        by_icalendar = rules.to_tz(lookup_tzid=False)
        assert start.replace(tzinfo=by_icalendar).utcoffset() == there.utcoffset()
        begins = re.findall(r"^DTSTART:(\d{8}T\d{6})\r$", text, re.MULTILINE)
        assert begins
        assert max(begins) < "20260101"
    read = vobject.readOne(text).vevent.dtstart.value
    assert "TZID" in text or read == there


@pytest.mark.parametrize(
    ("zone", "rules"),
    [
        ("Europe/Paris", ["-1SU;BYMONTH=3", "-1SU;BYMONTH=10"]),
        ("Australia/Lord_Howe", ["1SU;BYMONTH=4", "1SU;BYMONTH=10"]),
        ("America/Havana", ["2SU;BYMONTH=3", "1SU;BYMONTH=11"]),
        ("Asia/Tehran", []),
    ],
)
def test_yearly_rules_have_a_start_in_the_past(zone: str, rules: list[str]) -> None:
    made = invitation.write(replace(EVENT, zone=zone))

    assert sorted(re.findall(r"RRULE:FREQ=YEARLY;BYDAY=(.*)", made.before)) == sorted(
        rules
    )
    starts = re.findall(r"^DTSTART:(\d{4})", made.before, re.MULTILINE)
    assert min(map(int, starts)) <= 2013


def test_an_event_of_whole_days_has_days_and_no_zone() -> None:
    made = invitation.write(
        replace(EVENT, start=date(2027, 11, 9), end=date(2027, 11, 12))
    )
    part = parts(composed(compiled(extras=Extras(calendar=made)))).children[0]

    event = vobject.readOne(part.children[2].text).vevent
    assert (event.dtstart.value, event.dtend.value) == (
        date(2027, 11, 9),
        date(2027, 11, 12),
    )
    assert "VTIMEZONE" not in made.before


@settings(max_examples=150)
@given(NAMES)
def test_a_reader_of_any_name_is_the_only_attendee(name: str) -> None:
    line = attendee_line(name, "o'x+y@enda.example")

    folded = line.replace("\n", "\r\n") + "\r\n"
    found = calendar.properties(folded)
    assert max(len(each.encode()) for each in line.split("\n")) <= 75
    assert [(kind, value) for kind, _, value in found] == [
        ("ATTENDEE", "mailto:o'x+y@enda.example")
    ]


@settings(max_examples=30)
@given(NAMES)
def test_an_invitation_is_correct_for_any_name_of_its_reader(name: str) -> None:
    faults = verifier.verify(message(name=name))

    assert [each for each in faults if not each.startswith(("B", "I3"))] == []


@pytest.mark.parametrize(
    ("fault", "before", "after"),
    [
        ("E2", b"method=REQUEST", b"method=PUBLISH"),
        ("E2", b"METHOD:REQUEST", b"METHOD:CANCEL"),
        ("E2", b"mailto:awa", b"mailto:eva"),
        ("E1", b"UID:", b"UIX:"),
        ("E1", b"TZID:Europe/Paris", b"TZID:Europe/Rome"),
        ("E1", b"STATUS:CONFIRMED", b"STATUS:" + b"CONFIRMED=\r\n" * 9),
    ],
)
def test_the_verifier_finds_the_fault_of_a_changed_invitation(
    fault: str, before: bytes, after: bytes
) -> None:
    good = message(name="Awa")
    changed = good.replace(before, after)

    assert changed != good
    assert any(each.startswith(fault) for each in verifier.verify(changed))


@pytest.mark.parametrize(
    "value", ["END:VEVENT", "x" * 67 + "END:VEVENT", "a\nEND:VEVENT"]
)
def test_a_value_cannot_end_the_event_or_add_an_attendee(value: str) -> None:
    event = replace(EVENT, summary=value, place=value, description=value)
    part = parts(message(event)).children[0].children[2]

    assert part.text.count("ATTENDEE;") == 1
    assert part.text.count("\r\nEND:VEVENT\r\n") == 1
    assert vobject.readOne(part.text).vevent.summary.value == value
