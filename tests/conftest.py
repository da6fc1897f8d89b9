"""Fixtures: real stores, a real relay, and a site with the sample directory."""

import asyncio
import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import hypothesis
import pytest

from mailer.clock import now
from mailer.maintenance import founding, schema
from mailer.settings.sections import StoreSettings
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store.database import Database, open_database
from tests.acts.commands import Mailer
from tests.marking import Marking
from tools import dice
from tools.peers.postgres import Cluster
from tools.peers.relay import Relay
from tools.peers.zone import Zone

STORES = ("sqlite", "postgresql")

# A property holds or not; how long it takes on a busy machine proves nothing.
hypothesis.settings.register_profile("liaison", deadline=None, print_blob=True)
hypothesis.settings.load_profile("liaison")

# Tests make and remove a million files; in memory that takes a fifth of the time.
MEMORY = Path("/dev/shm")  # noqa: S108 (the folders in it are made by tempfile)
ROOM = 6 << 30  # bytes
ENTRY = 30  # octets of the head of an entry of an archive
LONG = 200  # characters in the name of a test; all names go to each process


def pytest_configure(config: pytest.Config) -> None:
    """Let every test be marked by what it needs, and work in memory."""
    config.pluginmanager.register(Marking(config))
    if "TMPDIR" not in os.environ and MEMORY.is_dir():
        found = os.statvfs(MEMORY)
        if found.f_bavail * found.f_frsize > ROOM and not found.f_flag & os.ST_NOEXEC:
            os.environ["TMPDIR"] = str(MEMORY)
            tempfile.tempdir = None  # it is asked for again


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a long value by its size, and an archive: it has the time it was made at."""
    if isinstance(val, bytes) and val.startswith(b"PK\x03\x04") and len(val) > ENTRY:
        return f"archive of {len(val)}"
    if isinstance(val, str | bytes) and len(val) > LONG:
        return f"{type(val).__name__} of {len(val)}"
    return None


def pytest_collection_finish() -> None:
    """Let the garbage collector pass by what is collected: it stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of our own; a missing one fails, it never skips."""
    running = Cluster.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite site with the sample directory, copied by each test."""
    folder = tmp_path_factory.mktemp("founded") / "site"
    asyncio.run(founding.create_site(folder, with_sample=True, now=now()))
    return unscored(folder)


@pytest.fixture(scope="session")
def founded_on_postgresql(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same on PostgreSQL; each test gets a copy of its database."""
    folder = tmp_path_factory.mktemp("founded-pg") / "site"
    url = cluster.create("founded")
    asyncio.run(founding.create_site(folder, with_sample=True, store=url, now=now()))
    return unscored(folder)


def unscored(folder: Path) -> Path:
    """Leave SpamAssassin out, which takes seconds a campaign; test_spam asks it."""
    edit_toml(folder / "config.toml", {("gate", "spam_limit"): 0})
    return folder


@pytest.fixture
def seed() -> int:
    """A seed for what a test draws, shown where it fails."""
    return dice.a_seed()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """Run the test on both stores."""
    return str(request.param)


@pytest.fixture
def folder(
    request: pytest.FixtureRequest, store: str, tmp_path: Path
) -> Iterator[Path]:
    """A site's folder of one's own, on the store of the test."""
    copy = tmp_path / "site"
    if store == "sqlite":
        shutil.copytree(request.getfixturevalue("founded"), copy)
        yield copy
        return
    shutil.copytree(request.getfixturevalue("founded_on_postgresql"), copy)
    running: Cluster = request.getfixturevalue("cluster")
    with running.database(template="founded") as url:
        edit_toml(copy / "config.toml", {("store", "url"): url})
        yield copy


@pytest.fixture
def mailer(folder: Path, capsys: pytest.CaptureFixture[str]) -> Mailer:
    """The command on the site's folder."""
    return Mailer(config=folder / "config.toml", captured=capsys)


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    """A scripted SMTP server that accepts unless told otherwise."""
    async with Relay() as server:
        yield server


@pytest.fixture
async def spare() -> AsyncIterator[Relay]:
    """A second relay, which no setting names yet."""
    async with Relay() as server:
        yield server


@pytest.fixture
async def zone() -> AsyncIterator[Zone]:
    """A DNS server, without records at first."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        Zone, local_addr=("127.0.0.1", 0)
    )
    yield server
    transport.close()


@pytest.fixture
async def site(folder: Path, relay: Relay) -> AsyncIterator[Site]:
    """A site with the sample directory, its relay the scripted one."""
    values = {("relay", "port"): relay.port, ("dkim", "relay_signs"): True}
    edit_toml(folder / "config.toml", values)
    async with open_site(folder / "config.toml") as opened:
        yield opened


@pytest.fixture
def bare_url(request: pytest.FixtureRequest, store: str) -> Iterator[str]:
    """The address of a store that has no tables yet."""
    if store == "sqlite":
        yield "sqlite:///bare.db"
        return
    running: Cluster = request.getfixturevalue("cluster")
    with running.database() as url:
        yield url


@pytest.fixture
async def empty_store(bare_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated store without any rows."""
    database = open_database(StoreSettings(url=bare_url), tmp_path)
    await schema.upgrade(database, now=now())
    yield database
    await database.close()
