"""A backup of a site in use can be restored; what is restored sends nothing."""

import asyncio
import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audiences.contacts import find
from mailer import clock
from mailer.errors import RefusedError
from mailer.outbox import release
from mailer.outbox.models import Message
from mailer.processes import running
from mailer.readers import applying, optouts
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, delivering, readers, reading
from tests.acts.commands import Mailer
from tests.acts.readers import ED, ICOM, TOPIC
from tests.acts.restoring import backed_up, contents, restored
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, serving
from tools.waiting import eventually

pytestmark = pytest.mark.prove


async def test_what_is_restored_is_what_was_backed_up(
    site: Site, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    await campaigning.released(site, tmp_path)
    await delivering.work(site)
    archive, manifest = await backed_up(site, tmp_path)
    config = await restored(site, archive, tmp_path / "new", request)
    async with open_site(config) as other:
        same = await contents(other)
        async with other.database.reading() as session:
            known = await identity.read(session)

    assert same == await contents(site)
    assert manifest.rows["message"] == 10
    assert known.awaits_resume
    assert [each.hex() for each in known.former] == [manifest.epoch]
    templates = site.root / "templates"
    for each in templates.rglob("*.mjml"):
        copied = tmp_path / "new" / "templates" / each.relative_to(templates)
        assert copied.read_bytes() == each.read_bytes()
    assert archive.stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "config.toml").stat().st_mode & 0o077 == 0


async def test_a_restored_store_sends_and_releases_nothing_but_its_pages_work(
    site: Site, relay: Relay, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    await campaigning.released(site, tmp_path)
    waits = await campaigning.approved(site, tmp_path)
    archive, _ = await backed_up(site, tmp_path)
    row = (await campaigning.ledger(site, 1))[ED]
    link = await readers.signed_of(site, row)
    config = await restored(site, archive, tmp_path / "new", request)
    async with open_site(config) as other:
        with pytest.raises(RefusedError, match="this store was restored"):
            await delivering.work(other)
        with pytest.raises(RefusedError, match="this store was restored"):
            await release.release(other, waits, by="editor", now=clock.now())
        async with serving(other) as pages:
            answer = await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)
        standing = (await readers.standings(other))[TOPIC]
        again = (await readers.signed_of(other, row)).message_id

    assert relay.accepted == []
    assert (answer.status_code, standing) == (200, "ended")
    assert again != link.message_id


async def test_links_of_the_lost_time_stop_their_readers_and_no_id_comes_twice(
    site: Site, relay: Relay, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    archive, _ = await backed_up(site, tmp_path)
    await campaigning.released(site, tmp_path)
    await delivering.work(site)
    lost = await campaigning.ledger(site, 1)
    links = {each: await readers.signed_of(site, row) for each, row in lost.items()}
    config = await restored(site, archive, tmp_path / "new", request)
    async with open_site(config) as other:
        async with other.database.writing() as session:
            await identity.resume(
                session, by="editor", because="a drill", now=clock.now()
            )
        await campaigning.released(
            other, tmp_path, audience="kind = ngo and sub(monthly-letter)"
        )
        await delivering.work(other)
        async with serving(other) as pages:
            for each in links.values():
                answer = await pages.post(f"/u/{each.unsubscribe}", ONE_CLICK)
                assert answer.status_code == 200
        ended = {each: await readers.standings(other, each) for each in links}
        icom = await readers.standings(other, ICOM)

    ids = [reading.parsed(each.octets)["Message-ID"] for each in relay.accepted]
    assert len(ids) == len(set(ids)) > 10
    assert len({each.sender for each in relay.accepted}) == len(ids)
    assert all(set(each.values()) == {"ended"} for each in ended.values())
    assert icom[TOPIC] == "active"


async def test_a_campaign_being_sent_is_backed_up_as_of_one_instant(
    site: Site, relay: Relay, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    number = await campaigning.released(site, tmp_path, audience="sub(monthly-letter)")
    stopping = asyncio.Event()
    worker = asyncio.create_task(
        running.work(site, until_idle=False, stopping=stopping)
    )
    await eventually(lambda: len(relay.accepted) > 50, "nothing was sent")
    archive, manifest = await backed_up(site, tmp_path)
    stopping.set()
    await worker
    config = await restored(site, archive, tmp_path / "new", request)
    async with open_site(config) as other:
        async with other.database.reading() as session:
            states = await session.execute(
                select(Message.state, func.count())
                .where(Message.campaign_id == number)
                .group_by(Message.state)
            )
            counts = {state: count for state, count in states}

    assert sum(counts.values()) == manifest.rows["message"]
    assert counts["accepted"] > 0


@pytest.mark.parametrize("store", ["sqlite"])
def test_the_keys_go_into_a_file_of_their_own(
    mailer: Mailer, folder: Path, tmp_path: Path
) -> None:
    keys, into = tmp_path / "keys.tar.gz", tmp_path / "new"
    made = mailer("backup", str(tmp_path), "--with-keys", str(keys), "--json")
    secret = (folder / "secrets" / "signing.key").read_bytes().strip()
    archive = Path(made.json["archive"])
    again = mailer("restore", str(archive), "--into", str(into), "--keys", str(keys))
    other = Mailer(config=into / "config.toml", captured=mailer.captured)

    assert (made.code, again.code) == (0, 0)
    assert secret not in gzip.decompress(archive.read_bytes())
    assert keys.stat().st_mode & 0o077 == 0
    assert (into / "secrets" / "signing.key").read_bytes().strip() == secret
    assert "this store was restored" in other("campaigns", "list").err


async def test_opt_outs_of_the_lost_time_are_applied_and_older_ones_change_nothing(
    site: Site, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    archive, _ = await backed_up(site, tmp_path)
    async with site.database.reading() as session:
        ed, icom = [
            (await find(session, each, key=site.address_key)).address_key
            for each in (ED, ICOM)
        ]
    late = clock.now().isoformat()
    early = (clock.now() - timedelta(days=4000)).isoformat()
    lines = [
        {"at": late, "kind": "leave", "key": ed[:8].hex(), "topic": TOPIC},
        {"at": early, "kind": "stop", "key": icom.hex()},
        {"at": late, "kind": "suppress", "key": "00" * 16, "by": "asked"},
    ]
    into = tmp_path / "new"
    into.mkdir()
    written = [json.dumps({"by": "page", "topic": None} | each) for each in lines]
    text = "\n".join(["not JSON", *written, ""])
    (into / optouts.FILE).write_text(text, encoding="utf-8")
    config = await restored(site, archive, into, request)
    async with open_site(config) as other:
        await applying.apply_pending(other)
        left = await readers.standings(other, ED)
        kept = await readers.standings(other, ICOM)
        suppressed = (await contents(other))["suppression"]

    assert left == await readers.standings(site, ED) | {TOPIC: "ended"}
    assert set(kept.values()) == {"ended"}
    assert len(suppressed) == 1
