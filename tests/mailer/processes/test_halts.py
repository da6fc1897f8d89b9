"""Nothing leaves a site that is stopped, copied back by hand, or has another key."""

import asyncio
import json
import secrets
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailer import clock
from mailer.cli import acting
from mailer.errors import ConfigError, RefusedError
from mailer.links import Purpose
from mailer.maintenance import starting
from mailer.outbox import claim, release
from mailer.outbox.claim import Search
from mailer.processes import running, ticking
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import identity, last_seen
from tests.acts import campaigning, delivering, readers
from tests.acts.commands import Mailer
from tests.acts.readers import ED
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, serving
from tools.waiting import eventually


async def stop(site: Site) -> None:
    async with site.database.writing() as session:
        await identity.stop(session, by="editor", because="wrong", now=clock.now())


async def go(site: Site) -> None:
    async with site.database.writing() as session:
        await identity.go(session, by="editor", now=clock.now())


async def claimed(site: Site) -> int:
    """Return how many messages a worker would be given; leave them as they are."""
    async with site.database.writing() as session:
        due = await claim.claim(session, Search(), limit=100, now=clock.now())
    return len(due.rows)


async def test_a_stop_holds_a_campaign_being_sent_and_go_continues_it(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    before = await claimed(site)
    await stop(site)
    held = await claimed(site)
    stopping = asyncio.Event()
    worker = asyncio.create_task(
        running.work(site, until_idle=False, stopping=stopping)
    )
    await eventually((site.root / last_seen.NAME).exists, "the worker did not start")
    none = len(relay.accepted)
    await go(site)
    await eventually(lambda: len(relay.accepted) == before, "sending did not go on")
    stopping.set()
    await worker

    assert (before, held, none) == (10, 0, 0)


async def test_a_stopped_site_neither_releases_nor_ticks_but_serves_its_pages(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    other = await campaigning.approved(site, tmp_path)
    await stop(site)
    with pytest.raises(RefusedError, match=r"editor stopped this site at .*: wrong"):
        await release.release(site, other, by="editor", now=clock.now())
    with pytest.raises(RefusedError, match="editor stopped this site"):
        await ticking.tick(site, clock.now())
    with pytest.raises(RefusedError, match="editor stopped this site"):
        await running.work(site, until_idle=True, stopping=asyncio.Event())
    async with serving(site) as pages:
        answer = await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)

    assert answer.status_code == 200
    assert "ended" in (await readers.standings(site)).values()


def test_stop_and_go_are_commands_and_the_doctor_and_the_list_say_so(
    mailer: Mailer,
) -> None:
    """Times are in the zone of the site, in errors and in a log for people, too."""
    stopped = mailer("stop", "--by", "editor", "--because", "a wrong letter")
    again = mailer("stop", "--by", "head-of-unit")
    listed = mailer("campaigns", "list")
    found = mailer("doctor", "--json").json["findings"]
    work = mailer("work", "--until-idle", "--log", "text")
    released = mailer("campaigns", "release", "1", "--by", "editor", "--yes")
    ghost = mailer("go", "--by", "ghost")
    gone = mailer("go", "--by", "head-of-unit")
    nothing = mailer("go")
    after = mailer("campaigns", "list")

    acts = mailer("history", "--json-lines").lines

    assert (stopped.code, again.code, gone.code) == (0, 0, 0)
    assert (ghost.code, nothing.code) == (1, 0)
    assert "no user is called 'ghost'" in ghost.err
    assert [
        (each["by"], each["act"], each["detail"].get("because"))
        for each in acts
        if each["about"] == "site"
    ] == [
        ("head-of-unit", "continued", None),
        ("editor", "stopped", "a wrong letter"),
    ]
    assert "nothing changed: editor stopped this site" in again.out
    assert "nothing is sent: editor stopped this site" in listed.err
    assert "a wrong letter" in listed.err
    told = (again.out, listed.err, work.err, released.err)
    for said in (*told, *(each["sentence"] for each in found)):
        assert "stopped this site" not in said or " UTC" not in said  # site.zone
    assert any("editor stopped" in each["sentence"] for each in found)
    assert work.code == 1
    assert "`mailer go` ends that" in work.err
    assert "nothing is sent" not in after.err


async def test_a_site_with_only_to_writes_to_no_other_address(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Neither those of a new release, nor those who waited when it was copied."""
    before = await campaigning.released(site, tmp_path)
    guarded = delivering.changed(site, mail={"only_to": ("FOCAL-point@ED.*",)})
    after = await campaigning.released(guarded, tmp_path)
    planned = await campaigning.ledger(guarded, after)
    await delivering.work(guarded)

    assert planned[ED].reason is None
    others = [row for address, row in planned.items() if address != ED]
    assert {(row.state, row.reason) for row in others} == {("skipped", "only_to")}
    assert relay.recipients() == [ED, ED]
    report = await campaigning.report(guarded, before)
    assert report.skipped == {"only_to": 9}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_store_copied_back_by_hand_sends_nothing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    store = site.root / "mailer.db"
    await campaigning.released(site, tmp_path)
    copy = sqlite3.connect(tmp_path / "copy.db")
    with closing(sqlite3.connect(store)) as open_store, closing(copy):
        open_store.backup(copy)
    link = await readers.signed_of(site, (await campaigning.ledger(site, 1))[ED])
    await delivering.work(site)
    sent = len(relay.accepted)
    await site.database.close()
    for each in site.root.glob("mailer.db-*"):
        each.unlink()
    shutil.copy(tmp_path / "copy.db", store)
    with pytest.raises(RefusedError, match="this store was restored"):
        await delivering.work(site)
    async with site.database.reading() as session:
        known = await identity.read(session)

    assert sent == len(relay.accepted) == 10
    assert known.epoch != site.signer.stamp(link.unsubscribe, Purpose.UNSUBSCRIBE).epoch
    assert len(known.former) == 1


async def test_a_store_that_was_not_replaced_starts_again_and_again(
    site: Site,
) -> None:
    for _ in range(3):
        assert (await starting.check(site, now=clock.now())).halt is None
    await delivering.work(site)

    assert (await starting.check(site, now=clock.now())).halt is None


async def test_another_store_than_the_one_seen_counts_as_restored(site: Site) -> None:
    await starting.check(site, now=clock.now())
    path = site.root / last_seen.NAME
    for damaged in ("[" * 9_000, '{"epoch": "", "beat": 1e999, "highest": 1}'):
        path.write_text(damaged)
        assert (await starting.check(site, now=clock.now())).halt is None
    kept = json.loads(path.read_text()) | {"epoch": "00000000"}
    path.write_text(json.dumps(kept))

    assert (await starting.check(site, now=clock.now())).awaits_resume


@pytest.mark.parametrize("known", ["first start", "later start"])
async def test_nothing_is_sent_with_another_address_key(
    site: Site, folder: Path, known: str
) -> None:
    if known == "later start":
        await starting.check(site, now=clock.now())
    (folder / "secrets" / "address.key").write_text(secrets.token_urlsafe(48))
    async with open_site(folder / "config.toml") as other:
        with pytest.raises(ConfigError, match=r"keys\.address_file: .* not the one"):
            await running.work(other, until_idle=True, stopping=asyncio.Event())


@pytest.mark.parametrize("pattern", ["unit.example", "*", "a b@unit.example", "@"])
def test_a_pattern_of_only_to_is_an_address_with_stars(
    mailer: Mailer, folder: Path, pattern: str
) -> None:
    edit_toml(folder / "config.toml", {("mail", "only_to"): [pattern]})

    assert "mail.only_to" in mailer("campaigns", "list").err


def test_an_account_that_is_no_user_may_stop_a_site_and_is_recorded(
    mailer: Mailer,
) -> None:
    account = acting.machine_account()
    stopped, gone = mailer("stop"), mailer("go")
    acts = [
        (each["by"], each["act"], each["detail"]["account"])
        for each in mailer("history", "--json-lines").lines
        if each["about"] == "site"
    ]

    assert (stopped.code, gone.code) == (0, 0)
    assert acts == [
        ("machine", "continued", account),
        ("machine", "stopped", account),
    ]
