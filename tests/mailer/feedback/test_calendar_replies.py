"""Answers of calendar programs are read, in the shapes of several of them."""

import base64
import quopri

import pytest

from mailer.feedback import opening
from mailer.feedback.replies import wording
from tests.acts import readers

ED = readers.ED


def calendar(attendee: str, *, more: str = "") -> str:
    return (
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VTIMEZONE\r\nUID:zone\r\n"
        "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:session-2027\r\n @liaison.example\r\n"
        f"ATTENDEE;{attendee}\r\nSEQUENCE:1\r\n{more}END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


OUTLOOK = f"PARTSTAT=ACCEPTED;CN=Ed:MAILTO:{ED}"
GOOGLE = (
    "CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=focal-po\r\n"
    f" int@ed;X-NUM-GUESTS=0:mailto:{ED}"
)
APPLE = (
    f'CN="Point: focal";CUTYPE=INDIVIDUAL;EMAIL="{ED}";PARTSTAT=TENTATIVE:mailto:{ED}'
)
FOR_OTHER = f'SENT-BY="mailto:office@ed.sector.example";PARTSTAT=ACCEPTED:mailto:{ED}'
SENDS = f'PARTSTAT=DELEGATED;DELEGATED-TO="mailto:b@ed.example":mailto:{ED}'
SENT = f'PARTSTAT=ACCEPTED;DELEGATED-FROM="mailto:{ED}":mailto:b@ed.example'
OPEN = SENT.replace("ACCEPTED", "NEEDS-ACTION")
BY_NUMBER = "PARTSTAT=ACCEPTED:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"
ALARM = "BEGIN:VALARM\r\nUID:alarm\r\nEND:VALARM\r\n"


@pytest.mark.parametrize(
    ("text", "sender", "answered"),
    [
        (calendar(OUTLOOK), ED, (ED, "yes")),
        (calendar(OUTLOOK), "private@elsewhere.example", (ED, "yes")),
        (calendar(GOOGLE), ED, (ED, "no")),
        (calendar(APPLE), ED, (ED, "perhaps")),
        (calendar(FOR_OTHER), "office@ed.sector.example", (ED, "yes")),
        (calendar(f"{SENDS}\r\nATTENDEE;{OPEN}"), ED, (ED, "delegated")),
        (
            calendar(f"{SENDS}\r\nATTENDEE;{SENT}"),
            "b@ed.example",
            ("b@ed.example", "yes"),
        ),
        (calendar(f"{SENDS}\r\nATTENDEE;{SENT}"), "c@ed.example", None),
        (calendar(BY_NUMBER), ED, (ED, "yes")),
        (calendar(OUTLOOK, more=ALARM), ED, (ED, "yes")),
        (calendar(f"PARTSTAT=NEEDS-ACTION:mailto:{ED}"), ED, None),
        (calendar(f'CN="PARTSTAT=ACCEPTED":mailto:{ED}'), ED, None),
        ("", ED, None),
        ("UID:" * 10_000, ED, None),
        ("BEGIN:VEVENT\nATTENDEE" + ';"' * 9_000, ED, None),
    ],
)
def test_an_answer_to_an_invitation_is_read(
    text: str, sender: str, answered: tuple[str, str] | None
) -> None:
    read = wording.calendar_reply(text)

    assert (read and read.of(sender)) == answered
    assert read is None or read.uid == "session-2027@liaison.example"


@pytest.mark.parametrize(
    ("kind", "encoding", "charset"),
    [
        ("text/calendar", "base64", "utf-8"),
        ("text/calendar", "quoted-printable", "iso-8859-1"),
        ("text/calendar", "base64", "utf-16"),
        ("application/ics", "base64", "utf-8"),
        ("application/octet-stream; name=invite.ics", "base64", "utf-8"),
    ],
)
def test_an_answer_to_an_invitation_is_found_in_its_mail(
    kind: str, encoding: str, charset: str
) -> None:
    octets = calendar(OUTLOOK, more="SUMMARY:Réunion\r\n").encode(charset)
    packed = base64.encodebytes if encoding == "base64" else quopri.encodestring
    mail = (
        f"From: {ED}\nContent-Type: {kind}; charset={charset}; method=REPLY\n"
        f"Content-Transfer-Encoding: {encoding}\n\n"
    ).encode() + packed(octets)

    assert wording.calendar_reply(opening.opened(mail).calendar) is not None
    counter = mail.replace(packed(octets), packed(octets.replace(b"REPLY", b"COUNTER")))
    if charset != "utf-16":
        assert opening.opened(counter).calendar == ""
