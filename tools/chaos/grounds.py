"""A site to fight over: made, filled and driven by the commands alone."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailer.settings.toml import edit_toml
from tools.chaos import watching
from tools.chaos.nursery import Child, Nursery
from tools.chaos.sink import Sink
from tools.peers.postgres import Cluster

CAMPAIGN = """name = "{name}"
template = "monthly-letter"
date = 2027-05-04
author = "editor"
audience = "kind = ngo and sub(monthly-letter)"
"""
TEXT = """---
subject: News in a storm
preheader: It is short
---
# opening

Dear {organisation}, whatever happens, this comes once.
"""
HEADINGS = "address,name,organisation,organisation_name,kind,country,languages,topics"
PATIENCE = 120.0  # seconds a command may take on a busy machine


class CommandError(RuntimeError):
    """A command of the site failed where it must not."""


@dataclass(kw_only=True)
class Ground:
    """The site, its sink, and the processes that run on it."""

    folder: Path
    nursery: Nursery
    sink: Sink
    readers: int
    store: str = ""  # the address of a PostgreSQL database; empty: SQLite
    cluster: Cluster | None = None
    acts: list[tuple[str, str, float]] = field(default_factory=list)
    starts: int = 0

    @property
    def config(self) -> Path:
        """Return the site's configuration."""
        return self.folder / "config.toml"

    def found(self, **delivery: object) -> None:
        """Make the site, its readers and its users."""
        store = ("--store", self.store) if self.store else ()
        self.command("init", str(self.folder), *store)
        quick = {"lease_seconds": 5, "retry_minutes": [0.02]}
        self.configure(**{**quick, **delivery})
        everything = [f"--role={role}" for role in ("author", "sender", "steward")]
        self.command("users", "add", "editor", *everything)
        second = ("head-of-unit", "--role=approver", "--by=editor")
        self.command("users", "add", *second)
        people = self.folder / "people.csv"
        people.write_text(_people(self.readers), encoding="utf-8")
        basis = ("--basis", "they asked for it in writing, form 7")
        self.command(
            "contacts", "import", str(people), "--apply", "--by", "editor", *basis
        )

    def configure(self, **delivery: object) -> None:
        """Point the site to the sink, and set what [delivery] says."""
        values: dict[tuple[str, str], object] = {
            ("site", "demo"): True,  # its relay is on this machine
            ("relay", "port"): self.sink.port,
        }
        for key, value in delivery.items():
            values["delivery", key] = value
        edit_toml(self.config, values)

    def approved(self) -> int:
        """Write and approve a campaign to everybody; return its number."""
        self.starts += 1
        place = self.folder / f"letter-{self.starts}"
        place.mkdir()
        text = CAMPAIGN.format(name=f"Storm {self.starts}")
        (place / "campaign.toml").write_text(text, encoding="utf-8")
        (place / "en.md").write_text(TEXT, encoding="utf-8")
        said = self.command("campaigns", "import", str(place), "--json")
        number = int(json.loads(said[said.index("{") :])["id"])
        self.command("campaigns", "approve", str(number), "--by", "head-of-unit")
        return number

    def released(self) -> int:
        """Write, approve and release a campaign to everybody; return its number."""
        number = self.approved()
        self.command("campaigns", "release", str(number), "--by", "editor")
        return number

    def start(self, *arguments: str, stopped: bool = False) -> Child:
        """Start a command and go on; what it says is in a file beside the account."""
        self.starts += 1
        said = self.sink.folder / f"said-{self.starts}.txt"
        return self.nursery.start(
            ["--config", str(self.config), *arguments],
            said=said,
            environment={"COLUMNS": "200"},
            stopped=stopped,
        )

    def command(self, *arguments: str) -> str:
        """Run a command to its end and return what it said; it must succeed."""
        child = self.start(*arguments)
        code = child.wait(PATIENCE)
        text = child.text()
        child.said.unlink(missing_ok=True)
        if code != 0:
            shown = " ".join(arguments)
            raise CommandError(f"mailer {shown} ended with {code}:\n{text[-2000:]}")
        return text

    def report(self, number: int) -> dict[str, Any]:
        """Return the product's own report of a campaign."""
        said = self.command("campaigns", "report", str(number), "--json")
        loaded: dict[str, Any] = json.loads(said[said.index("{") :])
        return loaded

    def reconcile(self) -> None:
        """Settle what the relay's log can settle."""
        log = self.sink.postfix_log
        if log.exists():
            self.command("messages", "reconcile", "--postfix-log", str(log))

    def act(self, what: str, subject: str) -> None:
        """Note an act of ours, after its command returned."""
        self.acts.append((what, subject, time.time()))


@contextmanager
def ready(
    store: str, *, readers: int, delay: float, keep: bool = False, **delivery: object
) -> Iterator[Ground]:
    """Make a site on a store with a sink, and take all of it away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-chaos-"))
    nursery = Nursery()
    sink = Sink(folder=folder, delay=delay)
    cluster = Cluster.start(durable=True) if store == "postgresql" else None
    try:
        sink.start()
        ground = Ground(
            folder=folder / "site", nursery=nursery, sink=sink, readers=readers
        )
        if cluster is not None:
            ground.cluster, ground.store = cluster, cluster.create("storm")
        ground.found(**delivery)
        watching.watch(ground.folder / "mailer.db", ground.store)
        yield ground
    finally:
        sink.stop()
        nursery.close()
        if cluster is not None:
            cluster.stop()
        if not keep:
            shutil.rmtree(folder)


def _people(count: int) -> str:
    rows = [
        f"reader{number}@storm.example,Reader {number},org-{number % 50},"
        f"Organisation {number % 50},ngo,FR,en,monthly-letter"
        for number in range(count)
    ]
    return "\n".join([HEADINGS, *rows]) + "\n"


def addresses(count: int) -> set[str]:
    """Return everybody who is to get each campaign."""
    return {f"reader{number}@storm.example" for number in range(count)}


def as_nobody() -> bool:
    """Whether this runs without root, who alone may mount."""
    return os.geteuid() != 0
