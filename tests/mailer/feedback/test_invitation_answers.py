"""Answers of calendar programs to an invitation are counted, each reader's newest."""

import email
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailer import clock
from mailer.campaigns import lookup
from mailer.feedback.arrivals import maildir
from mailer.feedback.replies import counting
from mailer.reports.results import reading
from mailer.sites.site import Site
from tests.acts import campaigning, returning
from tests.mailer.composing import test_event
from tests.mailer.feedback import test_past
from tools.peers.relay import Received, Relay

STRANGER = "stranger@elsewhere.example"
REPLY = """From: A reader <{mailer}>
To: partnerships@liaison.example
Subject: Accepted: the session
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset="utf-8"

A reader has answered.
--b
Content-Type: text/calendar; charset="utf-8"; method=REPLY

BEGIN:VCALENDAR
PRODID:-//A calendar//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
DTSTART:20971109T140000Z
{stamp}{uid}
{sequence}
{organizer}
ATTENDEE;CN=A reader;ROLE=REQ-PARTICIPANT;PARTSTAT={answer}:mailto:
 {sender}
END:VEVENT
END:VCALENDAR
--b--
"""


def answer(
    letter: Received,
    answer: str,
    *,
    minutes: int | None = 0,
    sender: str = "",
    mailer: str = "",
) -> bytes:
    """What the calendar program of a reader sends back, made from the letter it got.

    `mailer` is the address it comes from, if that is another. `minutes` is how long
    after the letter the reader answered; None: it does not say.
    """
    parts = email.message_from_bytes(letter.octets).walk()
    (part,) = [each for each in parts if each.get_content_type() == "text/calendar"]
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    unfolded = re.sub(r"\r?\n[ \t]", "", octets.decode())
    lines = {line.partition(":")[0]: line for line in unfolded.splitlines()}
    stamp = ""
    if minutes is not None:
        made = datetime.now(UTC) - timedelta(days=1) + timedelta(minutes=minutes)
        stamp = f"DTSTAMP:{made:%Y%m%dT%H%M%SZ}\n"
    return REPLY.format(
        sender=sender or letter.recipient,
        mailer=mailer or sender or letter.recipient,
        stamp=stamp,
        uid=lines["UID"],
        sequence=lines["SEQUENCE"],
        organizer=next(each for each in lines.values() if "ORGANIZER" in each),
        answer=answer,
    ).encode()


async def read(site: Site, place: Path, mails: list[bytes]) -> None:
    """Let mails come to the mailbox for answers, and read it."""
    folder = returning.maildir(place / "answers", mails)
    await maildir.read(site, folder, of_replies=True, now=clock.now())


async def test_answers_are_counted_in_lists_rules_and_the_report(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path, toml=test_event.toml())
    first, second, third, fourth, fifth, sixth, *_ = relay.accepted
    alias = f"office@{fifth.recipient.partition('@')[2]}"
    mails = [
        answer(first, "ACCEPTED"),
        answer(second, "DECLINED", minutes=60),
        answer(second, "ACCEPTED", minutes=5),  # an earlier answer that comes later
        answer(third, "TENTATIVE", minutes=5),
        answer(third, "ACCEPTED", minutes=None),
        answer(fourth, "ACCEPTED", sender=STRANGER),
        answer(fourth, "ACCEPTED", mailer=STRANGER),
        answer(fifth, "ACCEPTED", mailer=alias),
        answer(sixth, "ACCEPTED", minutes=1),
        answer(sixth, "DELEGATED", minutes=9),
        answer(replace(first, recipient=fourth.recipient), "NEEDS-ACTION"),
    ]

    for _ in range(2):  # a second reading changes nothing
        await read(site, tmp_path, mails)

        async with site.database.reading() as session:
            counted = await counting.answers(session, "session")
            campaign = await lookup.get(session, number)
            told = await reading.read(
                session, campaign, zone=site.zone, now=clock.now()
            )
        assert counted == {"sector": {"delegated": 1, "no": 1, "yes": 3}}
        assert told.total.answered == told.as_json()["answered"] == 5
        rules = {
            rule: await test_past.count(site, f"answered(session, {rule})")
            for rule in ("yes", "no", "perhaps", "delegated")
        }
        assert rules == {"yes": 3, "no": 1, "perhaps": 0, "delegated": 1}
    assert (await campaigning.report(site, number)).accepted == 10
    assert await returning.suppressed(site) == {}
