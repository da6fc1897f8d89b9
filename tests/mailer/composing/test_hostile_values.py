"""A reader's name arrives exactly as typed, or the import refuses or remarks on it."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest

from mailer import clock
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, reading
from tests.audiences import importing
from tools.peers.relay import Relay

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

HEAD = "address\tname\trole\torganisation\torganisation_name\tkind\ttopics"
NAMES = [
    "=?utf-8?q?a=0D=0ASubject:_x?=",
    "=?utf-8?b?QmNjOiB4?= <evil@x.example>",
    "{{7*7}}",
    "{% raw %}${7*7}<%= 7 %>",
    "%(address)s {organisation}",
    "<b>bold</b>",
    '"><script>alert(1)</script>',
    "&amp; &lt; &#x41;",
    'O\'Neil, "Bob" \\ (x); a@b',
    "Zoë 🕊️👩‍👩‍👧 Ünïon",
    "منظمة السلام – Peace",
    "ארגון; Paz",
    ". leading dot",
    "trailing equals=",
    "=20=0A",
    "x" * 200,
    "й" * 200,
    "a b " * 49 + "end",
    "-- ",
    "zq9fieldto9qz",
    "zq0123456789abcdeftoqz",
]
REFUSED = [
    "a\x00b",
    "a\x07b",
    "a\x1b[31mb",
    "a\x85b",
    "a\u202eb",
    "x" * 10240,
]
BROKEN = ["a\u2028b", "a\u2029b", "a\x0bb", "a\x0cb"]  # in lines, as of a spreadsheet
RULE = "role = press and sub(monthly-letter)"
TEXT = campaigning.TEXT + "\nFor {name}, {organisation}.\n"


def rows(names: list[str]) -> list[str]:
    return [
        f"n{each}@odd.example\t{quoted(name)}\tpress\torg-{each}\t{quoted(name)}\tngo\t"
        "monthly-letter"
        for each, name in enumerate(names)
    ]


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def named(message: EmailMessage) -> str:
    """Return the name in To, decoded by RFC 2047.

    The policies of the email package put spaces between encoded-words.
    """
    raw = message_from_bytes(message.as_bytes(policy=policy.compat32))["To"]
    return str(make_header(decode_header(parseaddr(raw)[0])))


async def test_a_name_arrives_exactly_as_typed(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    path = importing.write(tmp_path, *rows(NAMES), head=HEAD)
    report = await importing.import_file(site, path)
    number = await campaigning.approved(site, tmp_path, audience=RULE, en=TEXT)
    await release.release(site, number, by="editor", now=clock.now())
    await delivering.work(site)
    got = {each.recipient: reading.parsed(each.octets) for each in relay.accepted}

    assert report.faults == []
    assert len(got) == len(NAMES)
    for each, typed in enumerate(NAMES):
        message, name = got[f"n{each}@odd.example"], typed.strip()
        (to,) = message["To"].addresses
        text = reading.part(message, "plain")
        shown = "".join(reading.read(reading.part(message, "html")).words)

        assert to.addr_spec == f"n{each}@odd.example"
        assert named(message) == name
        assert to.display_name.replace(" ", "") == name.replace(" ", "")
        assert f"For \u2068{name}\u2069, \u2068{name}\u2069." in text
        assert f"For {name}, {name}." in shown
        assert len(message.get_all("Subject", [])) == 1
        assert message["Subject"] == "A short letter"
        assert message["Bcc"] is None


async def test_a_name_of_control_characters_or_10_kb_is_refused(
    site: Site, tmp_path: Path
) -> None:
    path = importing.write(tmp_path, *rows(REFUSED), head=HEAD)
    report = await importing.import_file(site, path)

    assert (report.valid, report.added) == (0, 0)
    assert {fault.row for fault in report.faults} == set(range(2, len(REFUSED) + 2))
    assert {fault.column for fault in report.faults} <= {"name", "organisation_name"}
    assert all(fault.reason for fault in report.faults)


async def test_a_name_in_several_lines_is_read_on_one_with_a_remark(
    site: Site, tmp_path: Path
) -> None:
    path = importing.write(tmp_path, *rows(BROKEN), head=HEAD)
    report = await importing.import_file(site, path)

    assert (report.faults, report.added) == ([], len(BROKEN))
    assert {each.reason for each in report.remarks} == {"read as a b"}
    assert {each.row for each in report.remarks} == set(range(2, len(BROKEN) + 2))
