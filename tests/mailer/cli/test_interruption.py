"""A command that Ctrl-C ends says what is true, and ends with 130."""

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer.campaigns.models import Campaign
from mailer.cli import interruption
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay
from tools.waiting import eventually

# Interrupts the process when it begins to load a module.
INTERRUPTING = """import os, signal, sys
class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder)
"""
PATIENT = 20  # presses of Ctrl-C
ENDS = {130, -signal.SIGINT}  # a shell shows 130 for both
# Each message takes a while to make.
SLOW = """CREATE TRIGGER slow AFTER INSERT ON message BEGIN
UPDATE campaign SET name = name WHERE 0 = (WITH RECURSIVE steps(step) AS (
SELECT 1 UNION ALL SELECT step + 1 FROM steps WHERE step < 300000)
SELECT count(*) FROM steps); END"""


@pytest.fixture
def store() -> str:
    """Run on SQLite, which a test can slow down."""
    return "sqlite"


async def interrupted(process: asyncio.subprocess.Process) -> str:
    """Interrupt a process; return what it printed on stderr, on one line."""
    process.send_signal(signal.SIGINT)
    _, stderr = await process.communicate()
    assert process.returncode == 130, stderr
    return " ".join(stderr.decode().split())


def script(site: Site, sql: str) -> None:
    with sqlite3.connect(site.root / "mailer.db") as store:
        store.execute(sql)


async def slow_release(site: Site, number: int) -> asyncio.subprocess.Process:
    """Begin the release of a campaign, which takes long; return its process."""
    script(site, SLOW)
    process = await delivering.process(
        site, "campaigns", "release", str(number), "--yes", "--by", "editor"
    )

    async def is_sending() -> bool:
        return await campaigning.state(site, number) == "sending"

    await eventually(is_sending, "it does not begin")
    return process


@pytest.mark.prove
async def test_a_release_that_began_is_said_to_be_sent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    process = await slow_release(site, number)
    sentence = await interrupted(process)
    script(site, "DROP TRIGGER slow")
    await delivering.work(site)

    assert "is released: a worker makes the messages that are missing" in sentence
    assert f"`mailer campaigns pause {number}` stops it" in sentence
    assert "changed nothing" not in sentence
    assert len(relay.accepted) == 54


async def test_a_command_that_waits_for_the_store_has_changed_nothing(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    before = await campaigning.state(site, number)
    async with site.database.writing() as session:
        await session.execute(select(Campaign.id))  # takes the lock
        process = await delivering.process(
            site, "campaigns", "release", str(number), "--yes", "--by", "editor"
        )
        await eventually(lambda: has_open(process.pid, "mailer.db"), "it does nothing")
        process.send_signal(signal.SIGINT)
    _, stderr = await process.communicate()

    assert process.returncode == 130
    assert interruption.NOTHING in stderr.decode()
    assert await campaigning.state(site, number) == before


@pytest.mark.prove
async def test_a_person_who_presses_ctrl_c_again_and_again_is_told_the_same(
    site: Site, tmp_path: Path
) -> None:
    """The store is locked, so that the command cannot end before the second."""
    number = await campaigning.approved(site, tmp_path)
    async with site.database.writing() as session:
        await session.execute(select(Campaign.id))  # takes the lock
        process = await delivering.process(
            site, "campaigns", "release", str(number), "--yes", "--by", "editor"
        )
        await eventually(lambda: has_open(process.pid, "mailer.db"), "it does nothing")
        await press_often(process)
    _, stderr = await process.communicate()

    assert process.returncode in ENDS
    *before, last = stderr.decode().splitlines()
    assert last == f"mailer: {interruption.NOTHING}"
    assert before in ([], ["campaign 1 has 1 reader now"])


@pytest.mark.prove
async def test_a_release_that_began_is_never_denied_however_often_it_is_interrupted(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)
    process = await slow_release(site, number)
    await press_often(process)
    _, stderr = await process.communicate()

    assert process.returncode in ENDS
    assert "changed nothing" not in stderr.decode()
    assert "stopped" in stderr.decode().splitlines()[-1]
    assert not {"asyncio", "Traceback"} & set(re.findall(r"\w+", stderr.decode()))


async def press_often(process: asyncio.subprocess.Process) -> None:
    """Press Ctrl-C until the process ends, twenty times at most."""
    for _ in range(PATIENT):
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.05)
            return


def has_open(pid: int, name: str) -> bool:
    """Whether a process has a file of this name open."""
    folder = Path(f"/proc/{pid}/fd")
    # a file may be closed between listing and reading
    with suppress(FileNotFoundError):
        return any(str(each.readlink()).endswith(name) for each in folder.iterdir())
    return False


@pytest.mark.prove
async def test_a_worker_says_that_the_rest_waits(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    edit_toml(site.root / "config.toml", {("delivery", "mark_ahead"): 1})
    relay.delay = 0.5
    process = await delivering.process(site, "work", "--until-idle", "--log", "text")
    await eventually(lambda: "." in relay.commands or bool(relay.accepted), "no mail")
    sentence = await interrupted(process)

    assert "what has not left yet waits, and `mailer work` sends it" in sentence
    assert 0 < len(relay.accepted) < 54


async def test_a_site_that_is_not_complete_is_said_to_be_so(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer", "init", str(tmp_path / "new"), "--sample"),
        stderr=asyncio.subprocess.PIPE,
    )
    await eventually((tmp_path / "new" / "mailer.db").exists, "it makes no store")

    assert "is not complete: delete it" in await interrupted(process)


async def test_what_is_committed_is_never_denied(site: Site) -> None:
    async with site.database.reading() as session:
        await session.execute(select(Campaign.id))
    read = str(interruption.after(site.database.commits))
    async with site.database.connection() as held:
        async with held.transaction(writing=False) as session:
            await session.execute(select(Campaign.id))
        staged = str(interruption.after(site.database.commits))
        async with held.transaction(writing=True) as session:
            await session.execute(select(Campaign.id))
    written = str(interruption.after(site.database.commits))

    assert read == staged == interruption.NOTHING
    assert written == "stopped; what this command had done by then stays"


@pytest.mark.parametrize("module", ["click", "mailer.cli.output", "sqlalchemy"])
def test_a_command_that_is_still_loading_ends_with_130(
    tmp_path: Path, module: str
) -> None:
    interrupting = INTERRUPTING.format(module=module)
    (tmp_path / "sitecustomize.py").write_text(interrupting, encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "mailer", "topics", "list"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stderr.split() == ["mailer:", *interruption.NOTHING.split()]
    assert ran.returncode == 130
