"""Makes of each mail that came back the row that is stored: pure.

A bounce or complaint is believed only if it names a message that we sent. What names
none, or is not understood, is quarantined: it is kept, and changes nothing.
"""

from typing import Any, NamedTuple

from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback.belief import evidence
from mailer.feedback.belief.arrival import ReadMail
from mailer.feedback.belief.evidence import Proof
from mailer.feedback.belief.messages import Messages, SentMessage
from mailer.feedback.classify import MailKind
from mailer.feedback.diagnosis import NamedRecipient
from mailer.feedback.models import FeedbackKind, MailStanding
from mailer.feedback.opening import OpenedMail
from mailer.links import LinkSigner

Row = dict[str, Any]
SHORT = 500  # characters of a bounce that are kept
UNREADABLE = "it could not be read within the limits of time and memory"
NOT_UNDERSTOOD = "it is not understood"
ABUSE, OPT_OUTS = "abuse", frozenset({"opt-out", "opt-out-list"})
_REPORTS = {
    MailKind.BOUNCE: FeedbackKind.BOUNCE,
    MailKind.DELAY: FeedbackKind.DELAY,
    MailKind.DELIVERED: FeedbackKind.DELIVERED,
    MailKind.COMPLAINT: FeedbackKind.COMPLAINT,
}


class NamedMail(NamedTuple):
    """A mail, what it is, and the message it names if it names one of ours."""

    mail: ReadMail
    kind: FeedbackKind
    proof: Proof


def named(signer: LinkSigner, mail: ReadMail) -> NamedMail:
    """Return what a mail is, and the message that our signatures in it name."""
    opened = mail.opened
    if opened is None:
        return NamedMail(mail, FeedbackKind.OTHER, Proof(why=UNREADABLE))
    leaves = evidence.of_leave(signer, opened)
    if leaves is not None and opened.kind in {MailKind.OTHER, MailKind.AUTO_REPLY}:
        proof = Proof(stamp=leaves, evidence="link")
        return NamedMail(mail, FeedbackKind.OPT_OUT, proof)
    if opened.kind is MailKind.COMPLAINT:
        proof = evidence.of_complaint(signer, opened)
        kind = FeedbackKind.COMPLAINT
        if opened.complaint in OPT_OUTS:
            kind = FeedbackKind.OPT_OUT
        return NamedMail(mail, kind, proof)
    proof = evidence.of_mail(signer, opened, mail.arrival.recipient)
    return NamedMail(mail, _REPORTS.get(opened.kind) or _answer(opened, mail), proof)


def _answer(opened: OpenedMail, mail: ReadMail) -> FeedbackKind:
    """Return what a mail is that reports nothing."""
    if opened.report:
        return FeedbackKind.REPORT
    if opened.calendar:
        return FeedbackKind.ANSWER
    if opened.kind is MailKind.AUTO_REPLY:
        return FeedbackKind.AUTO_REPLY
    if mail.arrival.of_replies and not opened.automatic:
        return FeedbackKind.REPLY
    return FeedbackKind.OTHER


def row(found: NamedMail, messages: Messages) -> Row:
    """Return the row of a mail, all but when and by whom it is settled."""
    arrival, opened = found.mail.arrival, found.mail.opened
    message: SentMessage | None = None
    why = found.proof.why
    if found.proof.stamp is not None:
        known = messages.of(found.proof.stamp)
        if isinstance(known, str):
            why = known
        else:
            message = known
    standing, why = _standing(found, message, why)
    values: Row = {
        "digest": arrival.digest,
        "way": arrival.way,
        "kind": found.kind.value,
        "standing": standing.value,
        "why": why or None,
        "campaign_id": message.campaign_id if message else None,
        "message_number": message.number if message else None,
        "address_key": message.address_key if message else None,
        "evidence": (found.proof.evidence or None) if message else None,
        "octets": None if standing is MailStanding.BELIEVED else arrival.kept(),
    }
    return values | _said(found, opened, message, short=values["octets"] is None)


def _standing(
    found: NamedMail, message: SentMessage | None, why: str
) -> tuple[MailStanding, str]:
    """Return whether a mail is believed, and why not."""
    if found.kind is FeedbackKind.OTHER:
        return MailStanding.QUARANTINED, why if message is None else NOT_UNDERSTOOD
    if found.kind in {
        FeedbackKind.REPLY,
        FeedbackKind.ANSWER,
        FeedbackKind.AUTO_REPLY,
    }:
        return MailStanding.FILED, ""
    if message is None and found.kind is not FeedbackKind.REPORT:
        return MailStanding.QUARANTINED, why
    return MailStanding.BELIEVED, ""


def _said(
    found: NamedMail,
    opened: OpenedMail | None,
    message: SentMessage | None,
    *,
    short: bool,
) -> Row:
    """Return what a mail says, safe to show."""
    if opened is None:
        return {
            **dict.fromkeys(("status", "permanence", "reason", "sender"), ""),
            **dict.fromkeys(("subject", "text"), ""),
        }
    told = _of_reader(opened, message)
    reason = told.reason if told else ""
    if found.kind is FeedbackKind.COMPLAINT:
        reason = opened.complaint
    unknown = Permanence.UNKNOWN.value if found.kind is FeedbackKind.BOUNCE else ""
    return {
        "status": (told.status if told else "")[:12],
        "permanence": told.permanence.value if told else unknown,
        "reason": reason[:80],
        "sender": opened.sender,
        "subject": opened.subject,
        "text": opened.text[:SHORT] if short else opened.text,
    }


def _of_reader(
    opened: OpenedMail, message: SentMessage | None
) -> NamedRecipient | None:
    """Return what a report says of the reader; else of the first that it names.

    An address may pass mail on to others, which the report then names.
    """
    address = (message.address or "").lower() if message else ""
    of_reader = [each for each in opened.recipients if each.address.lower() == address]
    return next(iter(of_reader or opened.recipients), None)
