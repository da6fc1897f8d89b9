"""The doctor sees what a site lacks: users, templates, its key, readers of returns."""

import os
import platform
import secrets as randomness
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.composing import dkim_keys
from mailer.doctor import examine, operation, relay, setup, storage
from mailer.doctor.finding import Finding, Grade
from mailer.outbox import lease
from mailer.reports.review import overview
from mailer.reports.review.overview import NextStep
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from mailer.store import key_check
from mailer.users.models import User
from tests.acts import campaigning
from tests.acts.real_sites import real

BAD = {Grade.WARNING, Grade.ERROR}


def of(found: list[Finding], subject: str) -> list[str]:
    """Return the sentences of warnings and errors on a subject."""
    bad = [each for each in found if each.level in BAD]
    return [each.sentence for each in bad if each.about == subject]


@pytest.fixture
def store() -> str:
    """Run on SQLite only: the kind of store does not matter."""
    return "sqlite"


async def test_another_address_key_is_an_error(site: Site) -> None:
    async with site.database.writing() as session:
        await key_check.keep_check(session, site.address_key)
    other = replace(site, address_key=randomness.token_urlsafe(48).encode())

    assert of(await setup.examine(site), "secrets") == []
    (sentence,) = of(await setup.examine(other), "secrets")
    assert "not the one that this store was made with" in sentence


async def test_users_who_lack_are_named(site: Site) -> None:
    assert of(await setup.examine(site), "users") == []
    async with site.database.writing() as session:
        disabled = update(User).where(User.name == "head-of-unit")
        await session.execute(disabled.values(disabled_at=clock.now()))
    sentences = of(await setup.examine(site), "users")
    assert "no user may approve letters of the class official" in sentences
    async with site.database.writing() as session:
        await session.execute(delete(User))
    assert of(await setup.examine(site), "users") == ["this site has no user yet"]


async def test_one_user_who_writes_and_approves_is_too_few(site: Site) -> None:
    async with site.database.writing() as session:
        await session.execute(delete(User).where(User.name != "editor"))
        roles: dict[str, object] = {
            each: {} for each in ("author", "sender", "approver")
        }
        await session.execute(update(User).values(roles=roles))

    sentences = of(await setup.examine(site), "users")
    assert "editor alone writes and approves letters of the class official" in sentences


async def test_a_letter_type_that_cannot_be_read_is_an_error(site: Site) -> None:
    path = site.templates_folder / "invitation" / "template.toml"
    path.write_text("title = [", encoding="utf-8")

    (sentence,) = of(await setup.examine(replace(site)), "templates")
    assert sentence.startswith("invitation/template.toml")


async def test_a_real_site_is_told_what_nothing_watches(site: Site) -> None:
    found = await setup.examine(real(site))
    assert {each.about for each in found if each.level is Grade.NOTE} == {
        "alerts",
        "backup",
    }
    assert len(of(found, "returns")) == 1
    watched = real(
        site,
        alerts={"to": ["desk@ngo-liaison.int"], "backups": Path("/var/backups")},
        feedback={"listen_port": 2400},
        mail={"only_to": ["*@ngo-liaison.int"]},
    )
    found = await setup.examine(watched)
    assert of(found, "returns") == []
    assert [each.about for each in found if each.level is Grade.NOTE] == ["readers"]


async def test_messages_and_campaigns_that_no_process_takes_are_found(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    due = await campaigning.approved(site, tmp_path)
    now, later = clock.now(), clock.now() + timedelta(minutes=5)
    await campaigning.schedule_at(site, due, now + timedelta(minutes=1))

    assert await operation.processes(site, now=now) == []
    found = await operation.processes(site, now=later)
    assert of(found, "delivery") == ["messages are due, and no worker runs"]
    (sentence,) = of(found, "ticker")
    assert sentence.endswith("Europe/Paris, and no ticker has released it")
    async with site.database.writing() as session:
        await session.execute(update(Campaign).values(state="cancelled"))
    assert await operation.processes(site, now=later) == []


async def test_a_worker_that_runs_here_and_does_not_write_is_not_called_missing(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        worker = await lease.begin(
            session, lease=timedelta(seconds=30), now=clock.now()
        )
    later = clock.now() + timedelta(minutes=5)
    silent = of(await operation.processes(site, now=later), "delivery")
    shown = await overview.overview(site, number, now=later)
    async with site.database.writing() as session:
        await lease.renew(session, worker, lease=timedelta(seconds=30), now=later)
    works = await operation.processes(site, now=later)
    async with site.database.writing() as session:
        await lease.end(session, worker, now=later)
    missing = of(await operation.processes(site, now=later), "delivery")

    us = f"{platform.node()} process {os.getpid()}"
    assert silent == [f"messages are due, and {us} has not written to the store"]
    assert shown.next is NextStep.SEE_STORE
    assert works == []
    assert missing == ["messages are due, and no worker runs"]


async def test_the_size_of_the_store_is_said_and_what_grows_without_an_end(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (size,) = await storage.growth(site)
    assert (size.level, size.about) == (Grade.OK, "growth")
    assert "rows of the record" in size.sentence
    monkeypatch.setattr(storage, "MANY", 0)
    (sentence,) = of(await storage.growth(site), "growth")
    assert "rows of the record for ever" in sentence
    kept = real(site, store={"record_days": 400, "events_days": 400})
    assert of(await storage.growth(kept), "growth") == []


async def test_a_store_that_is_away_is_said_once(site: Site, folder: Path) -> None:
    (folder / "mailer.db").write_bytes(b"no store" * 1000)
    found = await examine.examine(folder / "config.toml", now=clock.now())
    (fault,) = [each for each in found if each.about == "store"]

    assert (fault.level, fault.remedy) == (
        Grade.ERROR,
        "stop all processes and restore a backup",
    )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_store_that_another_program_holds_is_said_to_be_so(
    site: Site, folder: Path
) -> None:
    edit_toml(folder / "config.toml", {("store", "busy_seconds"): 0.1})
    async with site.database.writing() as session:
        await session.execute(select(1))  # takes the lock
        found = await examine.examine(folder / "config.toml", now=clock.now())
    (fault,) = [each for each in found if each.about == "store"]

    assert fault.remedy == "wait until that program is done, or end it"
    assert "another program holds it (database is locked)" in fault.sentence


async def test_a_key_that_was_made_and_is_not_used_is_named(site: Site) -> None:
    unsigned = real(site, dkim={"selector": "", "relay_signs": False})
    (found,) = relay.signing(unsigned)
    assert "mailer keys dkim" in found.remedy
    dkim_keys.make(site.root / "secrets" / "dkim-l1.pem")
    (found,) = relay.signing(unsigned)
    assert found.remedy.startswith("publish the record of dkim-l1.pem")
