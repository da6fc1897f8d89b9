"""The verifier accepts a correct message and names the fault of a changed one."""

import pytest

from tests.acts.composing import compiled, composed
from tools.verifier import verifier

GOOD = composed(compiled())
LEAVE = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
FAULTS = [
    ("L1", b"Dear", b"Dear\n"),
    ("L1", b"Dear", b"Dear\r"),
    ("L1", b"Dear", b"Dear\0"),
    ("L2", b"Subject: ", b"Subject: " + b"x" * 990),
    ("L3", b"Subject: ", "Subject: é".encode()),
    ("S-dot", b"=2E", b"."),
    ("H1", b"Subject: ", b"Subject: one\r\nSubject: "),
    ("H2", b"Date: ", b"Datum: "),
    ("H10", b"Subject: ", b"Bcc: x@y.example\r\nSubject: "),
    ("H3", b"List-Unsubscribe: <https", b"List-Unsubscribe: =?utf-8?q?=3C?= <https"),
    ("H4", b"Subject: ", b"Subject: =?utf-8?q?a?==?utf-8?q?b?= "),
    ("H5", b"Subject: ", b"Subject: =?utf-8?q?" + b"a" * 70 + b"?= "),
    ("H6", b"Subject: ", b"Subject: =?utf-8?q?=C3?= =?utf-8?q?=A9?= "),
    ("H7", b"From: ", b"From: a@b.example, "),
    ("H8", b"@liaison.example>\r\nContent-", b"@other.example>\r\nContent-"),
    ("H9", b"Date: Tue", b"Date: Wed"),
    ("U1", b"List-Unsubscribe: <https:", b"List-Unsubscribe: <http:"),
    ("U3", b"One-Click", b"Two-Clicks"),
    ("U6", b"<monthly-letter.liaison.example>", b"<monthly letter>"),
    ("F-prec", b"Precedence: list\r\n", b""),
    ("F-fbid", b":liaison\r\n", b":li\r\n"),
    ("F-cl", b"Content-Language: en\r\n", b""),
    ("B3", b"text/plain; charset=utf-8", b"text/plain"),
    ("B6", b"Dear", b"Dear {name}"),
    ("B7", b"Dear", b"Dear =EF=BF=BD"),
    ("B8", b"&amp; others", b"&amp;amp; others"),
    ("A1", b'lang=3D"en"', b'lang=3D"fr"'),
    ("C2", b"<p>More", b"<embed>"),
    ("not a message", b"quoted-printable", b"base64"),
    ("not a message", b"Dear", b"Dear=zz"),
]


def test_a_composed_message_is_correct() -> None:
    assert verifier.verify(GOOD) == []


@pytest.mark.parametrize(("fault", "before", "after"), FAULTS)
def test_the_fault_of_a_changed_message_is_found(
    fault: str, before: bytes, after: bytes
) -> None:
    changed = GOOD.replace(before, after, 1)

    assert changed != GOOD
    assert any(each.startswith(fault) for each in verifier.verify(changed))


def test_the_unsubscribe_link_must_be_in_both_parts() -> None:
    head, plain, html = GOOD.partition(b"Leave this letter")
    changed = head + plain + html.replace(b"/u/", b"/v/", 1)

    assert "U: the link to leave is not in the text part" in verifier.verify(changed)


def test_a_message_is_compared_with_its_envelope() -> None:
    envelope = b"Return-Path: <r@x.example>\r\nDelivered-To: %s\r\n"

    assert verifier.verify(envelope % b"awa@enda.example" + GOOD) == []
    assert verifier.verify(envelope % b"other@enda.example" + GOOD) != []
