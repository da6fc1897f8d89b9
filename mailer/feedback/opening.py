"""Reads of a mail all that decides about it, as plain values; nothing is believed yet.

It runs in a child process with limits (arrivals/reading_child): mails are hostile.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from audiences import characters
from mailer.feedback import addresses, classify, delivery_report, mime, prose
from mailer.feedback.classify import MailKind
from mailer.feedback.diagnosis import NamedRecipient
from mailer.feedback.mime import MimePart
from mailer.feedback.sender_reports import parsing

MAX_TEXT, MAX_LINE = 2_000, 200  # characters of what is shown
MAX_CALENDAR = 20_000  # characters
MAX_NAMES = 20  # addresses and identifiers of each kind
_RECEIVED_FOR = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")
_ID = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,255})>")
LINK = re.compile(r"/u/([\w-]{34,100})(?![\w-])", re.ASCII)
_LEAVE = re.compile(r"(?<![\w-])[\w-]{34,100}(?![\w-])", re.ASCII)
_REPORT = "message/feedback-report"
_REPLY = re.compile(r"^METHOD:\s{0,9}REPLY\s{0,9}$", re.IGNORECASE | re.MULTILINE)
_CALENDARS = {"text/calendar", "application/ics", "text/x-vcalendar"}
_LISTS = {"bulk", "junk", "list"}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenedMail:
    """What a mail says of itself; each list has at most MAX_NAMES texts."""

    kind: MailKind
    recipients: tuple[NamedRecipient, ...] = ()  # that failed, or complain
    received_for: tuple[str, ...] = ()  # addresses it was delivered to
    envelope_ids: tuple[str, ...] = ()  # Original-Envelope-Id of a report
    answers: tuple[str, ...] = ()  # Message-IDs it answers, without < and >
    # return-paths and one-click tokens of the mail that a complaint encloses
    returned_paths: tuple[str, ...] = ()
    returned_links: tuple[str, ...] = ()
    leave_tokens: tuple[str, ...] = ()  # words of the subject that may be tokens
    complaint: str = ""  # the Feedback-Type of a complaint
    automatic: bool = False  # no person wrote it (RFC 3834)
    sender: str = ""
    subject: str = ""
    text: str = ""
    calendar: str = ""  # the answer to an invitation, as iCalendar
    report: str = ""  # on mail in our name, as SenderReport.as_text has it


def opened(data: bytes) -> OpenedMail:
    """Return what a mail says; whatever its bytes are, this raises nothing."""
    mail = mime.read(data)
    found = classify.of_mail(mail)
    complaint = found.kind is MailKind.COMPLAINT
    originals = prose.originals(mail) if complaint else []
    subject = _line(mail.header("subject"))
    return OpenedMail(
        kind=found.kind,
        recipients=found.recipients,
        received_for=_within(
            chain.from_iterable(mail.headers.get(name, ()) for name in _RECEIVED_FOR)
        ),
        envelope_ids=_envelope_ids(mail),
        answers=_few(
            match[1]
            for name in ("in-reply-to", "references")
            for value in mail.headers.get(name, ())
            for match in _ID.finditer(value)
        ),
        returned_paths=_returned_paths(mail, originals) if complaint else (),
        returned_links=_few(
            match[1]
            for original in originals
            for value in original.headers.get("list-unsubscribe", ())
            for match in LINK.finditer(value)
        ),
        leave_tokens=_few(match[0] for match in _LEAVE.finditer(subject)),
        complaint=_feedback_type(mail) if complaint else "",
        automatic=_is_automatic(mail, found.kind),
        sender=next(iter(addresses.within(mail.header("from"))), "")[:254],
        subject=subject,
        text=characters.for_terminal(prose.words(mail)[: 2 * MAX_TEXT]).strip()[
            :MAX_TEXT
        ],
        calendar=_calendar(mail),
        report=_report(mail, found.kind),
    )


def _few(found: Iterable[str]) -> tuple[str, ...]:
    """Return the first MAX_NAMES different texts."""
    kept: dict[str, None] = {}
    for each in found:
        kept.setdefault(each)
        if len(kept) >= MAX_NAMES:
            break
    return tuple(kept)


def _line(value: str) -> str:
    return characters.for_terminal(" ".join(value.split()))[:MAX_LINE]


def _within(values: Iterable[str]) -> tuple[str, ...]:
    return _few(each for value in values for each in addresses.within(value))


def _envelope_ids(mail: MimePart) -> tuple[str, ...]:
    """Return the ENVIDs (RFC 3461) that a report repeats."""
    return _few(
        characters.plain(value.strip())[:100]
        for part in mail.walk()
        if part.content_type in delivery_report.TYPES
        for value in _fields(part).get("original-envelope-id", ())
    )


def _fields(part: MimePart) -> dict[str, list[str]]:
    """Return the first group of fields of a machine-readable part."""
    head = part.octets().replace(b"\r\n", b"\n").strip().partition(b"\n\n")[0]
    return mime.fields(head)[0]


def _returned_paths(mail: MimePart, originals: list[MimePart]) -> tuple[str, ...]:
    """Return the return-paths that a complaint names, or its enclosed mail."""
    reports = [_fields(part) for part in mail.walk() if part.content_type == _REPORT]
    named = [value for each in reports for value in each.get("original-mail-from", ())]
    within = [
        value for each in originals for value in each.headers.get("return-path", ())
    ]
    return _within(chain(named, within))


def _feedback_type(mail: MimePart) -> str:
    """Return the kind of a complaint (RFC 5965), such as abuse or opt-out."""
    for part in mail.walk():
        if part.content_type == _REPORT:
            found = _fields(part).get("feedback-type", ("abuse",))
            return _line(found[0]).lower()[:40]
    return "abuse"


def _is_automatic(mail: MimePart, kind: MailKind) -> bool:
    submitted = mail.header("auto-submitted").strip().lower()
    return (
        kind is not MailKind.OTHER
        or (submitted != "" and not submitted.startswith("no"))
        or mail.header("return-path").strip() == "<>"
        or mail.header("precedence").strip().lower() in _LISTS
        or "list-id" in mail.headers
    )


def _report(mail: MimePart, kind: MailKind) -> str:
    """Return the DMARC or TLS report in a mail that reports no letter of ours."""
    if kind not in {MailKind.OTHER, MailKind.AUTO_REPLY}:
        return ""
    found = parsing.read(mail)
    return found.as_text() if found is not None else ""


def _calendar(mail: MimePart) -> str:
    """Return the first answer to an invitation in a mail: METHOD:REPLY (RFC 5546)."""
    for part in mail.walk():
        named = part.parameters.get("name", "").lower().endswith(".ics")
        if part.content_type in _CALENDARS or named:
            text = part.text()[:MAX_CALENDAR]
            if _REPLY.search(text):
                return text
    return ""
