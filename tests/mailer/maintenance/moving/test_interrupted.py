"""A move that was interrupted leaves one store that sends, and can be done again."""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from mailer.errors import RefusedError
from mailer.maintenance import starting
from mailer.maintenance.moving.addresses import shown
from mailer.maintenance.moving.target import UNFINISHED
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import moved
from tests.acts import moving
from tests.acts.commands import Mailer
from tests.acts.restoring import contents
from tools.waiting import until

CONFIG = "config.toml"
SECONDS = 60
# The source cannot be marked, as when its disk is full at that instant.
UNMARKABLE = {
    "sqlite": "create trigger unmarkable before update on store_identity"
    " begin select raise(abort, 'the disk is full'); end",
    "postgresql": "create rule unmarkable as on update to store_identity do instead"
    " select 1 / (id - id) from store_identity",
}
MARKABLE = {
    "sqlite": "drop trigger unmarkable",
    "postgresql": "drop rule unmarkable on store_identity",
}


async def run(site: Site, statement: str) -> None:
    async with site.database.writing() as session:
        await session.execute(text(statement))


@pytest.mark.prove
async def test_a_move_stopped_before_the_source_is_marked_begins_again(
    site: Site, store: str, folder: Path, request: pytest.FixtureRequest
) -> None:
    before, to = await contents(site), moving.other(site, request)
    await run(site, UNMARKABLE[store])
    with pytest.raises(RefusedError, match="is as it was"):
        await moving.moved(site, to)
    assert (await starting.identity_of(site)).halt is None
    own = (folder / CONFIG).read_bytes()
    edit_toml(folder / CONFIG, {("store", "url"): to})
    async with open_site(folder / CONFIG) as unfinished:
        halt = (await starting.identity_of(unfinished)).halt
    (folder / CONFIG).write_bytes(own)
    await run(site, MARKABLE[store])
    done = await moving.moved(site, to)
    async with open_site(folder / CONFIG) as new:
        same = await contents(new)

    assert halt is not None
    assert halt.endswith(UNFINISHED)
    assert (same, done.begun_again) == (before, True)


async def test_a_move_stopped_after_the_source_was_marked_is_finished_by_the_next_call(
    site: Site, folder: Path, request: pytest.FixtureRequest
) -> None:
    before, to = await contents(site), moving.other(site, request)
    own = (folder / CONFIG).read_bytes()
    await moving.moved(site, to)
    async with open_site(folder / CONFIG) as new, new.database.writing() as session:
        mark = f"{shown(site.settings.store.url)}{UNFINISHED}"
        await moved.mark(session, mark)
    (folder / CONFIG).write_bytes(own)
    done = await moving.moved(site, to)
    async with open_site(folder / CONFIG) as new:
        same, halt = await contents(new), (await starting.identity_of(new)).halt

    assert (same, halt) == (before, None)
    assert (done.begun_again, done.digests) == (False, {})


def command(folder: Path, to: str) -> list[str]:
    config = str(folder / CONFIG)
    move = ["move", "--to", to, "--yes"]
    return [sys.executable, "-m", "mailer", "--config", config, *move]


@pytest.mark.prove
@pytest.mark.parametrize("store", ["postgresql"])
def test_a_move_that_is_killed_while_it_copies_is_done_again(
    mailer: Mailer, folder: Path
) -> None:
    killed = subprocess.Popen(
        command(folder, "sqlite:///new.db"), stderr=subprocess.DEVNULL
    )
    part = folder / ".new.db.moving"
    until(lambda: part.exists() and part.stat().st_size > 0, "nothing was copied")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (folder / "new.db").exists()
    assert mailer("users", "add", "ana", "--by", "head-of-unit").code == 0
    assert mailer("move", "--to", "sqlite:///new.db", "--yes").code == 0

    assert mailer("users", "list", "--json").json[0]["name"] == "ana"
    assert not part.exists()


@pytest.mark.prove
@pytest.mark.parametrize("store", ["postgresql"])
def test_a_full_disk_in_the_middle_of_a_move_changes_nothing(
    mailer: Mailer, folder: Path
) -> None:
    """The process may write no file over 300 KB."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    before = (folder / CONFIG).read_bytes()
    ran = subprocess.run(
        command(folder, "sqlite:///new.db"),
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )

    assert ran.returncode == 1
    assert "is as it was" in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr
    assert (folder / CONFIG).read_bytes() == before
    assert not list(folder.glob("*new.db*"))
    assert mailer("users", "add", "ana", "--by", "head-of-unit").code == 0
