"""No opt-out is lost: it is on the disk before the store is asked."""

import asyncio
import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mailer.links import Purpose
from mailer.readers import applying, optouts
from mailer.settings.sections import StoreSettings
from mailer.sites.site import Site
from mailer.store.database import open_database
from tests.acts import readers
from tests.acts.opting_out import contact, standing
from tests.acts.readers import ICOM, TOPIC
from tools.peers.serving import ONE_CLICK, serving
from tools.waiting import eventually

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
RECORDED = "Your request has been recorded"


def lines(site: Site) -> list[dict[str, object]]:
    text = (site.root / optouts.FILE).read_text(encoding="ascii")
    return [json.loads(line) for line in text.splitlines()]


@contextmanager
def busy(site: Site) -> Iterator[None]:
    """Hold the write lock of the store, as another program that writes for long."""
    with closing(sqlite3.connect(site.root / "mailer.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


def away(site: Site) -> Site:
    """Return the site with a store that cannot be reached."""
    settings = StoreSettings(url="postgresql://nobody@127.0.0.1:1/nowhere")
    return replace(site, database=open_database(settings, site.root))


async def test_an_opt_out_is_on_the_disk_for_its_owner_only(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)
    (line,) = lines(site)

    stamp = site.signer.stamp(link.unsubscribe, Purpose.UNSUBSCRIBE)
    assert line | {"at": "", "message": 0} == {
        "at": "",
        "kind": "leave",
        "key": stamp.reader.hex(),
        "epoch": stamp.epoch.hex(),
        "topic": None,
        "by": "one-click",
        "message": 0,
    }
    for name in (optouts.FILE, optouts.CURSOR):
        assert stat.S_IMODE((site.root / name).stat().st_mode) == 0o600
    assert not optouts.has_pending(site.root)
    assert await readers.evidence(site) == [(TOPIC, "ended", "one-click")]


@pytest.mark.prove
@on_sqlite
async def test_while_the_store_is_busy_it_is_recorded_and_applied_afterwards(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        with busy(site):
            answers = await asyncio.gather(
                *(pages.post(f"/u/{link.unsubscribe}", ONE_CLICK) for _ in range(3))
            )
            before = await standing(site)

        async def left() -> bool:
            return await standing(site) == "ended"

        await eventually(left, "the opt-out was not applied")

    assert {each.status_code for each in answers} == {200}
    assert all(RECORDED in each.text for each in answers)
    assert before == "active"
    assert await readers.evidence(site) == [(TOPIC, "ended", "one-click")]


async def test_while_the_store_is_away_every_opt_out_is_recorded(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    other = await readers.signed_entry(site, tmp_path)
    has = sorted(await readers.standings(site))
    async with serving(away(site)) as pages:
        form: dict[str, str | list[str]] = {"act": "save", "had": has, "topic": has[1:]}
        answers = [
            await pages.post(f"/p/{link.preferences}", form),
            await pages.post(f"/p/{other.preferences}", {"act": "stop-now"}),
        ]
    await applying.apply_pending(site)

    assert {each.status_code for each in answers} == {200}
    assert all(RECORDED in each.text for each in answers)
    assert await readers.evidence(site) == [(has[0], "ended", "page")]
    assert set((await readers.standings(site, ICOM)).values()) == {"ended"}
    assert (await contact(site, ICOM)).stopped_at is not None


@on_sqlite
async def test_what_only_the_store_can_take_is_refused_while_it_is_away(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(away(site)) as pages:
        answers = [
            await pages.get(f"/p/{link.preferences}"),
            await pages.post(f"/p/{link.preferences}", {"act": "save"}),
        ]

    assert {each.status_code for each in answers} == {503}
    assert {each.headers["retry-after"] for each in answers} == {"60"}


@on_sqlite
async def test_when_the_file_cannot_be_written_nothing_is_claimed(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    (site.root / optouts.FILE).mkdir()
    async with serving(site) as pages:
        answer = await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "Something went wrong" in answer.text
    assert await standing(site) == "active"


@on_sqlite
async def test_a_token_that_is_not_ours_writes_nothing(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(away(site)) as pages:
        answer = await pages.post(f"/u/{link.preferences}", ONE_CLICK)

    assert answer.status_code == 404
    assert not (site.root / optouts.FILE).exists()
