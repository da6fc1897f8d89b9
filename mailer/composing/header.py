"""Writes the header of a letter, except the MIME fields, with placeholders.

Each field occurs once. A letter with a topic has list fields (RFC 2369, 2919, 8058),
whose addresses are not folded or encoded. Service mail has Auto-Submitted instead
(RFC 3834).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailer import links
from mailer.composing import encode
from mailer.errors import ContentError
from mailer.links import Purpose
from mailer.rendering.marks import Field
from mailer.rendering.source import Letter
from mailer.settings.feedback import HookSettings

_UNFIT = re.compile(r"[\x00-\x20\x7f<>]")
_NOT_ENCODED = (
    *("sender", "reply_to", "domain", "list_label", "site_url", "campaign"),
    "leave_mailbox",
)
# provider → the field that it repeats in its webhooks, where it gives messages numbers
# of its own; sources: “Custom metadata” of Postmark, “Custom headers” of Mailjet
REPEATED = {"postmark": "X-PM-Metadata-message-id", "mailjet": "X-MJ-CustomID"}
SENDER_ID = "liaison"  # of the Feedback-ID: the same in all messages


@dataclass(frozen=True, kw_only=True, slots=True)
class HeaderFields:
    """The values of header fields that are the same for every reader."""

    sender_name: str
    sender: str
    reply_to: str
    domain: str  # of the Message-ID
    list_label: str | None  # of the List-Id; None for service mail
    list_name: str
    site_url: str
    at: datetime  # when the campaign was released
    campaign: str  # of the Feedback-ID
    leave_mailbox: str = ""  # takes requests to unsubscribe; empty: none
    repeated: tuple[str, ...] = ()  # fields that name the message to a provider


def repeated(hooks: HookSettings) -> tuple[str, ...]:
    """Return the fields that the providers repeat whose webhooks are taken."""
    return tuple(
        name
        for provider, name in REPEATED.items()
        if getattr(hooks, f"{provider}_file") is not None
    )


def fields(letter: Letter, values: HeaderFields) -> Iterator[bytes | Field]:
    """Yield the fields in order, as octets and placeholders.

    Raises ContentError where a value that is not encoded would end its line.
    """
    for name in _NOT_ENCODED:
        if _UNFIT.search(getattr(values, name) or ""):
            raise ContentError(
                "letter", f"{name} has a space, a control character, < or >"
            )
    yield b"From: " + encode.mailbox(values.sender_name, values.sender)
    yield b"\r\nTo: "
    yield Field.TO
    yield b"\r\nReply-To: " + values.reply_to.encode()
    yield b"\r\nSubject: "
    yield from _subject(letter)
    yield f"\r\nDate: {format_datetime(values.at)}".encode()
    yield b"\r\nMessage-ID: <"
    yield Field.MESSAGE
    yield f"@{values.domain}>\r\nContent-Language: {letter.language}\r\n".encode()
    for name in values.repeated:
        yield f"{name}: ".encode()
        yield Field.MESSAGE
        yield b"\r\n"
    if values.list_label is None:
        yield b"Auto-Submitted: auto-generated\r\n"
    else:
        yield from _list_fields(values, values.list_label)
    kind = values.list_label or "service"
    yield f"Feedback-ID: {values.campaign}:{kind}:letters:{SENDER_ID}\r\n".encode()


def _subject(letter: Letter) -> Iterator[bytes | Field]:
    """Yield the value of Subject; one with placeholders is all encoded-words.

    White space between encoded-words is not shown (RFC 2047 section 6.2).
    """
    first, *others = letter.marks.cut(letter.subject)
    if not others:
        yield encode.unstructured(str(first), name="Subject")
        return
    fold = b""
    for piece in (first, *others):
        if piece:
            yield fold
            yield piece if isinstance(piece, Field) else encode.words(piece)
            fold = b"\r\n "


def _list_fields(values: HeaderFields, label: str) -> Iterator[bytes | Field]:
    identifier = f"<{label}.{values.domain}>".encode()
    name = encode.phrase(values.list_name)
    yield b"List-Id: " + (name + b"\r\n " if name else b"") + identifier
    leave = values.site_url + links.path(Purpose.UNSUBSCRIBE, "")
    yield f"\r\nList-Unsubscribe: <{leave}".encode()
    yield Field.UNSUBSCRIBE
    if values.leave_mailbox:
        yield f">,\r\n <mailto:{values.leave_mailbox}?subject=".encode()
        yield Field.UNSUBSCRIBE
    yield b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    yield f"List-Help: <mailto:{values.reply_to}>\r\n".encode()
    yield b"Precedence: list\r\n"
