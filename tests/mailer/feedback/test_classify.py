"""Returned mails are told apart, whatever servers and crafted mails contain."""

import json
import re
import tarfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from mailer.cli.main import cli
from mailer.feedback import mime
from mailer.feedback.classify import Classified, MailKind, classify

RETURNED = Path(__file__).parent / "returned"
WRITTEN = [
    (*head.split("\t"), body)
    for head, _, body in (
        each.partition("\n")
        for each in re.split(
            r"^=== ", (RETURNED / "written.txt").read_text("utf-8"), flags=re.MULTILINE
        )[1:]
    )
]
DAEMON = b"From: MAILER-DAEMON@mx.example\nSubject: failure notice\n"
BOUNDED = 15.0  # seconds on a busy machine; the worst takes about three


def archive(name: str) -> tuple[dict[str, bytes], list[list[str]]]:
    """The files of an archive, and the rows of its truth."""
    files = {}
    with tarfile.open(RETURNED / name) as opened:
        for member in opened:
            taken = opened.extractfile(member)
            assert taken is not None
            files[member.name] = taken.read()
    rows = files.pop("truth.tsv").decode().splitlines()
    return files, [row.split("\t") for row in rows if not row.startswith("#")]


def addresses(found: Classified) -> list[str]:
    return sorted(each.address.lower() for each in found.recipients)


@pytest.mark.parametrize(
    ("kind", "recipients", "permanence", "mail"),
    [row[1:] for row in WRITTEN],
    ids=[row[0] for row in WRITTEN],
)
def test_a_mail_is_what_it_is(
    kind: str, recipients: str, permanence: str, mail: str
) -> None:
    found = classify(mail.encode())

    assert found.kind == kind
    assert addresses(found) == ([] if recipients == "-" else recipients.split(" "))
    for each in found.recipients:
        assert each.permanence == permanence, each


@pytest.mark.parametrize("readable", [True, False], ids=["with report", "in words"])
def test_what_real_servers_return_is_read_exactly(*, readable: bool) -> None:
    files, truth = archive("servers.tar.xz")
    wrong = []
    for name, kind, address, permanence in truth:
        mail = files[name]
        if not readable:  # as gateways pass it on that know only words
            mail = mail.replace(b"message/delivery-status", b"application/octet-stream")
            mail = mail.replace(b"multipart/report", b"multipart/mixed")
        found = classify(mail)
        read = [(each.address, each.permanence) for each in found.recipients]
        if (found.kind, read) != (kind, [(address, permanence)]):
            wrong.append((name, found))

    assert len(truth) >= 300
    assert wrong == []


def test_the_samples_of_flufl_bounce_are_recognised() -> None:
    files, truth = archive("flufl.tar.xz")
    kinds, exact = 0, 0
    for name, kind, recipients in truth:
        found = classify(files[name])
        kinds += found.kind == kind
        exact += addresses(found) == sorted(recipients.split())

    assert len(truth) >= 105
    assert kinds / len(truth) >= 0.99
    assert exact / len(truth) >= 0.94


@given(st.binary(max_size=2_000))
def test_no_bytes_raise(octets: bytes) -> None:
    assert classify(octets).kind is MailKind.OTHER
    assert isinstance(classify(DAEMON + octets), Classified)


NESTED = b"x"
for _depth in range(500):
    _head = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (_depth, _depth)
    NESTED = _head + NESTED
HOSTILE = {
    "open tags": b"Content-Type: text/html\n\n" + b"<" * 400_000,
    "half addresses": b"\n" + b"a@" * 200_000,
    "dots": b"\n" + b"a." * 200_000 + b"@",
    "blank lines": b"\n" + b"\n \n" * 150_000,
    "dashes": b"\n" + b"-" * 400_000,
    "words of all rules": b"\n" + b"delivery attempts will mail message " * 10_000,
    "codes": b"\n" + b"550 5.1.1 " * 40_000,
    "encoded words": b"X: " + b"=?utf-8?b?" * 100_000 + b"\n\n",
    "parameters": b"Content-Type: multipart/mixed" + b'; a="' * 50_000 + b"\n\n",
    "a slow charset": b"Content-Type: text/plain; charset=punycode\n\n"
    + b"a-" * 90_000,
    "deep": NESTED,
    "parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 300_000,
    "brackets of JSON": b"\n" + b'{"a":[' * 30_000,
    "base64": b"Content-Transfer-Encoding: base64\n\n" + b"QUFB" * 5_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_takes_bounded_time(name: str) -> None:
    started = time.monotonic()

    assert isinstance(classify(DAEMON + HOSTILE[name]), Classified)
    assert time.monotonic() - started < BOUNDED


def test_parts_are_bounded_in_number_and_depth() -> None:
    many = list(mime.read(HOSTILE["parts"]).walk())

    assert len(many) <= mime.MAX_PARTS
    depth, mail = 0, mime.read(HOSTILE["deep"])
    while mail.parts:
        depth, mail = depth + 1, mail.parts[0]
    assert depth <= mime.MAX_DEPTH


@pytest.mark.parametrize(
    "ends", [b"\r\n", b"\n", b"\r"], ids=["CRLF", "LF", "CR of old Macs"]
)
def test_line_ends_separators_and_blank_lines_do_not_matter(ends: bytes) -> None:
    mail = (
        b"From x@y Thu Jan  1 00:00:00 2026\n" + DAEMON + b"\n<a@b.example>: 550 no\n"
    )

    for before in (b"", b"\n", b"   \n", b" \n\t\n"):
        read = classify((before + mail).replace(b"\n", ends))
        assert addresses(read) == ["a@b.example"]


def test_the_command_prints_a_line_for_each_file_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "1").write_bytes(DAEMON + b"\n<a@b.example>: 550 5.1.1 user unknown\n")
    (tmp_path / "2").write_bytes(b"\xff\xfe\x00")
    shown = CliRunner().invoke(
        cli, ["feedback", "classify", str(tmp_path), "--json-lines"]
    )
    first, second = (json.loads(line) for line in shown.stdout.splitlines())

    assert shown.exit_code == 0
    assert first == {
        "path": str(tmp_path / "1"),
        "kind": "bounce",
        "recipients": [
            {
                "address": "a@b.example",
                "status": "5.1.1",
                "permanence": "permanent",
                "reason": "no such mailbox",
            }
        ],
    }
    assert (second["kind"], second["recipients"]) == ("other", [])
