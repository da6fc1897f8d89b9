"""Opt-outs of the file are applied once, in order, and first of all."""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from audiences import suppressions
from audiences.suppressions import Suppression
from mailer import clock
from mailer.readers import applying, optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers
from tests.acts.opting_out import contact, leaving, standing
from tests.acts.readers import ED, ICOM, TOPIC
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, serving
from tools.waiting import eventually

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
APPENDING = """
import sys
from pathlib import Path
from typing import Any
from mailer import clock
from mailer.readers import optouts
for number in range(50):
    one = optouts.OptOut(
        at=clock.now(), kind="leave", by="page", topic=sys.argv[2], message=number
    )
    optouts.append(Path(sys.argv[1]), [one])
"""


def lines(site: Site) -> list[dict[str, object]]:
    text = (site.root / optouts.FILE).read_text(encoding="ascii")
    return [json.loads(line) for line in text.splitlines()]


async def test_a_worker_applies_what_waits_before_it_claims(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    optouts.append(site.root, [leaving(site, link)])
    await delivering.work(site)

    assert len(relay.accepted) == 9
    assert ED not in {each.recipient for each in relay.accepted}
    assert not optouts.has_pending(site.root)


async def test_killed_before_the_note_it_is_applied_again_and_counts_once(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    optouts.append(site.root, [leaving(site, link), leaving(site, link)])
    for _ in range(2):
        async with site.database.writing() as session:
            await applying.apply(session, site.root, now=clock.now())
    await asyncio.gather(*(applying.apply_pending(site) for _ in range(5)))

    assert not optouts.has_pending(site.root)
    assert await readers.evidence(site) == [(TOPIC, "ended", "one-click")]


@on_sqlite
async def test_several_processes_append_at_once_and_no_line_is_lost(
    site: Site,
) -> None:
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", APPENDING, str(site.root), f"topic-{each}")
        )
        for each in range(4)
    ]
    codes = [await each.wait() for each in started]
    found = {(each["topic"], each["message"]) for each in lines(site)}

    assert codes == [0, 0, 0, 0]
    assert found == {(f"topic-{a}", b) for a in range(4) for b in range(50)}


@on_sqlite
async def test_an_unfinished_line_costs_only_itself(site: Site, tmp_path: Path) -> None:
    """A power cut left half a line, which was never answered."""
    link = await readers.signed(site, tmp_path)
    half = leaving(site, link).line()[:40]
    (site.root / optouts.FILE).write_bytes(b"[]\n\n{}\n" + half)
    await applying.apply_pending(site)
    before = await standing(site)
    optouts.append(site.root, [leaving(site, link)])
    await applying.apply_pending(site)

    assert (before, await standing(site)) == ("active", "ended")
    assert not optouts.has_pending(site.root)


async def test_a_forged_line_costs_only_itself(site: Site, tmp_path: Path) -> None:
    """Somebody wrote into the file: JSON that this program never writes."""
    link = await readers.signed(site, tmp_path)
    ours = json.loads(leaving(site, link).line())
    changed: list[dict[str, object]] = [
        {"message": float("inf")},
        {"message": 10**30},
        {"message": -1},
        {"message": 1.5},
        {"topic": {"a": 1}},
        {"topic": "a\0b"},
        {"topic": "x" * 1_000},
        {"key": ["00"]},
        {"key": "00" * 1_000},
        {"epoch": 5},
        {"at": "2027-05-04T10:00:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"kind": "join"},
    ]
    forged = [json.dumps({**ours, **each}).encode() for each in changed]
    forged += [b"[" * 100_000, b"1" * 5_000, b"\xff\x00", b"x" * 3_000_000]
    (site.root / optouts.FILE).write_bytes(b"\n".join(forged) + b"\n")
    await applying.apply_pending(site)
    before = await standing(site)
    optouts.append(site.root, [leaving(site, link)])
    await applying.apply_pending(site)

    assert (before, await standing(site)) == ("active", "ended")
    assert not optouts.has_pending(site.root)


@pytest.mark.prove
async def test_more_than_one_batch_is_applied(site: Site, tmp_path: Path) -> None:
    link = await readers.signed(site, tmp_path)
    unknown = leaving(site, link, message=999_999)
    optouts.append(site.root, [unknown] * (optouts.BATCH + 1))
    optouts.append(site.root, [leaving(site, link)])
    await applying.apply_pending(site)

    assert not optouts.has_pending(site.root)
    assert await standing(site) == "ended"


@pytest.mark.parametrize("kind", [Wish.LEAVE, Wish.STOP])
async def test_an_opt_out_from_before_a_confirmed_wish_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path, kind: Wish
) -> None:
    link = await readers.signed(site, tmp_path)
    early = leaving(site, link, kind=kind)
    async with serving(site) as pages:
        await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)
        await readers.ask_again(site, pages, link, relay)
    optouts.rewind(site.root)
    optouts.append(site.root, [early])
    await applying.apply_pending(site)

    assert await standing(site) == "active"
    assert (await contact(site)).stopped_at is None


async def test_an_import_or_a_wrong_clock_does_not_outdate_an_opt_out(
    site: Site, tmp_path: Path
) -> None:
    """The subscription was imported while the clock was a week ahead."""
    link = await readers.signed(site, tmp_path)
    with time_machine.travel(clock.now() - timedelta(days=7), tick=True):
        optouts.append(site.root, [leaving(site, link)])
        await applying.apply_pending(site)

    assert await standing(site) == "ended"


async def test_without_the_message_the_fingerprint_says_whom_it_is_about(
    site: Site, tmp_path: Path
) -> None:
    """A restored store has used the number of the message for another reader."""
    link = await readers.signed(site, tmp_path)
    key = (await contact(site, ICOM)).address_key[:8]
    optouts.append(
        site.root,
        [
            leaving(site, link, key=key, topic=TOPIC),
            leaving(site, link, key=bytes(8), topic=TOPIC),
        ],
    )
    await applying.apply_pending(site)

    assert await standing(site, ICOM) == "ended"
    assert await standing(site) == "active"


async def test_a_suppression_of_the_file_is_applied_unless_it_was_lifted_since(
    site: Site,
) -> None:
    key = (await contact(site)).address_key
    earlier = clock.now() - timedelta(hours=1)
    optouts.append(
        site.root,
        [OptOut(at=earlier, kind=Wish.SUPPRESS, by="complained", key=key)],
    )
    await applying.apply_pending(site)
    async with site.database.reading() as session:
        reason = await session.scalar(select(Suppression.reason))
    async with site.database.writing() as session:
        await suppressions.lift(session, key, now=clock.now(), detail="asked")
    optouts.rewind(site.root)
    await applying.apply_pending(site)
    async with site.database.reading() as session:
        after = await session.scalar(select(Suppression.reason))

    assert (reason, after) == ("complained", None)


@pytest.mark.prove
@on_sqlite
async def test_the_ticker_applies_what_waits(site: Site, tmp_path: Path) -> None:
    link = await readers.signed(site, tmp_path)
    optouts.append(site.root, [leaving(site, link)])
    ticking = await delivering.process(site, "tick")

    async def left() -> bool:
        return await standing(site) == "ended"

    try:
        await eventually(left, "the ticker has not applied the opt-out")
    finally:
        ticking.terminate()
        await ticking.communicate()
    assert await campaigning.state(site, 1) == "sending"
