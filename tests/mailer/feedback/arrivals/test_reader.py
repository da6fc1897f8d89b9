"""The child reads hostile mails in bounded time and memory, and goes on."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.feedback.arrivals.reader import MailReader
from mailer.feedback.classify import MailKind
from mailer.feedback.opening import OpenedMail
from tests.acts import hostile

BOUNDED = 15.0  # seconds on a busy machine; the worst takes about one
LONGEST = 30.0  # of a mail that is given up after 3 s of processor time
MEMORY, MOST = 256 << 20, 512 << 20  # octets; the second is the limit of the child
USUAL = hostile.DAEMON + b"\n<a@b.example>: 550 gone\n"


@pytest.fixture(scope="module")
def child() -> Iterator[MailReader]:
    reader = MailReader()
    yield reader
    reader.close()


def read(child: MailReader, mail: bytes, *, within: float) -> OpenedMail | None:
    """Read a hostile mail, and a usual one after it; return what the first says."""
    started = time.monotonic()

    found, usual = child.read([mail, USUAL])

    assert time.monotonic() - started < within
    assert usual is not None
    assert usual.kind is MailKind.BOUNCE
    return found


@pytest.mark.parametrize("name", hostile.SMALL)
def test_a_mail_that_is_crafted_says_nothing_and_the_child_goes_on(
    name: str, child: MailReader
) -> None:
    found = read(child, hostile.SMALL[name], within=BOUNDED)

    assert found is not None
    assert (found.kind, found.recipients, found.report) == (MailKind.OTHER, (), "")


@pytest.mark.parametrize("name", hostile.LARGE)
def test_a_large_mail_takes_bounded_time_and_memory_and_the_child_goes_on(
    name: str, child: MailReader
) -> None:
    found = read(child, hostile.LARGE[name], within=BOUNDED)

    assert peak(child) < MEMORY
    assert found is not None
    assert found.report == ""


@pytest.mark.prove
@pytest.mark.parametrize("name", hostile.HEAVY)
def test_a_mail_that_takes_too_much_is_given_up_and_the_child_goes_on(
    name: str,
) -> None:
    child = MailReader()
    found = read(child, hostile.HEAVY[name], within=LONGEST)

    assert peak(child) < MOST
    assert found is None or (found.report, found.kind) == ("", MailKind.OTHER)
    child.close()


def peak(reader: MailReader) -> int:
    """The most memory that the child has had, in octets."""
    child = reader._child
    assert child is not None
    status = Path(f"/proc/{child.pid}/status").read_text("utf-8")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) << 10
