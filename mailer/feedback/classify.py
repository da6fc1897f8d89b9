"""Tells what a returned mail is, whom it concerns, and why; it changes nothing.

The order decides: a complaint, a report in machine-readable form, an automatic reply, a
delay notice, and last a bounce in words.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback import (
    addresses,
    delivery_report,
    diagnosis,
    mime,
    notification,
    phrases,
    prose,
)
from mailer.feedback.diagnosis import NamedRecipient
from mailer.feedback.mime import MimePart

_AUTOMATIC_FIELDS = ("x-autorepl", "x-auto-repl", "x-autoresp")
FIRST_WORDS = 4_000  # characters in which a bounce says that it is one


class MailKind(StrEnum):
    """What a returned mail is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto-reply"
    DELAY = "delay"
    DELIVERED = "delivered"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Classified:
    """A returned mail: its kind, and the recipients it concerns."""

    kind: MailKind
    recipients: tuple[NamedRecipient, ...] = ()


def classify(data: bytes) -> Classified:
    """Return what a mail is; whatever its bytes are, this raises nothing."""
    return of_mail(mime.read(data))


def of_mail(mail: MimePart) -> Classified:
    """Return what a mail is that has been read."""
    for step in (_complaint, _report, _enclosed, _notified, _automatic, _in_words):
        found = step(mail)
        if found is not None:
            return found
    return Classified(kind=MailKind.OTHER)


def _enclosed(mail: MimePart) -> Classified | None:
    """Return what a report says that another mail encloses, as some gateways do."""
    if mail.content_type == "multipart/report":
        return None
    for each in mail.walk():
        if each.content_type == "message/rfc822":
            inner = mime.read(each.octets())
            if inner.content_type == "multipart/report" and _from_daemon(mail):
                return _report(inner)
    return None


def _complaint(mail: MimePart) -> Classified | None:
    """Return a complaint: RFC 5965."""
    for part in mail.walk():
        if part.content_type == "message/feedback-report":
            fields, _ = mime.fields(part.octets().strip().replace(b"\r\n", b"\n"))
            break
    else:
        said = phrases.has("complaint subject", mail.header("subject"))
        encloses = any(each.content_type == "message/rfc822" for each in mail.walk())
        marked = mail.parameters.get("report-type", "").lower() == "feedback-report"
        if not marked and not (said and encloses):
            return None
        fields = {}
    names = [
        addresses.of_field(value)
        for name in ("original-rcpt-to", "removal-recipient")
        for value in fields.get(name, [])
    ]
    for original in prose.originals(mail):
        names = [each for each in names if each] or _to(original)
    kind = next(iter(fields.get("feedback-type", ())), "complaint").strip().lower()
    return Classified(
        kind=MailKind.COMPLAINT,
        recipients=tuple(
            NamedRecipient(
                address=each, status="", permanence=Permanence.UNKNOWN, reason=kind
            )
            for each in dict.fromkeys(names)
            if each
        ),
    )


def _to(original: MimePart) -> list[str]:
    return addresses.within(original.header("to"))[:1]


def _report(mail: MimePart) -> Classified | None:
    """Return what a delivery report says: RFC 3464; failures before delays."""
    entries = [
        entry
        for part in mail.walk()
        if part.content_type in delivery_report.TYPES
        for entry in delivery_report.entries(part)
    ]
    for action, kind in (
        ("failed", MailKind.BOUNCE),
        ("delayed", MailKind.DELAY),
        ("delivered", MailKind.DELIVERED),
    ):
        concerned = [each for each in entries if each.action == action]
        if concerned:
            text = prose.words(mail)
            named = [each.address for each in entries if each.address]
            found = [_diagnosed(each, text, mail, named) for each in concerned]
            return Classified(kind=kind, recipients=_each_once(found))
    return None


def _diagnosed(
    entry: delivery_report.ReportEntry, text: str, mail: MimePart, named: list[str]
) -> NamedRecipient:
    """Return the diagnosis of an entry, from the words if its fields say nothing."""
    if entry.action == "delivered":
        return NamedRecipient(
            address=entry.address,
            status=entry.status,
            permanence=Permanence.UNKNOWN,
            reason=entry.action,
        )
    found = diagnosis.of(entry.address, entry.diagnosis, status=entry.status)
    if found.permanence is Permanence.UNKNOWN or not entry.diagnosis:
        told = prose.reason(text, entry.address or "\0", named)
        told = f"{entry.diagnosis} {told}" if entry.diagnosis else told
        again = diagnosis.of(entry.address, told, status=entry.status)
        if again.permanence is not Permanence.UNKNOWN:
            found = again
    if not found.address:
        said = prose.recipients(mail, text)
        found = replace(found, address=said[0] if said else "")
    return found


def _each_once(found: list[NamedRecipient]) -> tuple[NamedRecipient, ...]:
    """Return recipients with an address, each once; the first diagnosis counts."""
    kept: dict[str, NamedRecipient] = {}
    for each in found:
        if each.address:
            kept.setdefault(each.address.lower(), each)
    return tuple(kept.values())


_NOTIFIED = {
    notification.BOUNCE: MailKind.BOUNCE,
    notification.COMPLAINT: MailKind.COMPLAINT,
    "delivery": MailKind.DELIVERED,
    "deliveryDelay": MailKind.DELAY,
}


def _notified(mail: MimePart) -> Classified | None:
    """Return what a notification of Amazon SES says that came by mail."""
    found = notification.read(mail.text())
    if found is None:
        return None
    told, concerned = found
    if told == notification.BOUNCE:
        named = [diagnosis.of(e.address, e.words, status=e.status) for e in concerned]
    else:
        named = [
            NamedRecipient(
                address=each.address,
                status=each.status,
                permanence=Permanence.UNKNOWN,
                reason=told,
            )
            for each in concerned
        ]
    return Classified(kind=_NOTIFIED[told], recipients=_each_once(named))


def _automatic(mail: MimePart) -> Classified | None:
    """Return an automatic reply (RFC 3834), which is no bounce in its words."""
    submitted = mail.header("auto-submitted").strip().lower()
    marked = (
        submitted.startswith("auto-replied")
        or any(name.startswith(_AUTOMATIC_FIELDS) for name in mail.headers)
        or mail.header("precedence").strip().lower() in {"auto_reply", "auto-reply"}
        or mail.header("x-precedence").strip().lower() in {"auto_reply", "auto-reply"}
    )
    subject = mail.header("subject")
    if mail.parameters.get("report-type", "").lower() == "disposition-notification":
        rejected = phrases.has("failure subject", subject) and _from_daemon(mail)
        return None if rejected else Classified(kind=MailKind.OTHER)
    if phrases.has("auto-reply subject", subject) and not _from_daemon(mail):
        return Classified(kind=MailKind.AUTO_REPLY)
    if not marked or _from_daemon(mail) or "x-failed-recipients" in mail.headers:
        return None
    if phrases.has("failure subject", subject):
        return None
    return Classified(kind=MailKind.AUTO_REPLY)


def _told(text: str, address: str, named: list[str]) -> NamedRecipient:
    """Return the diagnosis in the words after an address, else in all the words."""
    found = diagnosis.of(address, prose.reason(text, address, named))
    if found.permanence is Permanence.UNKNOWN and len(named) == 1:
        return diagnosis.of(address, prose.reason(text, "\0", named))
    return found


def _from_daemon(mail: MimePart) -> bool:
    """Return whether a mail comes from a mail system, not from a person."""
    sender = mail.header("from") or mail.header("sender")
    empty = mail.header("return-path").strip() == "<>"
    return phrases.has("daemon", sender) or (empty and not sender)


def _returns_ours(mail: MimePart) -> bool:
    """Return whether a mail encloses one that its own recipient wrote."""
    ours = {each.lower() for each in addresses.within(mail.header("to"))}
    return any(
        each.lower() in ours
        for original in prose.originals(mail)
        for name in ("return-path", "from", "sender")
        for each in addresses.within(original.header(name))
    )


def _in_words(mail: MimePart) -> Classified | None:
    """Return a delay notice or a bounce that follows no standard."""
    text, subject = prose.words(mail), mail.header("subject")
    first = text[:FIRST_WORDS]
    daemon = _from_daemon(mail) or mail.header("return-path").strip() == "<>"
    failed = "x-failed-recipients" in mail.headers
    answers = phrases.has("answer subject", subject)
    about = phrases.has("failure subject", subject) and not answers
    if not (failed or daemon or about or _returns_ours(mail)):
        return None
    delayed = not phrases.has("given up", first) and (
        phrases.has("delay", first) or phrases.has("delay subject", subject)
    )
    told = daemon and about
    if not (failed or delayed or told or phrases.has("failure text", first)):
        return None
    named = prose.of_headers(mail) or prose.recipients(mail, text)
    for original in prose.originals(mail):
        named = named or _to(original)
    named = named or prose.recipients(mail, text, to_us=True)
    found = [_told(text, each, named) for each in named]
    if not found and not (failed or daemon):
        return None  # a person writes about mails that came back
    kind = MailKind.DELAY if delayed and not failed else MailKind.BOUNCE
    return Classified(kind=kind, recipients=_each_once(found))
