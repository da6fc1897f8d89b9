"""A site moves to the other kind of store with every row; the old one sends nothing."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from audiences.people.site_roles import OWN_BITS, SiteRole
from audiences.record import writing
from mailer import clock
from mailer.errors import RefusedError
from mailer.maintenance import audit_rows, starting
from mailer.outbox import lease, release
from mailer.readers import applying
from mailer.settings import loading
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers
from tests.acts.commands import Mailer
from tests.acts.moving import moved, other
from tests.acts.readers import ED, TOPIC
from tests.acts.restoring import contents
from tools.peers.postgres import Cluster
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, serving

CONFIG = "config.toml"
# A trigger that changes one topic, put on the table as soon as it is made.
CHANGES = """create schema elsewhere;
create function elsewhere.change() returns trigger language plpgsql as
$$begin if new.position = 1 then new.position = 4242; end if; return new; end$$;
create function elsewhere.made() returns event_trigger language plpgsql as
$$begin if to_regclass('public.topic') is not null then
create or replace trigger changes before insert on public.topic
for each row execute function elsewhere.change(); end if; end$$;
create event trigger watch on ddl_command_end when tag in ('CREATE TABLE')
execute function elsewhere.made()"""


@pytest.mark.prove
async def test_every_row_and_the_epoch_come_to_the_new_store_and_back(
    site: Site, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    await campaigning.released(site, tmp_path)
    await delivering.work(site)
    async with site.database.writing() as session:
        session.add(SiteRole(code="chair", bit=OWN_BITS[0], names={"ar": "رئيس"}))
    before = await contents(site)
    epoch = (await starting.identity_of(site)).epoch
    there = await moved(site, other(site, request))
    async with open_site(folder / CONFIG) as new:
        kind, same = new.database.is_sqlite, await contents(new)
        again = await moved(new, other(new, request))
    async with open_site(folder / CONFIG) as back:
        same_again = await contents(back)
        verified = await audit_rows.verify(back)
        async with back.database.reading() as session:
            last = await writing.last_of(session, "store")
        known = await starting.check(back, now=clock.now())

    assert kind is not site.database.is_sqlite
    assert same == same_again == before
    assert (known.epoch, known.halt, known.former) == (epoch, None, {})
    digests = [{**each.digests, "record": None} for each in (there, again)]
    assert digests[0] == digests[1]
    assert last is not None
    assert (verified.faults, verified.rows, last.act) == (0, last.number, "moved")
    assert again.digests["record"].rows == there.digests["record"].rows + 1
    assert there.digests["message"].rows == 10
    assert there.digests["contact_role"].rows == 1


@pytest.mark.prove
async def test_the_old_store_sends_releases_and_takes_nothing(
    site: Site, relay: Relay, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    await campaigning.released(site, tmp_path)
    waits = await campaigning.approved(site, tmp_path)
    row = (await campaigning.ledger(site, 1))[ED]
    link = await readers.signed_of(site, row)
    await moved(site, other(site, request))
    with pytest.raises(RefusedError, match="this store was moved"):
        await delivering.work(site)
    with pytest.raises(RefusedError, match="this store was moved"):
        await release.release(site, waits, by="editor", now=clock.now())
    async with serving(site) as pages:
        ready = await pages.get("/readyz")
        answer = await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)
    old = (await readers.standings(site))[TOPIC]
    async with open_site(site.root / CONFIG) as new:
        await applying.apply_pending(new)
        standing = (await readers.standings(new))[TOPIC]

    assert relay.accepted == []
    assert (ready.status_code, "this store was moved" in ready.text) == (503, True)
    assert answer.status_code == 200
    assert (old, standing) == ("active", "ended")


@pytest.mark.prove
async def test_new_rows_get_new_numbers_after_a_move(
    site: Site, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    first = await campaigning.released(site, tmp_path)
    await moved(site, other(site, request))
    async with open_site(site.root / CONFIG) as new:
        second = await campaigning.released(new, tmp_path)
        await delivering.work(new)
        numbers = [
            each.id
            for campaign in (first, second)
            for each in (await campaigning.ledger(new, campaign)).values()
        ]

    assert len(set(numbers)) == len(numbers) == 20


async def test_a_store_in_use_and_a_target_with_rows_are_refused(
    site: Site, request: pytest.FixtureRequest
) -> None:
    """A worker of this very process uses it; then a former store is the target."""
    before = await contents(site)
    async with site.database.writing() as session:
        number = await lease.begin(session, lease=timedelta(minutes=1), now=clock.now())
    to = other(site, request)
    with pytest.raises(RefusedError, match="workers use this store"):
        await moved(site, to)
    async with site.database.writing() as session:
        await lease.end(session, number, now=clock.now())
    await moved(site, to)
    former = site.settings.store.url
    async with open_site(site.root / CONFIG) as new:
        with pytest.raises(RefusedError, match="is not empty; a move overwrites"):
            await moved(new, former)

    after = await contents(site)
    assert {**after, "worker": []} == {**before, "worker": []}


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("postgresql://u:secret@127.0.0.1/x", "--to has a password"),
        ("postgresql://u@127.0.0.1/x?password=secret", "--to has a password"),
        ("postgresql://u@db.example.org/x", "db.example.org is another machine"),
        ("postgresql://u@127.0.0.1:1/x", "sqlite:///mailer.db is as it was"),
        ("mysql://u@127.0.0.1/x", "--to is no address of a store"),
        ("postgresql://[/x", "--to is no address of a store"),
        ("sqlite:///mailer.db", "is the store of this site already"),
        ("sqlite:///./mailer.db", "is not empty"),
        ("sqlite:///none/new.db", "is no folder"),
        ("sqlite:///config.toml", "is as it was"),
    ],
)
def test_an_address_that_cannot_be_moved_to_is_refused_in_a_sentence(
    mailer: Mailer, folder: Path, to: str, reason: str
) -> None:
    before = (folder / CONFIG).read_bytes()
    ran = mailer("move", "--to", to, "--yes")

    assert (ran.code, ran.out) == (1, "")
    assert reason in ran.err
    assert "secret" not in ran.err
    assert (folder / CONFIG).read_bytes() == before
    assert not list(folder.glob(".*moving*"))


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_value_that_postgresql_does_not_take_is_named(
    mailer: Mailer, folder: Path, request: pytest.FixtureRequest
) -> None:
    with closing(sqlite3.connect(folder / "mailer.db")) as store, store:
        store.execute("update contact set name = 'a' || char(0) || 'b' where id = 7")
    cluster: Cluster = request.getfixturevalue("cluster")
    ran = mailer("move", "--to", cluster.create("with_nul"), "--yes")

    assert ran.code == 1
    assert "contact.name, row 7: a value cannot be moved: it has the" in ran.err


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_difference_between_the_stores_stops_the_move(
    site: Site, folder: Path, request: pytest.FixtureRequest
) -> None:
    """A trigger in the target changes one row on its way."""
    to = other(site, request)
    with psycopg.connect(to) as server:
        server.execute(CHANGES)
    before = await contents(site)
    with pytest.raises(RefusedError, match=r"topic: .* nothing was moved"):
        await moved(site, to)
    with psycopg.connect(to) as server:
        tables = server.execute("select * from pg_tables where schemaname = 'public'")
        assert tables.fetchall() == []

    assert await contents(site) == before
    assert loading.load(folder / CONFIG).store.url == site.settings.store.url
    assert (await starting.identity_of(site)).halt is None
