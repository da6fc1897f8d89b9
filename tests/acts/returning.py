"""What comes back of a letter: reports of mail servers, complaints, answers."""

import mailbox
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from audiences.contacts import Contact
from audiences.suppressions import Suppression
from mailer import clock
from mailer.feedback.arrivals import taking
from mailer.feedback.belief.arrival import Arrival
from mailer.feedback.belief.deciding import Decided
from mailer.feedback.belief.recording import Recorded
from mailer.feedback.models import FeedbackMail
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Received, Relay

GONE = "550 5.1.1 User unknown in virtual mailbox table"
FULL = "452 4.2.2 The email account that you tried to reach is over quota"
POLICY = "550 5.7.1 Message rejected as spam by content filtering"
REPORT = """Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {sender}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example.

<{recipient}>: host mx.example said: {reply}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example{envelope}

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {reply}

--b
Content-Type: text/rfc822-headers

From: partnerships@liaison.example
To: {recipient}
Subject: A short letter

--b--
"""
COMPLAINT = """From: feedback@provider.example
To: abuse@liaison.example
Subject: FW: A short letter
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{sender}>

--b
Content-Type: message/rfc822

{original}
--b--
"""


def report(
    sent: Received, reply: str = GONE, *, action: str = "failed", envelope: str = ""
) -> bytes:
    """Return the report of a mail server on a message that it had taken."""
    words = reply.split()
    named = f"\nOriginal-Envelope-Id: {envelope}" if envelope else ""
    return REPORT.format(
        sender=sent.sender,
        recipient=sent.recipient,
        reply=reply,
        action=action,
        status=words[1] if action == "failed" else "4.0.0",
        envelope=named,
    ).encode()


def complaint(
    sent: Received, kind: str = "abuse", *, path: str = "", whole: bool = True
) -> bytes:
    """Return a reader's complaint about a message, as a provider passes it on."""
    original = sent.octets.decode("utf-8", "replace") if whole else "Subject: x\n\nx"
    return COMPLAINT.format(kind=kind, sender=path, original=original).encode()


async def sent(site: Site, relay: Relay, place: Path, **written: str) -> int:
    """Release and deliver a short campaign; return its number."""
    number = await campaigning.released(site, place, **written)
    await delivering.work(site)
    return number


async def take(
    site: Site, mails: Sequence[bytes], *, of_replies: bool = False
) -> Recorded:
    """Take mails in as the command does, without deciding."""
    arrivals = [
        Arrival(octets=each, way="test", of_replies=of_replies) for each in mails
    ]
    return await taking.take(site, arrivals, now=clock.now())


async def returned(site: Site, mails: Sequence[bytes]) -> Decided:
    """Take mails in, and decide."""
    await take(site, mails)
    return await taking.decide(site, now=clock.now())


def maildir(place: Path, mails: Sequence[bytes]) -> Path:
    """Deliver mails into a Maildir; return its path."""
    folder = mailbox.Maildir(place, create=True)
    for each in mails:
        folder.add(each)
    return place


async def suppressed(site: Site) -> dict[str, str]:
    """Return the suppressed addresses with their reasons."""
    async with site.database.reading() as session:
        rows = await session.execute(
            select(Contact.address, Suppression.reason).join(
                Contact, Contact.address_key == Suppression.address_key
            )
        )
        return {str(address): reason for address, reason in rows}


async def stored(site: Site) -> list[FeedbackMail]:
    """Return all that came back, in order."""
    async with site.database.reading() as session:
        rows = await session.scalars(select(FeedbackMail).order_by(FeedbackMail.id))
        return list(rows)
