"""An act on a campaign that is killed is done as a whole or not at all."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import control
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import Relay

# The command itself, which kills its process at a statement or at a commit.
KILLED = """
import itertools, os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from mailer.cli.main import run

seen, last = itertools.count(1), int(sys.argv[1])

def count(*_):
    if next(seen) == last:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", count)
event.listen(Engine, "commit", count)
sys.exit(run(sys.argv[2:]))
"""
STEP = 20  # statements between two kills


async def called(site: Site, *words: str, killed_at: int = 0) -> tuple[int, str]:
    """Run a command; return its exit code and what it said."""
    config = str(site.root / "config.toml")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", KILLED, str(killed_at), "--config", config, *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    said, _ = await process.communicate()
    return int(process.returncode or 0), said.decode()


@pytest.mark.prove
@pytest.mark.parametrize(
    ("verb", "state", "already"),
    [
        ("cancel --yes", "cancelled", "is cancelled already"),
        ("resume", "sending", "is sending, not paused"),
    ],
)
async def test_an_act_killed_anywhere_is_whole_and_then_said_to_be_done(
    site: Site, relay: Relay, tmp_path: Path, verb: str, state: str, already: str
) -> None:
    number = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        now = clock.now()
        await control.pause(session, number, by="editor", because="", now=now)
    words = ("campaigns", *verb.split(), str(number), "--by", "editor")
    states, codes = set[str](), list[int]()
    while 0 not in codes and state not in states:
        code, _ = await called(site, *words, killed_at=8 + STEP * len(codes))
        codes.append(code)
        states.add(await campaigning.state(site, number))
    code, said = await called(site, *words)
    await delivering.work(site)

    assert set(codes) <= {-signal.SIGKILL, 0}
    assert -signal.SIGKILL in codes
    assert states <= {"paused", state}
    assert (code, already in said) == (1, True), said
    assert len(relay.accepted) == (10 if state == "sending" else 0)
