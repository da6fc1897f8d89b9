"""Faults that users of other newsletter systems have reported, tried here.

Each test names the report as `project#number` on GitHub.
"""

import asyncio
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.outcomes import resuming
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay
from tools.waiting import eventually

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
EACH_ONCE = {1: 10}  # copies → readers


def copies(relay: Relay) -> dict[int, int]:
    """Return how many readers got how many copies."""
    return dict(Counter(Counter(relay.recipients()).values()))


async def test_a_relay_that_closes_after_some_messages_repeats_none_after_a_pause(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """listmonk#2313: resumed, the campaign began with its first reader again."""
    closed_after = set[int]()

    def closing(step: str, _line: str) -> str | None:
        taken = len(relay.accepted)
        if step != "MAIL" or taken % 3 or taken in closed_after | {0}:
            return None
        closed_after.add(taken)
        return "421 4.7.0 enough messages for this connection"

    relay.script = closing
    number = await campaigning.released(site, tmp_path)
    one = delivering.tuned(site)
    working = asyncio.create_task(delivering.work(one))
    await eventually(lambda: len(relay.accepted) >= 3, "nothing goes")
    async with site.database.writing() as session:
        now = clock.now()
        await control.pause(session, number, by="editor", because="421", now=now)
    await working
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        if campaign.state == "paused":  # it may be over already
            await resuming.resume(session, campaign, by="editor", now=clock.now())
    await delivering.work_until(one, lambda: len(relay.accepted) == 10)

    assert copies(relay) == EACH_ONCE
    assert (await campaigning.report(site, number)).accepted == 10


async def test_a_relay_with_few_connections_gets_all_and_none_counts_before(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """listmonk#734, listmonk#1392: what found no connection counted as sent."""

    def two_at_once(step: str, _line: str) -> str | None:
        open_now = sum(not each.gone.is_set() for each in relay.sessions)
        full = step == "CONNECT" and open_now > 2
        return "421 4.7.0 too many connections" if full else None

    relay.script = two_at_once
    number = await campaigning.released(site, tmp_path)
    many = delivering.tuned(site, connections=8)
    await delivering.work_until(many, lambda: len(relay.accepted) == 10)

    assert copies(relay) == EACH_ONCE
    assert (await campaigning.report(site, number)).accepted == 10


async def test_a_reader_of_two_segments_and_two_workers_gets_one_copy(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """mautic#11763, mautic#9880: the same letter went twice to some readers."""
    both = f"({campaigning.SECTORS}) or ({campaigning.SECTORS} and not kind = ngo)"
    number = await campaigning.released(site, tmp_path, audience=both)
    started = [await delivering.process(site, "work", "--until-idle") for _ in range(2)]
    for each in started:
        await each.communicate()

    assert copies(relay) == EACH_ONCE
    assert len(await campaigning.ledger(site, number)) == 10


async def test_a_campaign_is_not_finished_while_readers_wait(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """listmonk#1802, listmonk#2860: finished with less than half sent."""
    seen: list[str] = []

    def greylist(step: str, line: str) -> str | None:
        if step != "RCPT" or line in seen:
            return None
        seen.append(line)
        return "450 4.7.1 greylisted, try again later"

    relay.script = greylist
    number = await campaigning.released(site, tmp_path)
    await delivering.work(delivering.tuned(site, retry_minutes=(60.0,)))
    before = await campaigning.report(site, number)
    await delivering.later(site, number)
    await delivering.work_until(
        delivering.tuned(site), lambda: len(relay.accepted) == 10
    )
    after = await campaigning.report(site, number)

    assert (before.state, before.accepted) == ("sending", 0)
    assert (after.state, after.accepted) == ("finished", 10)
    assert copies(relay) == EACH_ONCE


async def test_a_service_that_is_restarted_while_it_sends_goes_on(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Ghost#27822: a restart of the container left a letter half sent."""
    relay.delay = 0.2
    number = await campaigning.released(site, tmp_path)
    first = await delivering.process(site, "work")
    await eventually(lambda: len(relay.accepted) >= 2, "nothing goes")
    os.kill(first.pid, signal.SIGTERM)
    await first.communicate()
    await delivering.work_until(
        delivering.tuned(site), lambda: len(relay.accepted) == 10
    )

    assert first.returncode == 0
    assert copies(relay) == EACH_ONCE
    assert (await campaigning.report(site, number)).state == "finished"


async def test_a_connection_that_broke_during_a_long_wait_costs_no_attempt(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """listmonk#1496: after an hour's wait for a limit, the campaign slept for ever."""
    number = await campaigning.released(site, tmp_path)
    limited = delivering.changed(site, relay={"per_second": 4.0, "connections": 1})

    async def close_idle(step: str) -> None:
        if step == "." and len(relay.accepted) % 3 == 2:
            loop = asyncio.get_running_loop()
            for each in relay.sessions:
                loop.call_later(0.05, each.close)

    relay.before = close_idle
    await delivering.work_until(limited, lambda: len(relay.accepted) == 10)
    ledger = await campaigning.ledger(site, number)

    assert copies(relay) == EACH_ONCE
    assert {each.attempts for each in ledger.values()} == {1}
