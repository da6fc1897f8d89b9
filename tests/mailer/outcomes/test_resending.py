"""A resend reaches exactly those whom a finished campaign has not reached."""

import asyncio
import signal
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audiences import subscriptions, suppressions
from audiences.contacts import Contact, find
from audiences.subscriptions import Evidence, How
from audiences.suppressions import Why
from audiences.upkeep import editing
from audiences.upkeep.changes import Author
from audiences.upkeep.editing import WantedContact
from mailer import clock
from mailer.errors import MailerError, RefusedError
from mailer.outbox import plan, release
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import resending
from mailer.outcomes.resending import Wanted, Wave
from mailer.readers import merging, moving
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer, Ran
from tools.peers.relay import DROP, Relay
from tools.waiting import eventually

GONE = "550 5.1.1 No such user here"
FULL = "552 5.2.2 mailbox full"
ED, SC, SHS, CLT, CI = (
    f"focal-point@{code}.sector.example" for code in ("ed", "sc", "shs", "clt", "ci")
)
AUTHOR = Author(by="editor", account="test", because=None, at=clock.now())


def script(relay: Relay, replies: dict[str, str]) -> None:
    """Answer RCPT of these addresses with these replies."""

    def answer(verb: str, line: str) -> str | None:
        if verb != "RCPT":
            return None
        return next((said for to, said in replies.items() if to in line), None)

    relay.script = answer


async def contact(site: Site, address: str) -> Contact:
    async with site.database.reading() as session:
        return await find(session, address, key=site.address_key)


async def finished(site: Site, place: Path) -> int:
    """Release a campaign to ten readers, and deliver it."""
    number = await campaigning.released(site, place)
    await delivering.work(delivering.tuned(site))
    assert await campaigning.state(site, number) == "finished"
    return number


async def look(site: Site, number: int, *, joiners: bool = False) -> Wave:
    return await resending.look(site, number, Wanted(joiners=joiners), now=clock.now())


async def resend(site: Site, number: int, **options: object) -> int:
    wanted = Wanted(joiners=bool(options.get("joiners")))
    made = await resending.resend(site, number, wanted, by="editor", now=clock.now())
    await delivering.work(delivering.tuned(site))
    return made


def names(wave: Wave) -> dict[str, str]:
    return {each.address: each.reason for each in wave.readers}


async def stop(site: Site, address: str) -> None:
    known = await contact(site, address)
    evidence = Evidence(at=clock.now(), how=How.PAGE)
    async with site.database.writing() as session:
        await subscriptions.stop_everything(session, known.id, evidence=evidence)


async def lift(site: Site, address: str) -> None:
    known = await contact(site, address)
    async with site.database.writing() as session:
        await suppressions.lift(
            session, known.address_key, now=clock.now(), detail="it exists again"
        )


async def settle(site: Site, number: int, address: str, state: MessageState) -> None:
    """Give the message of a reader another final state."""
    known = await contact(site, address)
    async with site.database.writing() as session:
        await session.execute(
            update(Message)
            .where(Message.campaign_id == number, Message.contact_id == known.id)
            .values(state=state, reason="for the test")
        )


async def test_who_was_refused_for_a_passing_cause_gets_it_and_no_one_twice(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: GONE, SHS: FULL})
    number = await finished(site, tmp_path)
    await stop(site, SHS)
    wave = await look(site, number)
    relay.script = lambda _verb, _line: None
    made = await resend(site, number)
    report = await campaigning.report(site, number)

    assert names(wave) == {ED: "refused"}
    assert wave.left_out == {"stopped": 1, "mailbox_gone": 1}
    assert (made, wave.number) == (1, 2)
    assert max(Counter(relay.recipients()).values()) == 1
    assert set(relay.recipients()) >= {ED}
    assert not set(relay.recipients()) & {SC, SHS}
    assert report.state == "finished"
    assert (report.audience, report.accepted) == (10, 8)
    assert report.states[MessageState.REFUSED] == 2
    assert [(each.number, each.readers, each.accepted) for each in report.waves] == [
        (2, 1, 1)
    ]


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("state", "gets"),
    [
        *[(each, False) for each in (MessageState.ACCEPTED, MessageState.COMPLAINED)],
        *[(each, False) for each in (MessageState.UNCERTAIN, MessageState.HELD)],
        *[(each, False) for each in (MessageState.CANCELLED, MessageState.BOUNCED)],
        (MessageState.SET_ASIDE, True),
        (MessageState.EXPIRED, True),
        (MessageState.SKIPPED, True),
        (MessageState.REFUSED, True),
    ],
)
async def test_what_became_of_the_message_decides(
    site: Site,
    tmp_path: Path,
    state: MessageState,
    gets: object,
) -> None:
    number = await finished(site, tmp_path)
    await settle(site, number, ED, state)
    wave = await look(site, number)

    assert (ED in names(wave)) is gets
    assert len(wave.readers) == int(bool(gets))


async def test_a_suppression_that_was_lifted_lets_a_gone_mailbox_be_tried_again(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The new wave proves nothing by the refusal of the first."""
    # a gone mailbox is proven by others at its domain that took the letter
    script(relay, {ED: GONE})
    number = await finished(site, tmp_path)
    known = await contact(site, ED)
    async with site.database.writing() as session:
        await suppressions.suppress(
            session, known.address_key, Why.BOUNCED, now=clock.now()
        )
    before = await look(site, number)
    await lift(site, ED)
    after = await look(site, number)
    relay.script = lambda _verb, _line: None
    await resend(site, number)
    async with site.database.reading() as session:
        found = await session.get(suppressions.Suppression, known.address_key)

    assert before.left_out == {"mailbox_gone": 1}
    assert names(after) == {ED: "refused"}
    assert relay.recipients().count(ED) == 1
    assert found is None


async def test_a_reader_who_moved_gets_it_at_the_new_address(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: GONE})
    number = await finished(site, tmp_path)
    async with site.database.writing() as session:
        await moving.move(
            session, ED, "new@ed.sector.example", AUTHOR, key=site.address_key
        )
    await resend(site, number)

    assert relay.recipients().count("new@ed.sector.example") == 1
    assert ED not in relay.recipients()


async def test_a_merged_reader_who_has_it_at_the_other_address_gets_no_second_copy(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL})
    number = await finished(site, tmp_path)
    async with site.database.writing() as session:
        await merging.merge(session, SC, ED, AUTHOR, key=site.address_key)
    wave = await look(site, number)
    ledger = await campaigning.ledger(site, number)

    assert names(wave) == {}
    assert ledger[ED].state == "accepted"


async def test_late_joiners_get_it_only_if_they_are_asked_for(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL})
    number = await finished(site, tmp_path)
    async with site.database.writing() as session:
        await editing.add(
            session,
            "late@sc.sector.example",
            WantedContact(organisation="sc", topics=("monthly-letter",), basis="asked"),
            AUTHOR,
            key=site.address_key,
        )
    without, with_them = (
        await look(site, number),
        await look(site, number, joiners=True),
    )
    relay.script = lambda _verb, _line: None
    made = await resend(site, number, joiners=True)
    report = await campaigning.report(site, number)

    assert names(without) == {ED: "refused"}
    assert names(with_them) == {ED: "refused", "late@sc.sector.example": "joined"}
    assert made == 2
    assert (report.audience, report.accepted) == (11, 11)
    assert set(Counter(relay.recipients()).values()) == {1}


async def test_two_resends_at_once_send_one_wave(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: FULL})
    number = await finished(site, tmp_path)
    relay.script = lambda _verb, _line: None
    both = [
        resending.resend(site, number, Wanted(), by=user, now=clock.now())
        for user in ("a", "b")
    ]
    results = await asyncio.gather(*both, return_exceptions=True)
    await delivering.work(delivering.tuned(site))

    assert [each for each in results if isinstance(each, int)] == [2]
    assert len([each for each in results if isinstance(each, MailerError)]) == 1
    assert set(Counter(relay.recipients()).values()) == {1}


async def test_an_uncertain_message_of_a_wave_is_not_sent_by_the_next(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: FULL})
    number = await finished(site, tmp_path)
    relay.script = delivering.Once(".", DROP)
    await resending.resend(site, number, Wanted(), by="editor", now=clock.now())
    held = delivering.tuned(site, uncertain="hold", uncertain_minutes=0.0001)
    await delivering.work(held)

    async def over() -> bool:
        await delivering.work(held)
        return await campaigning.state(site, number) == "finished"

    await eventually(over, "the wave is not over")
    wave = await look(site, number)

    assert names(wave) == {}
    assert wave.left_out == {"uncertain": 1}
    with pytest.raises(RefusedError, match="no reader whom a resend may reach"):
        await resend(site, number)


async def test_a_wave_ends_on_its_last_day(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL})
    number = await finished(site, tmp_path)
    script(relay, {ED: "450 4.2.2 try later"})
    today = clock.now().date()
    with pytest.raises(RefusedError, match="has passed"):
        await resending.look(
            site, number, Wanted(until=today - timedelta(days=2)), now=clock.now()
        )
    last = today + timedelta(days=1)
    await resending.resend(
        site, number, Wanted(until=last), by="editor", now=clock.now()
    )
    later = delivering.tuned(site, retry_minutes=(60.0,))
    await delivering.work(later)
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(Message.state).where(
                Message.campaign_id == number, Message.wave == 2
            )
        )
        found = rows.all()

    assert found == ["deferred"]
    assert await campaigning.state(site, number) == "sending"


async def test_only_a_finished_campaign_is_resent_and_only_by_a_resend(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL})
    number = await campaigning.released(site, tmp_path)
    with pytest.raises(RefusedError, match="is sending; only a finished"):
        await look(site, number)
    await delivering.work(delivering.tuned(site))
    with pytest.raises(RefusedError, match="is finished"):
        await release.release(site, number, by="editor", now=clock.now())


async def test_the_command_shows_first_and_sends_the_number_it_was_given(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL})
    number = str(await finished(site, tmp_path))

    async def run(*words: str) -> Ran:
        return await asyncio.to_thread(mailer, *words)

    resend = ("campaigns", "resend", number, "--by", "editor")
    shown = await run(*resend)
    wrong = await run(*resend, "--apply", "--expect", "2")
    sent = await run(*resend, "--apply", "--expect", "1", "--json")
    listed = await run("messages", "list", "--campaign", number, "--json-lines")
    messages = listed.lines

    assert shown.code == 0
    assert ED in shown.out
    assert (wrong.code, wrong.out.count("released")) == (1, 0)
    assert "1 reader would get" in wrong.err
    assert sent.json["by_reason"] == {"refused": 1}
    assert sent.json["names"][0]["address"] == ED
    assert [
        (each["state"], each["wave"]) for each in messages if each["address"] == ED
    ] == [("refused", 1), ("waiting", 2)]


# One contact in a transaction, so that the resend can be killed at any statement.
KILLED = """
import asyncio, itertools, os, signal, sys
from pathlib import Path
from sqlalchemy import event
from mailer import clock
from mailer.outbox import plan
from mailer.outcomes import resending
from mailer.outcomes.resending import Wanted
from mailer.sites.opening import open_site

async def main(path, number, last):
    async with open_site(path) as site:
        statements = itertools.count(1)

        @event.listens_for(site.database.engine.sync_engine, "before_cursor_execute")
        def count(*_):
            if next(statements) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        await resending.resend(site, number, Wanted(), by="editor", now=clock.now())

plan.FIRST_CHUNK = plan.MAX_CHUNK = 300
asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.prove
async def test_a_resend_killed_at_any_statement_is_whole_and_reaches_each_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: FULL, SHS: FULL})
    number = await finished(site, tmp_path)
    ends: list[int] = []
    while 0 not in ends:
        nth = 1 + 12 * len(ends)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED),
            *(str(site.root / "config.toml"), str(number), str(nth)),
            stderr=asyncio.subprocess.DEVNULL,
        )
        ends.append(await process.wait())
        if await campaigning.state(site, number) == "sending":
            break
    relay.script = lambda _verb, _line: None
    await plan.plan(site, number, now=clock.now)
    await delivering.work(delivering.tuned(site))
    report = await campaigning.report(site, number)

    assert set(ends) <= {-signal.SIGKILL, 0}
    assert len(ends) > 2
    assert (report.state, report.accepted) == ("finished", 10)
    assert set(Counter(relay.recipients()).values()) == {1}
