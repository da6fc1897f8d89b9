"""A resend reaches exactly those whom a finished campaign has not reached."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.errors import MailerError, RefusedError
from mailer.outbox import release
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import resending
from mailer.outcomes.resending import WantedWave
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer, Ran
from tests.acts.resending import (
    ED,
    FULL,
    GONE,
    SC,
    SHS,
    finished,
    look,
    names,
    resend,
    script,
    settle,
    stop,
)
from tools.peers.relay import DROP, Relay
from tools.waiting import eventually


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


async def test_two_resends_at_once_send_one_wave(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: FULL})
    number = await finished(site, tmp_path)
    relay.script = lambda _verb, _line: None
    both = [
        resending.resend(site, number, WantedWave(), by=user, now=clock.now())
        for user in (campaigning.EDITOR, campaigning.APPROVER)
    ]
    results = await asyncio.gather(*both, return_exceptions=True)
    await delivering.work(delivering.tuned(site))

    assert [each for each in results if isinstance(each, int)] == [2]
    assert len([each for each in results if isinstance(each, MailerError)]) == 1
    assert set(Counter(relay.recipients()).values()) == {1}


@pytest.mark.prove
async def test_an_uncertain_message_of_a_wave_is_not_sent_by_the_next(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: FULL})
    number = await finished(site, tmp_path)
    relay.script = delivering.Once(".", DROP)
    await resending.resend(site, number, WantedWave(), by="editor", now=clock.now())
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
            site, number, WantedWave(until=today - timedelta(days=2)), now=clock.now()
        )
    last = today + timedelta(days=1)
    await resending.resend(
        site, number, WantedWave(until=last), by="editor", now=clock.now()
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
    shown = await run("campaigns", "resend", number)
    unnamed = await run("campaigns", "resend", number, "--apply", "--expect", "1")
    wrong = await run(*resend, "--apply", "--expect", "2")
    sent = await run(*resend, "--apply", "--expect", "1", "--json")
    listed = await run("messages", "list", "--campaign", number, "--json-lines")
    messages = listed.lines

    assert shown.code == 0
    assert ED in shown.out
    assert (unnamed.code, "name the user with --by" in unnamed.err) == (1, True)
    assert (wrong.code, wrong.out.count("released")) == (1, 0)
    assert "1 reader would get" in wrong.err
    assert sent.json["by_reason"] == {"refused": 1}
    assert sent.json["names"][0]["address"] == ED
    assert [
        (each["state"], each["wave"]) for each in messages if each["address"] == ED
    ] == [("refused", 1), ("waiting", 2)]
