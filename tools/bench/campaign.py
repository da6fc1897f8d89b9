"""The benchmark of delivery: a whole campaign beside Postfix's own load generator.

`python -m tools.bench.campaign` sends, in turn and several times, as many messages with
`smtp-source -d -s 10` and with a campaign of ours (release, compose, mark, send,
record) to one `smtp-sink` on loopback. On PostgreSQL it is sent while its messages are
made, on SQLite after. The ratio is the median over paired rounds.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from mailer.settings.toml import edit_toml
from tools.bench import measure, rows, sending, sign, source, working
from tools.peers.postgres import Cluster

SIZES = {"10k": 1, "40k": 56}  # paragraphs; the shortest letter has some 13 KB
SIGNING = ("none", "rsa", "ed25519", "both")
WIDE = 132  # characters of a table that goes into a file
MOST = 100_000  # messages of one round of theirs
HEADINGS = (
    *("store", "letter", "signed", "messages", "octets", "ours /s", "theirs /s"),
    *("ratio", "CPU µs", "÷ bare", "server µs", "peak MiB"),
)
Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What is measured: a store, a letter, a signature, and how often."""

    store: str
    letter: str
    signing: str
    messages: int
    rounds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A round of ours, and of theirs beside it."""

    cost: measure.Cost
    sent: float  # messages of ours
    theirs: float  # messages a second
    bare: float  # microseconds of one bare RSA signature, where we sign with RSA

    @property
    def ours(self) -> float:
        """Return how many messages of ours a second."""
        return self.sent / self.cost.seconds

    @property
    def each(self) -> float:
        """Return the microseconds of our processor a message took."""
        return self.cost.cpu * 1e6 / self.sent


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; print a table and one JSON line."""
    asked = _parser().parse_args(arguments)
    cases = [
        Case(
            store=store,
            letter=letter,
            signing=signing,
            messages=asked.messages,
            rounds=asked.rounds,
        )
        for store in asked.store
        for letter in asked.letter
        for signing in asked.signing
    ]
    found = run(cases)
    sys.stdout.write(json.dumps({"campaign": nested(found)}) + "\n")


def run(cases: Sequence[Case]) -> list[tuple[Case, Figures]]:
    """Measure each case and draw the table."""
    console = Console(stderr=True, soft_wrap=True)
    found = []
    for case in cases:
        console.print(f"{case.store}, {case.letter}, signed {case.signing} …")
        found.append((case, measured(case)))
    shown = Console(soft_wrap=True)
    shown.width = shown.width if shown.is_terminal else WIDE
    shown.print(table(found))
    return found


def nested(found: Sequence[tuple[Case, Figures]]) -> dict[str, Any]:
    """Return the figures by store and letter; signed ones below the letter."""
    document: dict[str, Any] = {}
    for case, figures in found:
        letter = document.setdefault(case.store, {}).setdefault(case.letter, {})
        if case.signing == "none":
            letter.update(figures)
        else:
            letter[case.signing] = figures
    return document


def measured(case: Case) -> Figures:
    """Send pairs of rounds, ours and theirs in turn."""
    with site_of(case, source.sink()) as (site, port, cluster):
        pairs = []
        for _ in range(case.rounds):
            made = measure.run(
                sending.write, site, SIZES[case.letter], cluster=cluster
            ).told
            octets, number = int(made["octets"]), int(made["campaign"])
            theirs = source.send(port, min(case.messages, MOST), octets).per_second
            cost = sent(case, site, number, cluster)
            bare = sign.bare("rsa2048") if case.signing == "rsa" else 0
            everyone = accepted(site, number, cluster=cluster)
            pairs.append(Pair(cost=cost, sent=everyone, theirs=theirs, bare=bare))
    return _figures(pairs, octets)


def sent(case: Case, site: Path, number: int, cluster: Cluster | None) -> measure.Cost:
    """Release and deliver a campaign.

    SQLite has one writer at a time: two processes in turn would hold one another up.
    """
    together = measure.in_turn if cluster is None else measure.beside
    return together(
        (sending.send, site, number), (_worker(case), site, number), cluster=cluster
    )


def accepted(site: Path, number: int, *, cluster: Cluster | None) -> float:
    """Return how many messages a campaign had, if each was accepted."""
    count = measure.run(working.count, site, number, cluster=cluster).told
    if count["accepted"] != count["audience"]:
        raise SystemExit(f"not everything was accepted: {count}")
    return count["accepted"]


def _worker(case: Case) -> measure.Step:
    return working.work_with_ed25519 if case.signing == "ed25519" else working.work


@contextmanager
def site_of(
    case: Case, relay: AbstractContextManager[int]
) -> Iterator[tuple[Path, int, Cluster | None]]:
    """Make a site with as many contacts as messages, and run its relay."""
    with (
        measure.server(case.store) as cluster,
        tempfile.TemporaryDirectory() as folder,
        relay as port,
    ):
        listed, site = Path(folder) / "list.csv", Path(folder) / "site"
        rows.write(listed, int(case.messages * 1.001) + 2)
        url = cluster.create("sending") if cluster else None
        measure.run(sending.prepare, site, listed, url, port, cluster=cluster)
        give_keys(site, case.signing)
        yield site, port, cluster


def _figures(pairs: Sequence[Pair], octets: int) -> Figures:
    def median(values: Iterable[float]) -> float:
        return round(statistics.median(values), 2)

    figures = {
        "ratio": median(each.ours / each.theirs for each in pairs),
        "per_second": median(each.ours for each in pairs),
        "theirs_per_second": median(each.theirs for each in pairs),
        "cpu_us": median(each.each for each in pairs),
        "server_cpu_us": median(
            each.cost.server_cpu * 1e6 / each.sent for each in pairs
        ),
        "rss_mib": max(each.cost.rss_mib for each in pairs),
        "messages": pairs[0].sent,
        "octets": octets,
    }
    if all(each.bare for each in pairs):
        figures["cpu_to_bare"] = median(each.each / each.bare for each in pairs)
    return figures


def table(found: Sequence[tuple[Case, Figures]]) -> Table:
    """Draw the figures."""
    drawn = Table(title="A whole campaign beside smtp-source", title_justify="left")
    for heading in HEADINGS:
        drawn.add_column(heading)
    for case, figures in found:
        drawn.add_row(
            *(case.store, case.letter, case.signing),
            *(f"{figures['messages']:,.0f}", f"{figures['octets']:,.0f}"),
            *(f"{figures['per_second']:,.0f}", f"{figures['theirs_per_second']:,.0f}"),
            *(f"{figures['ratio']:.2f}", f"{figures['cpu_us']:.0f}"),
            f"{figures['cpu_to_bare']:.2f}" if "cpu_to_bare" in figures else "",
            *(f"{figures['server_cpu_us']:.0f}", f"{figures['rss_mib']:.0f}"),
        )
    return drawn


def give_keys(site: Path, signing: str) -> None:
    """Give the site keys, or a relay that signs."""
    config = site / "config.toml"
    if signing == "none":
        edit_toml(config, {("dkim", "relay_signs"): True})
        return
    _key(site, "bench", "selector", "key_file")
    if signing != "rsa":
        _key(site, "second", "ed25519_selector", "ed25519_key_file", "--ed25519")


def _key(site: Path, name: str, selector: str, file: str, *options: str) -> None:
    """Make a key with the product's command, and put it to work."""
    config = site / "config.toml"
    command = [sys.executable, "-m", "mailer", "--config", str(config), "keys", "dkim"]
    command += ["--selector", name, *options]
    subprocess.run(command, check=True, capture_output=True)
    path = f"secrets/dkim-{name}.pem"
    edit_toml(config, {("dkim", selector): name, ("dkim", file): path})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure whole campaigns.")
    parser.add_argument("--messages", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--store", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--letter", nargs="+", default=list(SIZES))
    parser.add_argument("--signing", nargs="+", default=["none"])
    return parser


if __name__ == "__main__":
    main()
