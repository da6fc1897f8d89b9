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
    alert, after = changes.alert(
        known, findings, per_hour=3, now=NOW + timedelta(minutes=minutes)
    )
    assert alert is not None
    return after


def test_another_number_is_no_change_and_another_grade_is() -> None:
    less = warning("disk", "the disk has 880 MiB free", "make room")
    full = error("disk", "the disk has 90 MiB free", "make room")

    assert changes.changed([DISK], [less]) == []
    assert changes.changed([DISK], [full]) == [full]
    assert changes.changed([], [DISK, AWAY]) == [DISK, AWAY]


def test_a_mail_has_what_is_new_and_what_is_over() -> None:
    known = told(Known(), DISK, ok("clock", "right"), note("DNS", "not asked"))
    alert, _ = changes.alert(known, [AWAY], per_hour=3, now=NOW)

    assert list(known.faults.values()) == ["disk: the disk has 900 MiB free"]
    assert alert is not None
    assert (alert.new, alert.until) == ((AWAY,), None)
    assert alert.over == ("disk: the disk has 900 MiB free",)


def test_the_same_faults_cause_no_second_mail() -> None:
    known = told(Known(), AWAY)

    assert changes.alert(known, [AWAY], per_hour=3, now=NOW) == (None, known)
    assert changes.alert(Known(), [], per_hour=3, now=NOW) == (None, Known())


def test_no_more_mails_leave_than_an_hour_may_have() -> None:
    known = Known()
    for minute, findings in enumerate([(AWAY,), (), (AWAY,)]):
        known = told(known, *findings, minutes=minute)
    late = NOW + timedelta(minutes=59)

    assert changes.alert(known, [DISK], per_hour=3, now=late)[0] is None
    assert told(known, DISK, minutes=61).faults.keys() == {changes.identity_of(DISK)}


def test_a_fault_that_comes_and_goes_is_counted_in_the_next_mail() -> None:
    """A relay is away each second minute, for two hours."""
    known, mails = Known(), []
    for minute in range(120):
        alert, known = changes.alert(
            known,
            [AWAY] if minute % 2 == 0 else [],
            per_hour=3,
            now=NOW + timedelta(minutes=minute),
        )
        mails += [(minute, alert)] if alert else []

    assert [minute for minute, _ in mails] == [0, 1, 2, 60, 61, 62]
    assert mails[2][1].until == NOW + timedelta(hours=1)
    assert mails[3][1].came == {"relay: the relay cannot be used": 28}
    assert mails[3][1].new == ()
    assert mails[4][1].came == {}
