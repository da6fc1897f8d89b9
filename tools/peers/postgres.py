"""A PostgreSQL server for the tests, in a folder of its own, as an ordinary user."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

SETTINGS = {
    "max_connections": "60",
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
}
# Fast and forgetful: what tests write has not to survive a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running server."""

    binaries: Path
    data: Path
    port: int

    @classmethod
    def start(cls, *, durable: bool = False) -> "Cluster":
        """Make a cluster and start it; fail with the way to install PostgreSQL.

        With `durable` it keeps its word like a server in use, for measurements.
        """
        binaries = find_binaries()
        folder = Path(tempfile.mkdtemp(prefix="liaison-postgresql-"))
        if os.geteuid() == 0:
            user = pwd.getpwnam("nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        cluster = cls(binaries=binaries, data=data, port=free_port())
        cluster.run("initdb", "-D", str(data), "-U", "liaison", "-A", "trust", "-N")
        settings = SETTINGS if durable else {**SETTINGS, **FORGETFUL}
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{key} = {value}\n" for key, value in settings.items())
            file.write(f"port = {cluster.port}\n")
        cluster.run("pg_ctl", "-D", str(data), "-w", "-l", f"{data}/log", "start")
        return cluster

    def run(self, command: str, *arguments: str) -> None:
        """Run one of PostgreSQL's commands, which refuse to run as root."""
        options = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
        subprocess.run(
            [self.binaries / command, *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
            **options,  # type: ignore[call-overload]  # only user and group
        )

    def create(self, name: str, *, template: str = "template0") -> str:
        """Create a database; return its address."""
        # copying the files is quicker than the log of a copy, which is the default
        self.execute(
            "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template
        )
        return self.address(name)

    @contextmanager
    def database(self, *, template: str = "template0") -> Iterator[str]:
        """Create a database and yield its address; remove it at the end."""
        name = f"copy_{os.urandom(4).hex()}"
        url = self.create(name, template=template)
        try:
            yield url
        finally:
            self.execute("DROP DATABASE {} WITH (FORCE)", name)

    def execute(self, statement: LiteralString, *names: str) -> None:
        """Run a statement in which names of databases are to be filled in."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def address(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://liaison@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.run("pg_ctl", "-D", str(self.data), "-m", "fast", "stop")
        shutil.rmtree(self.data.parent)


def find_binaries() -> Path:
    """Return the folder of PostgreSQL's commands."""
    if given := os.environ.get("PG_BIN"):
        return Path(given)
    hidden = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if hidden:
        return hidden[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).parent
    pytest.fail(
        "PostgreSQL is missing; as root: apt-get install postgresql, or set PG_BIN"
    )


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
