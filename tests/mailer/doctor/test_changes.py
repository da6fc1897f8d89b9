"""What of two examinations an operator hears, and how many mails an hour."""

from datetime import UTC, datetime, timedelta

from mailer.doctor import changes
from mailer.doctor.changes import Known
from mailer.doctor.finding import Finding, error, note, ok, warning

NOW = datetime(2027, 5, 4, 8, tzinfo=UTC)
DISK = warning("disk", "the disk has 900 MiB free", "make room")
AWAY = error("relay", "the relay cannot be used", "look at it")


def told(known: Known, *findings: Finding, minutes: float = 0) -> Known:
    """Return what is known after the mail that is due."""
    due = changes.alert(
        known, findings, per_hour=3, now=NOW + timedelta(minutes=minutes)
    )
    assert due is not None
    return due[1]


def test_another_number_is_no_change_and_another_grade_is() -> None:
    less = warning("disk", "the disk has 880 MiB free", "make room")
    full = error("disk", "the disk has 90 MiB free", "make room")

    assert changes.changed([DISK], [less]) == []
    assert changes.changed([DISK], [full]) == [full]
    assert changes.changed([], [DISK, AWAY]) == [DISK, AWAY]


def test_a_mail_has_what_is_new_and_what_is_over() -> None:
    known = told(Known(), DISK, ok("clock", "right"), note("DNS", "not asked"))
    due = changes.alert(known, [AWAY], per_hour=3, now=NOW)

    assert list(known.faults.values()) == ["disk: the disk has 900 MiB free"]
    assert due is not None
    assert due[0].new == (AWAY,)
    assert due[0].over == ("disk: the disk has 900 MiB free",)


def test_the_same_faults_cause_no_second_mail() -> None:
    assert changes.alert(told(Known(), AWAY), [AWAY], per_hour=3, now=NOW) is None
    assert changes.alert(Known(), [], per_hour=3, now=NOW) is None


def test_no_more_mails_leave_than_an_hour_may_have() -> None:
    known = Known()
    for minute, findings in enumerate([(AWAY,), (), (AWAY,)]):
        known = told(known, *findings, minutes=minute)
    late = NOW + timedelta(minutes=59)

    assert changes.alert(known, [DISK], per_hour=3, now=late) is None
    assert told(known, DISK, minutes=61).faults.keys() == {changes.identity_of(DISK)}
