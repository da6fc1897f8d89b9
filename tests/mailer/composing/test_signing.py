"""Signed messages are verified by three receivers of other projects."""

import asyncio
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from dkim import DKIMException
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.composing import dkim_keys
from mailer.composing.dkim import VALIDITY, DkimKey, DkimSigner, EdKey, RsaKey
from mailer.composing.skeletons import Skeleton
from mailer.rendering.marks import Field
from tests.acts.composing import ENVELOPE, MARKS, compiled, composed
from tools.peers import receivers
from tools.peers.relay import Relay
from tools.verifier import header, verifier, wire_lines

Receiver = Callable[[bytes, receivers.Records, Path], bool]
RECEIVERS = [receivers.dkimpy, receivers.mail_dkim, receivers.opendkim]
DOMAIN = ENVELOPE.domain
MADE = compiled(at=datetime.now(UTC))  # receivers ask how old a signature is
COVERED = {
    *("from", "to", "subject", "date", "message-id", "reply-to", "feedback-id"),
    *("mime-version", "content-type", "list-id", "list-unsubscribe"),
    "list-unsubscribe-post",
}
NAMES = st.text(max_size=120) | st.text("aé文 ,<>\"'\\=?;\r\n\t\0", max_size=90)


@cache
def rsa() -> RsaKey:
    private = generate_private_key(public_exponent=65_537, key_size=2048)
    return RsaKey(selector="r2027", private=private)


@cache
def ed25519() -> EdKey:
    return EdKey(selector="e2027", private=Ed25519PrivateKey.generate())


def records() -> dict[str, str]:
    """Return what the DNS would say of both keys."""
    lines = [
        dkim_keys.record(each.selector, DOMAIN, each.private)
        for each in (rsa(), ed25519())
    ]
    return {line.name: line.text for line in lines}


def signed(made: Skeleton, keys: Sequence[DkimKey], **reader: Any) -> bytes:
    """Return one reader's message under signatures with these keys."""
    signer = DkimSigner(domain=DOMAIN, keys=tuple(keys)).prepare(made)
    return composed(made, signer=signer, **reader)


def tags(message: bytes) -> dict[str, str]:
    """Return the tags of the first signature."""
    fields = header.Header(wire_lines.split(message)[0])
    parts = fields.get("dkim-signature").replace(" ", "").split(";")
    return dict(part.split("=", 1) for part in parts)


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_every_receiver_accepts_the_rsa_signature(
    receiver: Receiver, tmp_path: Path
) -> None:
    message = signed(MADE, [rsa()], name="Zoé  de l'été", number=7)

    assert receiver(message, records(), tmp_path)


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_every_receiver_accepts_a_subject_with_values_of_its_reader(
    receiver: Receiver, tmp_path: Path
) -> None:
    subject = f"{MARKS.of(Field.NAME)} – {MARKS.of(Field.ORGANISATION)}"
    made = compiled(at=datetime.now(UTC), subject=subject)
    message = signed(made, [rsa()], name="Zoé  de l'été " * 9, organisation="")

    assert receiver(message, records(), tmp_path)


@pytest.mark.parametrize("receiver", RECEIVERS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"To: Awa", b"To: Eva"),
        (b"One-Click", b"Two-Click"),
        (b"/u/", b"/v/"),
        (b"Subject:", b"Subject: More"),
        (b"More of it", b"Less of it"),
        (b"From: ", b"From: x@y.example\r\nFrom: "),
    ],
)
def test_no_receiver_accepts_a_changed_message(
    receiver: Receiver, before: bytes, after: bytes, tmp_path: Path
) -> None:
    changed = signed(MADE, [rsa()]).replace(before, after, 1)

    accepted = False
    try:
        accepted = receiver(changed, records(), tmp_path)
    except DKIMException:
        assert receiver is receivers.dkimpy

    assert not accepted


def test_opendkim_accepts_the_ed25519_signature(tmp_path: Path) -> None:
    message = signed(MADE, [ed25519()])

    assert receivers.opendkim(message, records(), tmp_path)
    changed = message.replace(b"More of it", b"Less of it", 1)
    assert not receivers.opendkim(changed, records(), tmp_path)


def test_with_both_keys_rsa_is_first_and_each_has_its_selector() -> None:
    fields = header.Header(wire_lines.split(signed(MADE, [rsa(), ed25519()]))[0])

    shown = [each.split(";")[1].strip() for each in fields.all("dkim-signature")]
    assert shown == ["a=rsa-sha256", "a=ed25519-sha256"]
    assert "s=r2027" in fields.all("dkim-signature")[0]
    assert "s=e2027" in fields.all("dkim-signature")[1]
    assert verifier.verify(signed(MADE, [rsa(), ed25519()])) == []


def test_the_signature_covers_the_required_fields_and_the_whole_body() -> None:
    found = tags(signed(MADE, [rsa()]))

    listed = found["h"].split(":")
    assert set(listed) >= COVERED
    assert listed.count("from") == 2
    assert "l" not in found
    assert found["d"] == "liaison.example"
    assert int(found["x"]) - int(found["t"]) == VALIDITY
    assert int(found["t"]) < time.time()


@pytest.mark.parametrize(
    "field",
    [
        *("Cc: x@y.example", "Message-ID: <x@y.example>", "MIME-Version: 1.0"),
        *("Content-Type: text/plain", "Content-Transfer-Encoding: base64"),
        *("Content-Language: fr", "List-Unsubscribe: <https://y.example/>"),
        *("List-Unsubscribe-Post: List-Unsubscribe=One-Click", "Reply-To: x@y.example"),
    ],
)
def test_a_field_that_is_added_breaks_the_signature(field: str, tmp_path: Path) -> None:
    message = signed(MADE, [rsa()])
    added = f"{field}\r\n".encode() + message

    assert receivers.opendkim(message, records(), tmp_path)
    assert not receivers.opendkim(added, records(), tmp_path)


@pytest.mark.parametrize("keys", [[rsa()], [ed25519()], [rsa(), ed25519()]])
def test_every_attempt_carries_the_same_signature(keys: list[DkimKey]) -> None:
    assert signed(MADE, keys) == signed(MADE, keys)


@settings(max_examples=60)
@given(NAMES, NAMES, st.integers(0, 2**40))
def test_the_signature_is_valid_for_any_name_of_the_reader(
    name: str, organisation: str, number: int
) -> None:
    message = signed(
        MADE,
        [rsa()],
        name=name,
        organisation=organisation,
        number=number,
    )

    assert receivers.dkimpy(message, records(), Path())


@pytest.mark.parametrize("label", ["monthly-letter", None])
def test_signatures_are_valid_after_smtp(label: str | None, tmp_path: Path) -> None:
    made = compiled(at=datetime.now(UTC), list_label=label)
    message = signed(made, [rsa()], name="Ligue de l'enseignement, été")

    received = asyncio.run(sent_over_smtp(message))

    assert received == message
    for receiver in RECEIVERS:
        assert receiver(received, records(), tmp_path)


async def sent_over_smtp(message: bytes) -> bytes:
    """Send a message with the standard library's client; return what arrived."""

    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("r@return.example", ["awa@enda.example"], message)

    async with Relay() as relay:
        await asyncio.to_thread(send, relay.port)
    return relay.accepted[0].octets


def test_a_signature_under_another_selector_is_not_accepted(tmp_path: Path) -> None:
    other = replace(rsa(), selector=ed25519().selector)

    message = signed(MADE, [other])

    assert not receivers.opendkim(message, records(), tmp_path)
