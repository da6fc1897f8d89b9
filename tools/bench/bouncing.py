"""The steps of the benchmark of what comes back."""

import time
from itertools import product
from pathlib import Path

from sqlalchemy import select, update

from audiences.contacts import Contact
from mailer import clock
from mailer.feedback.arrivals import maildir, taking
from mailer.links import Signed
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.sites.opening import open_site
from mailer.store import identity

SHARES = ("alone", "beside")  # Maildirs: of the bounces read alone, beside a campaign
REPLIES = (  # none reaches the share at which a fault counts as ours
    "550 5.1.1 <{address}>: Recipient address rejected: User unknown",
    "452 4.2.2 <{address}>: mailbox is full",
    "550 5.7.1 Message rejected as spam by content filtering",
    "451 4.3.0 Temporary failure, please try again later",
)
BOUNCE = """Return-Path: <>
Delivered-To: {path}@return.liaison.example
Received: by relay.liaison.example (Postfix)
\tid 4F1C22A1B3; Tue, 4 May 2027 10:00:00 +0200 (CEST)
Date: Tue, 4 May 2027 10:00:00 +0200 (CEST)
From: MAILER-DAEMON@relay.liaison.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {path}@return.liaison.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1C22A1B3.1/relay.liaison.example"
Message-Id: <{number}.4F1C22A1B3@relay.liaison.example>

This is a MIME-encapsulated message.

--4F1C22A1B3.1/relay.liaison.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host relay.liaison.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

                   The mail system

<{address}>: host mx.example[192.0.2.1] said: {reply} (in reply to RCPT TO command)

--4F1C22A1B3.1/relay.liaison.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.liaison.example
Original-Envelope-Id: {envelope}
X-Postfix-Queue-ID: 4F1C22A1B3
X-Postfix-Sender: rfc822; {path}@return.liaison.example
Arrival-Date: Tue, 4 May 2027 09:59:58 +0200 (CEST)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: failed
Status: {status}
Remote-MTA: dns; mx.example
Diagnostic-Code: smtp; {reply}

--4F1C22A1B3.1/relay.liaison.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: partnerships@liaison.example
To: {address}
Subject: A letter to be measured

--4F1C22A1B3.1/relay.liaison.example--
"""


def bounce(number: int, address: str | None, signed: Signed) -> str:
    """Return the bounce of a message."""
    reply = REPLIES[number % len(REPLIES)].format(address=address)
    return BOUNCE.format(
        path=signed.return_path,
        number=number,
        address=address,
        reply=reply,
        status=reply.split()[1],
        envelope=signed.message_id,
    )


async def bounce_all(folder: Path, campaign_id: int) -> dict[str, float]:
    """Let the relay take every message, and write a bounce of each into a Maildir.

    The bounces are shared between two Maildirs.
    """
    async with open_site(folder / "config.toml") as site:
        async with site.database.writing() as session:
            await session.execute(
                update(Message)
                .where(
                    Message.campaign_id == campaign_id,
                    Message.state == MessageState.WAITING,
                )
                .values(
                    state=MessageState.ACCEPTED,
                    marked_at=clock.now(),
                    settled_at=clock.now(),
                    due_at=None,
                )
            )
        async with site.database.reading() as session:
            known = await identity.read(session)
            found = await session.execute(
                select(Message.id, Message.address_key, Contact.address)
                .join(Contact, Contact.id == Message.contact_id)
                .where(Message.state == MessageState.ACCEPTED)
            )
            for share, place in product(SHARES, ("new", "cur", "tmp")):
                (folder / share / place).mkdir(parents=True)
            for number, key, address in found:
                signed = site.signer.message(known.stamp(number, key))
                mail = bounce(number, address, signed)
                share = SHARES[number // len(REPLIES) % len(SHARES)]
                new = folder / share / "new" / f"{number}.bench"
                new.write_text(mail, encoding="utf-8")
    return {}


async def read(folder: Path, share: str) -> dict[str, float]:
    """Take a share of the bounces in, and decide, as `mailer feedback read` does."""
    async with open_site(folder / "config.toml") as site:
        began, now = time.perf_counter(), clock.now()
        recorded = await maildir.read(site, folder / share, now=now)
        decided = await taking.decide(site, now=now)
        seconds = time.perf_counter() - began
    return {
        "bounces": recorded.kinds["bounce"],
        "suppressed": len(decided.suppressed),
        "ours": decided.ours,
        "seconds": seconds,
    }
