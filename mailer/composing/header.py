"""The header of a letter: every field but those of MIME, with places for the reader.

Each field stands once. List fields (RFC 2369, 2919, 8058) are never folded inside an
address and never encoded; service mail says instead that a machine wrote it (RFC 3834).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailer import links
from mailer.composing import encode
from mailer.links import Purpose
from mailer.rendering.marks import Field
from mailer.rendering.source import Letter

SENDER_ID = "liaison"  # of the Feedback-ID: the same for everything we send


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderFields:
    """The fixed part of the header fields."""

    sender_name: str
    sender: str
    reply_to: str
    domain: str  # of the Message-ID
    list_label: str | None  # of the List-Id; none for service mail
    list_name: str
    site_url: str
    at: datetime  # when the campaign was released
    campaign: str  # for Feedback-ID, nothing per reader
    leave_mailbox: str = ""  # where "unsubscribe" may be written to; empty: none


def fields(letter: Letter, envelope: HeaderFields) -> Iterator[bytes | Field]:
    """Yield the fields in order, each reader's place as its Field."""
    yield b"From: " + encode.mailbox(envelope.sender_name, envelope.sender)
    yield b"\r\nTo: "
    yield Field.TO
    yield b"\r\nReply-To: " + envelope.reply_to.encode()
    yield b"\r\nSubject: " + encode.unstructured(letter.subject, name="Subject")
    yield f"\r\nDate: {format_datetime(envelope.at)}".encode()
    yield b"\r\nMessage-ID: <"
    yield Field.MESSAGE
    yield f"@{envelope.domain}>\r\nContent-Language: {letter.language}\r\n".encode()
    if envelope.list_label is None:
        yield b"Auto-Submitted: auto-generated\r\n"
    else:
        yield from _list_fields(envelope, envelope.list_label)
    kind = envelope.list_label or "service"
    yield f"Feedback-ID: {envelope.campaign}:{kind}:letters:{SENDER_ID}\r\n".encode()


def _list_fields(envelope: HeaderFields, label: str) -> Iterator[bytes | Field]:
    identifier = f"<{label}.{envelope.domain}>".encode()
    name = encode.phrase(envelope.list_name)
    yield b"List-Id: " + (name + b"\r\n " if name else b"") + identifier
    leave = envelope.site_url + links.path(Purpose.UNSUBSCRIBE, "")
    yield f"\r\nList-Unsubscribe: <{leave}".encode()
    yield Field.UNSUBSCRIBE
    if envelope.leave_mailbox:
        yield f">,\r\n <mailto:{envelope.leave_mailbox}?subject=".encode()
        yield Field.UNSUBSCRIBE
    yield b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    yield f"List-Help: <mailto:{envelope.reply_to}?subject=help>\r\n".encode()
    yield b"Precedence: list\r\n"
