"""Only `queue active` means taken: a real Postfix log, in every syslog format.

Postfix 3.7 wrote it about four messages: one without the final dot, one whose reply was
not read, one with a TCP reset after the dot, and one without a fault.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailer.feedback.postfix_log import Acceptance, Reading, stamp

LOG = (Path(__file__).parent / "logs" / "postfix-3.7.log").read_text().splitlines()
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
MARKED = datetime(2026, 11, 24, 19, 29, 33).astimezone()
LINE = re.compile(r"(\w+ \d+ [\d:]+) (\S+) (\S+?)\[(\d+)\]: (.*)")
LATER = "{0} relay postfix/anvil[9]: statistics: max connection count 1"


def in_form(line: str, form: str) -> str:
    """Return a line in the format of another syslog."""
    parts = LINE.fullmatch(line)
    assert parts is not None
    old, host, tag, pid, text = parts.groups()
    moment = datetime.strptime(f"2026 {old}", "%Y %b %d %H:%M:%S").astimezone()
    iso = moment.isoformat(timespec="microseconds")
    return {
        "bsd": line,
        "rfc 3339": f"{iso} {host} {tag}[{pid}]: {text}",
        "journal": f"{iso.replace('.000000', '')} {host} {tag}[{pid}]: {text}",
        "rfc 5424": f"<22>1 {iso} {host} {tag} {pid} - - {text}",
        "of another instance": line.replace("postfix/", "postfix-out/"),
    }[form]


def acceptances(lines: list[str], *, minutes: float = 0) -> dict[str, Acceptance]:
    names = ("no-dot", "no-answer", "reset", "after", "never")
    reading = Reading(wanted=[f"<{name}@storm.example>" for name in names], now=NOW)
    reading.read(lines)
    return {
        name: reading.acceptance(
            f"<{name}@storm.example>",
            marked_at=MARKED,
            settled_after=timedelta(minutes=minutes),
        )
        for name in names
    }


@pytest.mark.parametrize(
    "form", ["bsd", "rfc 3339", "journal", "rfc 5424", "of another instance"]
)
def test_a_message_is_taken_if_and_only_if_its_queue_file_became_active(
    form: str,
) -> None:
    assert acceptances([in_form(line, form) for line in LOG]) == {
        "no-dot": Acceptance.NOT_TAKEN,
        "no-answer": Acceptance.TAKEN,
        "reset": Acceptance.NOT_TAKEN,
        "after": Acceptance.TAKEN,
        "never": Acceptance.UNKNOWN,
    }


def test_a_log_that_ends_too_soon_does_not_show_that_a_message_was_not_taken() -> None:
    """The queue manager may read the message later."""
    shown = acceptances(LOG, minutes=15)

    assert shown["no-dot"] is Acceptance.UNKNOWN
    assert shown["no-answer"] is Acceptance.TAKEN


def test_a_log_that_continues_long_enough_shows_it() -> None:
    later = LATER.format("Nov 24 19:45:00")

    assert acceptances([*LOG, later], minutes=15)["no-dot"] is Acceptance.NOT_TAKEN


def test_the_header_of_an_earlier_attempt_proves_nothing_about_the_marked_one() -> None:
    reading = Reading(wanted=["<no-dot@storm.example>"], now=NOW)
    reading.read(LOG)

    shown = reading.acceptance(
        "<no-dot@storm.example>",
        marked_at=MARKED + timedelta(minutes=5),
        settled_after=timedelta(0),
    )

    assert shown is Acceptance.UNKNOWN


def test_a_queue_id_used_again_belongs_to_its_newest_message() -> None:
    """Postfix makes queue ids from inode numbers, and uses them again."""
    relay = "Nov 24 19:29:35 relay postfix"
    lines = [
        f"{relay}/cleanup[1]: ABCDEF1: message-id=<no-dot@storm.example>",
        f"{relay}/cleanup[1]: ABCDEF1: message-id=<x@y.example>",
        f"{relay}/qmgr[2]: ABCDEF1: from=<b@y.example>, size=1, nrcpt=1 (queue active)",
    ]

    assert acceptances(lines)["no-dot"] is Acceptance.NOT_TAKEN


@pytest.mark.parametrize("form", ["bsd", "rfc 5424"])
def test_an_address_cannot_imitate_a_line_of_the_queue_manager(form: str) -> None:
    queue_id = next(line for line in LOG if "message-id=<reset" in line).split()[5]
    forged = (
        "Nov 24 19:29:40 relay postfix/smtpd[5]: NOQUEUE: reject:"
        f" from=</qmgr[1]: {queue_id} from=<a>, size=1, nrcpt=1 (queue active)>"
    )

    lines = [in_form(line, form) for line in [*LOG, forged]]

    assert acceptances(lines)["reset"] is Acceptance.NOT_TAKEN


def test_a_time_without_its_year_is_the_last_such_day() -> None:
    line = "Dec 31 23:59:58 relay postfix/smtpd[1]: connect"
    read = stamp(line, now=datetime(2027, 1, 2, tzinfo=UTC))

    assert read is not None
    assert read.astimezone().year == 2026


@pytest.mark.parametrize("line", ["", "x", "Feb 31 10:00:00 x", "2026-13-01T00:00:00Z"])
def test_a_line_without_a_time_has_none(line: str) -> None:
    assert stamp(line, now=NOW) is None
