"""The child reads hostile mails in bounded time and memory, and goes on."""

import base64
import gzip
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer.feedback.arrivals.reader import MailReader
from mailer.feedback.classify import MailKind

HEAD = b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n"
PARTS = b"Content-Type: multipart/mixed; boundary=b\n\n"
MEGABYTES = 1_000_000
BOUNDED = 15.0  # seconds on a busy machine; the worst takes about one
MEMORY = 256 << 20  # octets


def packed(kind: bytes, octets: bytes) -> bytes:
    """A mail with a file that may be a report on mail in our name."""
    text = b"From: reports@receiver.example\nSubject: Report domain: ngo.example\n"
    head = b"Content-Type: application/%b\nContent-Transfer-Encoding: base64\n\n" % kind
    return text + PARTS + b"--b\n" + head + base64.b64encode(octets) + b"\n--b--\n"


def zipped(octets: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.xml", octets)
    return target.getvalue()


BOMB = b"<feedback>" + bytes(100 * MEGABYTES)
ENTITIES = b"".join(
    b"<!ENTITY e%d '&e%d;&e%d;'>" % (i, i - 1, i - 1) for i in range(60)
)
ENCLOSED = b"--b\nContent-Type: message/rfc822\n\nTo: a@b.example\n\n"
HOSTILE = {
    "a text of 30 MB": HEAD + b"\n" + b"a@b.example: 550 unknown user\n" * MEGABYTES,
    "boundaries": HEAD + PARTS + b"--b\n" * (7 * MEGABYTES),
    "enclosed mails": HEAD + PARTS + ENCLOSED * 400_000,
    "enclosed in enclosed": (HEAD + b"Content-Type: message/rfc822\n\n") * 300_000,
    "fields": HEAD + b"X-A: b\n" * (4 * MEGABYTES),
    "folded lines": HEAD + b"X-A: b\n" + b" c\n" * (10 * MEGABYTES),
    "lines that are no field": HEAD
    + b"what\n" * (5 * MEGABYTES)
    + b"To: a@b.example\n",
    "recipients": HEAD
    + b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b.example\nAction: failed\n\n" * 500_000,
    "quoted-printable": HEAD
    + b"Content-Transfer-Encoding: quoted-printable\n\n"
    + b"=3D" * (9 * MEGABYTES),
    "a zip bomb": packed(b"zip", zipped(BOMB)),
    "a gzip bomb": packed(b"gzip", gzip.compress(BOMB)),
    "entities": packed(
        b"xml", b"<!DOCTYPE f [<!ENTITY e '1'>%b]><feedback>&e59;</feedback>" % ENTITIES
    ),
}


@pytest.fixture(scope="module")
def child() -> Iterator[MailReader]:
    reader = MailReader()
    yield reader
    reader.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_takes_bounded_time_and_memory_and_the_child_goes_on(
    name: str, child: MailReader
) -> None:
    started = time.monotonic()

    hostile, usual = child.read([HOSTILE[name], HEAD + b"\n<a@b.example>: 550 gone\n"])

    assert time.monotonic() - started < BOUNDED
    assert peak(child) < MEMORY
    assert hostile is not None
    assert hostile.report == ""
    assert usual is not None
    assert usual.kind is MailKind.BOUNCE


def peak(reader: MailReader) -> int:
    """The most memory that the child has had, in octets."""
    child = reader._child
    assert child is not None
    status = Path(f"/proc/{child.pid}/status").read_text("utf-8")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) << 10
