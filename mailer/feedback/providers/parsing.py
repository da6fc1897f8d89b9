"""Reads the events of each provider into reports: pure.

An event that reports no bounce, complaint or opt-out is left out. Which field names our
message at which provider is the table CARRIERS.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from audiences import characters
from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback.models import FeedbackKind

Event = Mapping[str, Any]
MAX_EVENTS = 2_000  # of one request
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\d)")
# provider → where its events have our Message-ID, or our return-path. Postmark and
# Mailjet give messages numbers of their own, and repeat the field in brackets, which
# letters then have (composing/header).
CARRIERS = {
    "ses": "mail.source, mail.headers: Message-ID and List-Unsubscribe",
    "sendgrid": "smtp-id",
    "mailgun": "event-data.message.headers.message-id",
    "postmark": "Metadata.message-id [X-PM-Metadata-message-id]",
    "brevo": "message-id",
    "mailjet": "CustomID [X-MJ-CustomID]",
}
BOUNCE, COMPLAINT = FeedbackKind.BOUNCE, FeedbackKind.COMPLAINT
OPT_OUT = FeedbackKind.OPT_OUT
HARD, SOFT = Permanence.PERMANENT, Permanence.TRANSIENT


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderReport:
    """What a provider reports of one message."""

    identifier: str  # of the event, unique at the provider
    kind: FeedbackKind
    address: str
    names: tuple[str, ...] = ()  # Message-IDs, perhaps within < and >
    return_path: str = ""
    links: str = ""  # a List-Unsubscribe field
    permanence: Permanence = Permanence.UNKNOWN  # as the provider sees it
    status: str = ""
    words: str = ""  # why, in the provider's words


def reports(provider: str, body: Any) -> list[ProviderReport]:
    """Return the reports of a body of JSON; what cannot be read is left out."""
    events = body if isinstance(body, list) else [body]
    return [
        report
        for event in events[:MAX_EVENTS]
        if isinstance(event, Mapping)
        for report in _READERS[provider](event)
        if report.address
    ]


def _text(event: Event, *names: str) -> str:
    """Return a value below some names as one line of text, "" if there is none."""
    value: Any = event
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return characters.plain(value[:2_000]) if isinstance(value, str) else ""


def _status(event: Event, *names: str) -> str:
    """Return an enhanced status below some names, "" if there is none."""
    found = _STATUS.match(_text(event, *names))
    return found[0] if found else ""


def _unique(event: Event, *names: str) -> str:
    return "|".join(str(event.get(name, ""))[:200] for name in names)


_SES = {"Bounce": BOUNCE, "Complaint": COMPLAINT}


def _ses(event: Event) -> Iterable[ProviderReport]:
    kind = _SES.get(_text(event, "notificationType") or _text(event, "eventType"))
    if kind is None:
        return
    part = event.get("bounce" if kind is BOUNCE else "complaint")
    mail = event.get("mail")
    if not isinstance(part, Mapping) or not isinstance(mail, Mapping):
        return
    listed = mail.get("headers")
    headers = {
        _text(each, "name").lower(): _text(each, "value")
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, Mapping)
    }
    named = part.get("bouncedRecipients") or part.get("complainedRecipients")
    hardness = {"Permanent": HARD, "Transient": SOFT}
    feedback = _text(part, "complaintFeedbackType") or "abuse"
    for each in named if isinstance(named, list) else []:
        if isinstance(each, Mapping):
            yield ProviderReport(
                identifier=f"{_text(part, 'feedbackId')}|{_text(each, 'emailAddress')}",
                kind=kind,
                address=_text(each, "emailAddress"),
                names=(headers.get("message-id", ""),),
                return_path=_text(mail, "source"),
                links=headers.get("list-unsubscribe", ""),
                permanence=hardness.get(_text(part, "bounceType"), Permanence.UNKNOWN),
                status=_status(each, "status"),
                words=_text(each, "diagnosticCode") if kind is BOUNCE else feedback,
            )


_SENDGRID = {
    "bounce": BOUNCE,
    "spamreport": COMPLAINT,
    "unsubscribe": OPT_OUT,
    "group_unsubscribe": OPT_OUT,
}


def _sendgrid(event: Event) -> Iterable[ProviderReport]:
    kind = _SENDGRID.get(_text(event, "event"))
    if kind is not None:
        blocked = _text(event, "type") == "blocked"
        yield ProviderReport(
            identifier=_unique(event, "sg_event_id"),
            kind=kind,
            address=_text(event, "email"),
            names=(_text(event, "smtp-id"),),
            permanence=SOFT if blocked else HARD,
            status=_status(event, "status"),
            words=_text(event, "reason"),
        )


_MAILGUN = {"failed": BOUNCE, "complained": COMPLAINT, "unsubscribed": OPT_OUT}


def _mailgun(body: Event) -> Iterable[ProviderReport]:
    event = body.get("event-data")
    if not isinstance(event, Mapping):
        return
    kind = _MAILGUN.get(_text(event, "event"))
    if kind is BOUNCE and _text(event, "severity") != "permanent":
        return  # Mailgun tries again
    if kind is not None:
        status = event.get("delivery-status")
        code = status.get("code", "") if isinstance(status, Mapping) else ""
        words = _text(event, "delivery-status", "message") or _text(
            event, "delivery-status", "description"
        )
        yield ProviderReport(
            identifier=_unique(event, "id"),
            kind=kind,
            address=_text(event, "recipient"),
            names=(_text(event, "message", "headers", "message-id"),),
            status=_status(event, "delivery-status", "enhanced-code"),
            words=f"{code} {words}".strip(),
        )


_POSTMARK = {
    "Bounce": BOUNCE,
    "SpamComplaint": COMPLAINT,
    "SubscriptionChange": OPT_OUT,
}
_POSTMARK_HARD = {"HardBounce", "BadEmailAddress"}
_POSTMARK_BOUNCES = {*_POSTMARK_HARD, "SoftBounce", "DnsError", "SpamNotification"}


def _postmark(event: Event) -> Iterable[ProviderReport]:
    kind = _POSTMARK.get(_text(event, "RecordType"))
    sort = _text(event, "Type")
    if kind is BOUNCE and sort not in _POSTMARK_BOUNCES:
        return  # an automatic reply, or a delay
    if kind is OPT_OUT and event.get("SuppressSending") is not True:
        return  # sending is allowed again
    if kind is not None:
        yield ProviderReport(
            identifier=_unique(event, "ID", "MessageID", "RecordType"),
            kind=kind,
            address=_text(event, "Email") or _text(event, "Recipient"),
            names=(_text(event, "Metadata", "message-id"),),
            permanence=HARD if sort in _POSTMARK_HARD else SOFT,
            words=_text(event, "Details"),
        )


_BREVO = {
    "hard_bounce": BOUNCE,
    "soft_bounce": BOUNCE,
    "invalid_email": BOUNCE,
    "spam": COMPLAINT,
    "complaint": COMPLAINT,
    "unsubscribed": OPT_OUT,
}


def _brevo(event: Event) -> Iterable[ProviderReport]:
    kind = _BREVO.get(_text(event, "event"))
    if kind is not None:
        soft = _text(event, "event") == "soft_bounce"
        yield ProviderReport(
            identifier=_unique(event, "id", "message-id", "event", "ts_event", "email"),
            kind=kind,
            address=_text(event, "email"),
            names=(_text(event, "message-id"),),
            permanence=SOFT if soft else HARD,
            words=_text(event, "reason"),
        )


_MAILJET = {"bounce": BOUNCE, "spam": COMPLAINT, "unsub": OPT_OUT}


def _mailjet(event: Event) -> Iterable[ProviderReport]:
    kind = _MAILJET.get(_text(event, "event"))
    if kind is not None:
        yield ProviderReport(
            identifier=_unique(event, "MessageID", "event", "time", "email"),
            kind=kind,
            address=_text(event, "email"),
            names=(_text(event, "CustomID"),),
            permanence=HARD if event.get("hard_bounce") is True else SOFT,
            words=" ".join((_text(event, "error"), _text(event, "comment"))).strip(),
        )


_READERS: Mapping[str, Callable[[Event], Iterable[ProviderReport]]] = {
    "ses": _ses,
    "sendgrid": _sendgrid,
    "mailgun": _mailgun,
    "postmark": _postmark,
    "brevo": _brevo,
    "mailjet": _mailjet,
}
