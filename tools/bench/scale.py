"""The benchmark of scale: import, segment, export, release, backup at growing sizes.

`python -m tools.bench.scale [--rows N] [--store sqlite|postgresql|both]` prints a table
and, as its last line, one JSON object. Each step has a process of its own, each size a
site of its own; PostgreSQL keeps its promises (fsync and synchronous commit are on).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.bench import (
    asking,
    backing,
    exporting,
    loading,
    measure,
    releasing,
    rows,
)
from tools.bench.measure import Cost
from tools.peers.postgres import Cluster

SIZES = (10_000, 100_000, 1_000_000)
STORES = ("sqlite", "postgresql")
STEPS = (
    *(asking.segment, asking.members, exporting.looking, exporting.export),
    *(releasing.release_all, exporting.audience_of, backing.back_up),
)
HEADINGS = (
    *("store", "contacts", "step", "seconds", "µs a row", "our CPU s", "server CPU s"),
    "peak MiB",
)
Results = dict[str, dict[str, dict[str, Any]]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; print a table and one JSON line."""
    asked = _parser().parse_args(arguments)
    stores = STORES if asked.store == "both" else (asked.store,)
    found = run(stores, [size for size in SIZES if size < asked.rows] + [asked.rows])
    sys.stdout.write(json.dumps({"scale": found}) + "\n")


def run(stores: Sequence[str], sizes: Sequence[int]) -> Results:
    """Measure each store at each size; return the figures by store, size and step."""
    console = Console(stderr=True, soft_wrap=True)
    results: Results = {}
    for store in stores:
        results[store] = {}
        with measure.server(store) as cluster, tempfile.TemporaryDirectory() as folder:
            for size in sizes:
                console.print(f"{store}, {size:,} contacts …")
                taken = results[store][str(size)] = {}
                for step, cost in _measured(Path(folder) / f"{size}", size, cluster):
                    taken[step] = _figures(cost)
                    console.print(f"  {step}: {json.dumps(taken[step])}")
    Console(soft_wrap=True).print(table(results))
    return results


def table(results: Results) -> Table:
    """Draw the figures."""
    drawn = Table(title="Scale", title_justify="left")
    for heading in HEADINGS:
        drawn.add_column(heading)
    for store, sizes in results.items():
        for size, taken in sizes.items():
            for step, figures in taken.items():
                each = figures["seconds"] * 1e6 / int(size)
                drawn.add_row(
                    *(store, f"{int(size):,}", step, f"{figures['seconds']:.2f}"),
                    *(f"{each:.1f}", f"{figures['cpu']:.2f}"),
                    *(f"{figures['server_cpu']:.2f}", f"{figures['rss_mib']:.0f}"),
                )
    return drawn


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Measure import, segment and release.")
    parser.add_argument("--rows", type=int, default=SIZES[-1], help="the largest size")
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    return parser


def _measured(
    folder: Path, size: int, cluster: Cluster | None
) -> Iterator[tuple[str, Cost]]:
    folder.mkdir(parents=True)
    path, site = folder / "list.csv", folder / "site"
    rows.write(path, size)
    measure.run(releasing.found, site, _url(cluster, size), cluster=cluster)
    yield "import", measure.run(loading.load, site, path, cluster=cluster)
    named, other = folder / "named.csv", folder / "named"
    rows.write_named(named, size)
    measure.run(releasing.found, other, _url(cluster, size, "_named"), cluster=cluster)
    yield "import of names", measure.run(loading.load, other, named, cluster=cluster)
    for step in STEPS:
        yield step.__name__, measure.run(step, site, cluster=cluster)


def _url(cluster: Cluster | None, size: int, more: str = "") -> str | None:
    """Return the address of a new store; None is SQLite in the site's folder."""
    return cluster.create(f"scale_{size}{more}") if cluster else None


def _figures(cost: Cost) -> dict[str, float]:
    """Return what is reported; a step that measures its main part alone says so."""
    return {
        "seconds": round(cost.told.get("seconds", cost.seconds), 3),
        "cpu": round(cost.cpu, 3),
        "server_cpu": round(cost.server_cpu, 3),
        "rss_mib": cost.rss_mib,
        **{name: value for name, value in cost.told.items() if name != "seconds"},
    }


if __name__ == "__main__":
    main()
