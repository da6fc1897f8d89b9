"""One refusal is one reader's; a refusal that most messages get pauses the campaign."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audiences.suppressions import Suppression
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import StoredLetter
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import MessageEvent
from mailer.outcomes import faults, proportion, resuming
from mailer.outcomes.proportion import Alike
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, delivering, reading
from tools.peers.relay import Relay

GONE = "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown"
NATCOMS = "kind = natcom and sub(monthly-letter)"  # a hundred and ninety-four
REPLIES = {  # to RCPT or the dot of every message, and the kind of fault
    GONE: "no such mailbox",
    "550 Unrouteable address": "no such mailbox",
    "550 5.4.4 Host or domain name not found": "the domain takes no mail",
    "550 5.1.1 LDAP lookup failure": "the relay could not look up the address",
    "550 5.7.1 rejected as spam by Content Filtering": "refused by policy",
    "552 5.3.4 Message size exceeds fixed limit": "the message is too large",
    "554 5.7.1 <a@b.example>: Relay access denied": "the relay does not relay for us",
}


async def suppressed(site: Site) -> list[str | None]:
    async with site.database.reading() as session:
        return list(await session.scalars(select(Suppression.detail)))


async def resume(site: Site, number: int, *, leave_refused: bool = False) -> int:
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        return await resuming.resume(
            session, campaign, by="editor", leave_refused=leave_refused, now=clock.now()
        )


def refuse(relay: Relay, reply: str, *, verb: str = "RCPT", to: str = "") -> None:
    relay.script = lambda said, line: reply if said == verb and to in line else None


def alike(number: int, domains: int = 3) -> Alike:
    return Alike("no such mailbox", number, domains)


@pytest.mark.parametrize(
    ("found", "attempts", "ended", "ours"),
    [
        (alike(20, 1), 20, False, True),  # all of the first
        (alike(19), 20, False, False),
        (alike(19, 1), 19, False, False),  # others may still get through
        (alike(19, 1), 19, True, True),
        (alike(18), 19, True, False),
        (alike(2, 1), 2, True, True),
        (alike(1, 1), 1, True, False),  # a single refusal pauses nothing
        (alike(60, 3), 5_000, False, True),  # an absurd share of the last
        (alike(59, 3), 5_000, False, False),
        (alike(60, 2), 5_000, False, False),  # one provider, or two
        (alike(200, 1), 5_000, False, True),
        (alike(30, 3), 100, False, False),
        (alike(30, 3), 100, True, True),
        (alike(29, 3), 100, True, False),
        (alike(19, 3), 40, True, False),
        (alike(59, 3), 200, True, False),
    ],
)
def test_a_fault_is_ours_if_the_first_or_many_of_the_last_have_it(
    found: Alike, attempts: int, ended: object, ours: object
) -> None:
    assert proportion.is_ours(found, attempts, ended=bool(ended)) is ours


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("verb", ["RCPT", "."])
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_relay_that_refuses_all_suppresses_no_reader_and_loses_no_message(
    site: Site, relay: Relay, tmp_path: Path, reply: str, verb: str
) -> None:
    """Mended and resumed, the campaign reaches each reader once."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    refuse(relay, reply, verb=verb)
    await delivering.work(delivering.tuned(site, connections=4))
    stopped = await campaigning.report(site, number)
    refused = stopped.states[MessageState.REFUSED]

    assert (stopped.state, stopped.accepted) == ("paused", 0)
    assert stopped.audience == 54
    assert 20 <= refused <= 54
    assert await suppressed(site) == []
    because = str(stopped.stopped_because)
    assert because.startswith(f"{REPLIES[reply]}: ")
    assert " messages; look at the relay default first" in because
    assert reply.replace("<a@b.example>", "<…>") in because

    relay.script = lambda _said, _line: None
    assert await resume(site, number) == refused
    await delivering.work(site)
    ledger = await campaigning.ledger(site, number)

    assert await campaigning.state(site, number) == "finished"
    assert Counter(relay.recipients()) == Counter(list(ledger))
    assert {message.state for message in ledger.values()} == {"accepted"}


@pytest.mark.prove
async def test_several_workers_pause_together_and_a_resume_reaches_exactly_those(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Each worker alone sees fewer refusals than pause a campaign."""
    number = await campaigning.released(site, tmp_path, audience=NATCOMS)
    refuse(relay, GONE)
    workers = [await delivering.process(site, "work", "--until-idle") for _ in "123"]
    outputs = [await worker.communicate() for worker in workers]
    stopped = await campaigning.report(site, number)
    async with site.database.reading() as session:
        attempts = await faults.attempts_of(session, number)

    assert stopped.state == "paused", outputs
    assert attempts == stopped.states[MessageState.REFUSED] >= 20
    assert await suppressed(site) == []

    relay.script = lambda _said, _line: None
    again = await resume(site, number)
    await delivering.work(site)
    ledger = await campaigning.ledger(site, number)
    async with site.database.reading() as session:
        told = await session.scalars(
            select(MessageEvent.message_number).where(MessageEvent.state == "waiting")
        )
    assert again == stopped.states[MessageState.REFUSED] == len(set(told))
    assert Counter(relay.recipients()) == Counter(list(ledger))


async def test_a_relay_that_breaks_half_way_pauses_and_keeps_what_was_accepted(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path, audience=NATCOMS)
    relay.script = lambda said, _line: (
        GONE if said == "RCPT" and len(relay.accepted) >= 50 else None
    )
    await delivering.work(site)
    stopped = await campaigning.report(site, number)

    assert stopped.state == "paused"
    assert stopped.accepted >= 50
    assert stopped.states[MessageState.REFUSED] >= 60
    assert await suppressed(site) == []

    relay.script = lambda _said, _line: None
    assert await resume(site, number) == stopped.states[MessageState.REFUSED]
    await delivering.work(site)
    assert len(relay.recipients()) == len(set(relay.recipients())) == 194


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("verb", ["RCPT", "."])
@pytest.mark.parametrize("store", ["sqlite"])
async def test_one_reader_refused_is_refused_alone_and_the_campaign_goes_on(
    site: Site, relay: Relay, tmp_path: Path, reply: str, verb: str
) -> None:
    number = await campaigning.released(site, tmp_path)
    refused: list[str] = []

    def script(said: str, _line: str) -> str | None:
        if said != verb or refused:
            return None
        refused.append(said)
        return reply

    relay.script = script
    await delivering.work(site)
    counted = await campaigning.report(site, number)

    assert counted.state == "finished"
    assert (counted.states[MessageState.REFUSED], counted.accepted) == (1, 9)
    assert await suppressed(site) == []


async def test_a_letter_that_no_relay_can_carry_pauses_the_campaign(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """After the limit is raised, a resume sends all under the same Message-ID."""
    number = await campaigning.released(site, tmp_path)
    relay.extensions = ("SIZE 1000",)
    await delivering.work(site)
    stopped = await campaigning.report(site, number)
    async with site.database.reading() as session:
        known = await identity.read(session)
    ids = {
        each.id: site.signer.message(known.stamp(each.id, each.address_key)).message_id
        for each in (await campaigning.ledger(site, number)).values()
    }

    assert (stopped.state, stopped.states[MessageState.SET_ASIDE]) == ("paused", 10)
    assert "the message is too large: 10 of the last 10" in str(stopped.stopped_because)

    relay.extensions = ()
    assert await resume(site, number) == 10
    await delivering.work(site)
    sent = [reading.parsed(each.octets)["Message-ID"] for each in relay.accepted]
    assert sorted(sent) == sorted(
        f"<{each}@{site.settings.mail.domain}>" for each in ids.values()
    )


async def test_a_person_may_leave_refusals_as_they_are(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    refuse(relay, GONE)
    await delivering.work(site)

    assert await campaigning.state(site, number) == "paused"
    assert await resume(site, number, leave_refused=True) == 0
    await delivering.work(site)
    counted = await campaigning.report(site, number)
    assert (counted.state, counted.states[MessageState.REFUSED]) == ("finished", 10)
    assert await suppressed(site) == []


async def test_a_pause_by_a_person_sends_no_refused_message_again(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    refuse(relay, GONE, to="ed.sector.example")
    await delivering.work_until(site, lambda: len(relay.accepted) == 9)
    other = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        await faults.pause(session, other, because="wait", now=clock.now())

    assert await campaigning.state(site, number) == "finished"
    assert await resume(site, other) == 0


async def test_a_letter_that_cannot_be_read_stops_no_other_campaign(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The worker goes on, whatever the fault is."""
    broken = await campaigning.released(site, tmp_path)
    other = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        await session.execute(
            update(StoredLetter)
            .where(StoredLetter.campaign_id == broken)
            .values(skeleton=b"\x00 no skeleton")
        )
    await delivering.work(site)
    stopped = await campaigning.report(site, broken)

    assert (stopped.state, stopped.states[MessageState.SET_ASIDE]) == ("paused", 10)
    assert "it cannot be composed: 10 of the last 10" in str(stopped.stopped_because)
    assert await campaigning.state(site, other) == "finished"
    assert len(relay.accepted) == 10
