"""/readyz is true only while the site can do its work; /healthz while it runs."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from mailer.outbox.models import Bucket
from mailer.settings.sections import LanguageSettings
from mailer.sites.site import Site
from mailer.web import readiness
from tools.peers.serving import serving

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])


async def asked(site: Site) -> tuple[int, str]:
    async with serving(site) as pages:
        healthy, ready = await pages.get("/healthz"), await pages.get("/readyz")
    assert healthy.status_code == 200
    return ready.status_code, ready.text


async def test_a_site_in_order_is_ready_and_nothing_is_left_in_the_store(
    site: Site,
) -> None:
    answer = await asked(site)
    async with site.database.reading() as session:
        left = (await session.scalars(select(Bucket.name))).all()

    assert answer == (200, "ok")
    assert left == []


@on_sqlite
async def test_without_tables_the_site_is_not_ready(site: Site) -> None:
    with closing(sqlite3.connect(site.root / "mailer.db")) as other:
        other.execute("drop table bucket")
        other.commit()
    status, reason = await asked(site)

    assert status == 503
    assert "schema" in reason


@on_sqlite
async def test_while_another_program_writes_for_long_it_is_not_ready(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    with closing(sqlite3.connect(site.root / "mailer.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        async with serving(site) as pages:
            answers = await asyncio.gather(*(pages.get("/readyz") for _ in range(3)))
            other.rollback()

    assert {each.status_code for each in answers} == {503}
    assert {each.text for each in answers} == {readiness.BUSY}


@pytest.mark.parametrize("store", ["postgresql"])
@pytest.mark.parametrize("table", ["message", "consent", "suppression"])
async def test_while_another_program_holds_one_table_it_is_not_ready(
    site: Site, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """Messages, or opt-outs, could not be written meanwhile."""
    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    async with site.database.writing() as session:
        await session.execute(text(f"lock table {table}"))
        held = await asked(site)
    monkeypatch.setattr(readiness, "PATIENCE", 30.0)

    assert held == (503, readiness.BUSY)
    assert await asked(site) == (200, "ok")


@on_sqlite
async def test_a_full_disk_a_lost_template_and_an_unknown_language_are_found(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    languages = LanguageSettings(default="xx")
    settings = site.settings.model_copy(update={"languages": languages})
    unknown = await asyncio.create_task(
        readiness.Readiness(replace(site, settings=settings)).fault()
    )
    monkeypatch.setattr(readiness, "ROOM", 1 << 60)
    full = await asked(site)
    for each in site.templates_folder.glob("*/template.toml"):
        shutil.rmtree(each.parent)
    lost = await asked(site)

    assert "xx" in unknown
    assert full == (503, "the disk is full")
    assert lost == (503, "there are no templates")
