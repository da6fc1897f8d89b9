"""A campaign through a real Postfix ends as a checker of each mailbox knows it."""

import asyncio
import email
import smtplib
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import lookup
from mailer.feedback.arrivals import listener, taking
from mailer.feedback.lost import sending_on
from mailer.reports.results import reading
from mailer.settings.feedback import FeedbackSettings
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, returning
from tools import waiting
from tools.peers import postfix
from tools.peers.postgres import free_port
from tools.peers.relay import Received, Relay

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
MAIN = """compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
myhostname = relay.example
mynetworks = 127.0.0.0/8
relay_domains = static:all
default_transport = smtp:[127.0.0.1]:{mailboxes}
relay_transport = smtp:[127.0.0.1]:{mailboxes}
transport_maps = texthash:{folder}/etc/transport
virtual_alias_maps = texthash:{folder}/etc/forwards
alias_maps =
disable_dns_lookups = yes
smtp_destination_recipient_limit = 1
maximal_queue_lifetime = 0
bounce_queue_lifetime = 0
smtpd_recipient_restrictions = permit_mynetworks, reject
"""
GONE, FULL, SPAM, LATER = (
    f"focal-point@{code}.sector.example" for code in ("ed", "sc", "shs", "ci")
)
FORWARDS, MOVED, AWAY = (
    f"focal-point@{code}.sector.example" for code in ("clt", "ioc", "pax")
)
OLD, NEW = "old@forwarded.example", "new@forwarded.example"


def mailboxes(gone: set[str], full: set[str]) -> Callable[[str, str], str | None]:
    """Return what the readers' servers answer to RCPT."""

    def answer(verb: str, line: str) -> str | None:
        if verb == "RCPT" and any(each in line for each in gone):
            return returning.GONE
        if verb == "RCPT" and any(each in line for each in full):
            return returning.FULL
        return None

    return answer


def through(site: Site, relayed: int, heard: int) -> Site:
    """Return the site with a relay at a port, and a listener at another."""
    relay = site.settings.relay.model_copy(update={"port": relayed})
    feedback = FeedbackSettings(listen_port=heard, listen_protocol="smtp")
    update = {"relay": relay, "feedback": feedback}
    return replace(site, settings=site.settings.model_copy(update=update))


async def send(
    site: Site, place: Path, relay: Relay, *, taken: int, returned: int
) -> int:
    """Send a letter through Postfix; wait until it is taken, or came back, in all."""
    number = await campaigning.released(site, place)
    await delivering.work(site)

    async def came() -> bool:
        enough = len(relay.accepted) >= taken
        return enough and len(await returning.stored(site)) >= returned

    await waiting.eventually(came, "what was sent was neither taken nor returned")
    await taking.decide(site, now=clock.now())
    await sending_on.heal(site, now=clock.now())
    return number


async def states_of(site: Site, number: int) -> dict[str, str]:
    """Return address → the state of its message."""
    rows = await campaigning.ledger(site, number)
    return {address: each.state for address, each in rows.items()}


async def test_the_ledger_ends_as_each_mailbox_knows_it(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    relay.script = mailboxes({GONE}, {FULL})
    port, back = free_port(), site.settings.mail.return_domain
    with postfix.started(
        MAIN,
        "smtp",
        files={"transport": f"{back} smtp:[127.0.0.1]:{port}\n", "forwards": ""},
        mailboxes=relay.port,
    ) as (_, relayed):
        site = through(site, relayed, port)
        async with listener.listening(site):
            first = await send(site, tmp_path, relay, taken=8, returned=2)
            spam = next(each for each in relay.accepted if each.recipient == SPAM)
            complaint = [returning.complaint(spam)]
            await returning.take(site, complaint)
            relay.script = mailboxes({GONE, LATER}, set())
            second = await send(site, tmp_path, relay, taken=15, returned=4)
            await returning.take(site, complaint)  # a second time
            await sending_on.heal(site, now=clock.now())

    assert await returning.suppressed(site) == {
        GONE: "bounced",
        SPAM: "complained",
        LATER: "bounced",
    }
    states = [await states_of(site, number) for number in (first, second)]
    assert states[0].pop(GONE) == states[0].pop(FULL) == "bounced"
    assert states[0].pop(SPAM) == "complained"
    assert set(states[0].values()) == {"accepted"}
    assert states[1].pop(LATER) == "bounced"
    assert states[1].pop(GONE) == states[1].pop(SPAM) == "skipped"
    assert set(states[1].values()) == {"accepted"}
    async with site.database.reading() as session:
        campaign = await lookup.get(session, first)
        now = clock.now()
        found = await reading.read(session, campaign, zone=site.zone, now=now)
    assert (found.total.bounced, found.total.complained) == (2, 1)


async def test_a_forward_bounces_for_its_reader_and_an_absence_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    relay.script = mailboxes({OLD}, set())
    port, back = free_port(), site.settings.mail.return_domain
    files = {
        "transport": f"{back} smtp:[127.0.0.1]:{port}\n",
        "forwards": f"{FORWARDS} {OLD}\n{MOVED} {NEW}\n",
    }
    with postfix.started(MAIN, "smtp", files=files, mailboxes=relay.port) as (
        _,
        relayed,
    ):
        site = through(site, relayed, port)
        async with listener.listening(site):
            number = await send(site, tmp_path, relay, taken=9, returned=1)
            letter = next(each for each in relay.accepted if each.recipient == AWAY)
            await asyncio.to_thread(be_away, relayed, letter)

            async def filed() -> bool:
                return len(await returning.stored(site)) >= 2

            await waiting.eventually(filed, "the absence notice was not filed")
            await taking.decide(site, now=clock.now())
            await sending_on.heal(site, now=clock.now())

    states = await states_of(site, number)
    assert states.pop(FORWARDS) == "bounced"
    assert set(states.values()) == {"accepted"}
    assert {NEW} <= {each.recipient for each in relay.accepted}
    assert await returning.suppressed(site) == {FORWARDS: "bounced"}
    kinds = {each.kind: each.campaign_id for each in await returning.stored(site)}
    assert kinds == {"bounce": number, "auto-reply": number}


def be_away(port: int, letter: Received) -> None:
    """Answer a letter as a mailbox of somebody who is away does (RFC 3834)."""
    notice = EmailMessage()
    notice["From"], notice["To"] = letter.recipient, letter.sender
    notice["Subject"], notice["Auto-Submitted"] = "Automatic reply", "auto-replied"
    given = email.message_from_bytes(letter.octets)["Message-ID"]
    notice["In-Reply-To"] = given
    notice.set_content("I am away until Monday. I shall answer then.")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("", [letter.sender], notice.as_bytes())


async def test_a_thousand_forged_bounces_suppress_nobody(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    forged = []
    for place in range(1_000):
        received = relay.accepted[place % len(relay.accepted)]
        local, _, domain = received.sender.partition("@")
        at = 2 + place % (len(local) - 2)
        other = "0" if local[at] != "0" else "1"
        sender = f"{local[:at]}{other}{local[at + 1 :]}@{domain}"
        made = returning.report(replace(received, sender=sender))
        forged.append(made + f"\n{place}\n".encode())

    recorded = await returning.take(site, forged)
    await taking.decide(site, now=clock.now())
    await sending_on.heal(site, now=clock.now())

    assert (recorded.quarantined, recorded.kinds) == (1_000, {})
    assert await returning.suppressed(site) == {}
    assert (await campaigning.report(site, number)).accepted == 10
