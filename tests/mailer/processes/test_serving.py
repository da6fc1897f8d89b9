"""`mailer serve` as a process: start, end, a store that is away, a port in use."""

import asyncio
import signal
import socket
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import delivering, lines
from tools.peers.postgres import free_port
from tools.waiting import eventually

UNDONE = b"no message got a new state before the stop\n"
ONLY_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


@asynccontextmanager
async def started(
    site: Site, *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command on the site, with pages at a free port; kill it at the end."""
    port = free_port()
    values = {("web", "port"): port, ("site", "url"): f"http://127.0.0.1:{port}"}
    edit_toml(site.root / "config.toml", values)
    process = await delivering.process(site, *arguments)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def readiness(line: lines.Line) -> httpx.Response | None:
    """Return what /readyz answers; None if nothing answers."""
    url = str(line["about"]).split()[2].rstrip(";")
    async with httpx.AsyncClient() as client:
        try:
            return await client.get(f"{url}/readyz")
        except httpx.TransportError:
            return None


@pytest.mark.prove
@ONLY_SQLITE
@pytest.mark.parametrize(
    ("command", "number"),
    [
        ("serve", signal.SIGTERM),
        ("serve", signal.SIGINT),
        ("serve", signal.SIGHUP),
        ("web", signal.SIGTERM),
        ("work", signal.SIGTERM),
        ("tick", signal.SIGTERM),
    ],
)
async def test_a_process_logs_its_start_and_its_end(
    site: Site, command: str, number: signal.Signals
) -> None:
    async with started(site, command) as process:
        before = await lines.until(process, "process.started")
        # the last that gets its handler; Python itself has one for SIGINT
        await eventually(
            lambda: handles(process.pid, signal.SIGHUP), "it takes no signal"
        )
        process.send_signal(number)
        stdout, stderr = await process.communicate()
    after = lines.read(stderr)

    assert process.returncode == 0
    assert stdout == (UNDONE if command == "work" else b"")
    assert lines.events(before + after) == [
        *("process.started", "process.stopping", "process.stopped")
    ]
    assert {each["process"] for each in before + after} == {command}
    assert after[0]["signal"] == number.name


def handles(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (caught,) = [line for line in status.splitlines() if line.startswith("SigCgt")]
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.prove
@ONLY_SQLITE
@pytest.mark.parametrize("command", ["serve", "web"])
@pytest.mark.parametrize("form", ["json", "text"])
async def test_a_port_in_use_is_one_sentence(
    site: Site, command: str, form: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        edit_toml(site.root / "config.toml", {("web", "port"): port})
        process = await delivering.process(site, command, "--log", form)
        _, stderr = await process.communicate()
    *_, last = stderr.decode().splitlines()
    sentence = f"web.host, web.port: 127.0.0.1 port {port} cannot be used"

    assert process.returncode == 1
    assert len(stderr.splitlines()) == 2
    assert sentence in (lines.read(last)[0]["reason"] if form == "json" else last)


@pytest.mark.prove
@pytest.mark.parametrize("command", ["serve", "web", "work", "tick"])
async def test_a_store_that_is_not_there_yet_is_waited_for(
    site: Site, command: str, store: str
) -> None:
    """The log says so once; what the process does begins when the store comes."""
    url = str(site.settings.store.url)
    port = free_port()
    away = "sqlite:///later/mailer.db"
    if store == "postgresql":
        away = make_url(url).set(port=port).render_as_string(hide_password=False)
    edit_toml(site.root / "config.toml", {("store", "url"): away})
    async with started(site, command) as process:
        before = await lines.until(process, "store.away")
        async with come(site, store, port):
            back = await lines.until(process, "store.back")
            process.terminate()
            _, stderr = await process.communicate()
    counted = Counter(lines.events(before + back + lines.read(stderr)))

    assert process.returncode == 0, stderr
    assert counted["store.away"] == counted["store.back"] == 1


@asynccontextmanager
async def come(site: Site, store: str, port: int) -> AsyncIterator[None]:
    """Let the store be there."""
    if store == "sqlite":
        coming = site.root / "coming"  # it is there in one step, as a mounted disk
        coming.mkdir()
        await site.database.close()
        for path in site.root.glob("mailer.db*"):
            path.rename(coming / path.name)
        coming.rename(site.root / "later")
        yield
        return
    theirs = make_url(site.settings.store.url).port

    async def forward(
        inward: asyncio.StreamReader, answer: asyncio.StreamWriter
    ) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", theirs)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(pump(inward, writer))
                tasks.create_task(pump(reader, answer))
        finally:  # also at the end of the test, when the task is cancelled
            for each in (writer, answer):
                each.close()
                with suppress(OSError):
                    await each.wait_closed()

    server = await asyncio.start_server(forward, "127.0.0.1", port)
    yield
    server.close()


async def pump(source: StreamReader, target: StreamWriter) -> None:
    while octets := await source.read(1 << 16):
        target.write(octets)
    target.close()


@pytest.mark.prove
@ONLY_SQLITE
async def test_a_store_that_stays_locked_is_one_line(site: Site) -> None:
    """Ticks, looks for opt-outs and delivery all meet it, many times."""
    values = {("store", "busy_seconds"): 0.1, ("ticker", "seconds"): 0.05}
    edit_toml(site.root / "config.toml", values)
    async with started(site, "serve") as process:
        begun = await lines.until(process, "process.started")
        answers: list[int] = []
        async with site.database.writing() as session:
            await session.execute(select(1))  # takes the lock
            while len(answers) < 3:
                answer = await readiness(begun[-1])
                if answer is not None and "locked" in answer.text:
                    answers.append(answer.status_code)
        back = await lines.until(process, "store.back")
        process.terminate()
        _, stderr = await process.communicate()
    every = lines.events(begun + back + lines.read(stderr))

    assert answers == [503] * 3
    assert process.returncode == 0
    assert every == [
        "process.started",
        *("store.away", "store.back"),
        *("process.stopping", "process.stopped"),
    ], stderr
