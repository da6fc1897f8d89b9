"""The benchmark of the console's pages, with many contacts and campaigns.

`python -m tools.bench.paging [--rows N] [--store sqlite|postgresql|both]` prints a
table and, as its last line, one JSON object; it ends with 1 if a page takes more of the
processor than its budget. The time on the clock is that of the machine as it is.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.bench import loading, measure, releasing, rows, scale, visiting

HEADINGS = ("status", "first", "counted", "median", "slowest", "processor", "kb")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; print a table and one JSON line."""
    parser = argparse.ArgumentParser(description="Measure the pages of the console.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--store", choices=(*scale.STORES, "both"), default="both")
    asked = parser.parse_args(arguments)
    stores = scale.STORES if asked.store == "both" else (asked.store,)
    found = run(stores, asked.rows)
    sys.stdout.write(json.dumps({"pages": found}) + "\n")
    require(found)


def require(found: dict[str, Any]) -> None:
    """End with 1 if a page costs more than its budget, and name each on stderr."""
    if over := beyond(found):
        sys.exit("beyond their budget: " + "; ".join(over))


def run(stores: Sequence[str], size: int) -> dict[str, Any]:
    """Measure each store; return the figures by store and page."""
    found: dict[str, Any] = {}
    for store in stores:
        with measure.server(store) as cluster, tempfile.TemporaryDirectory() as place:
            path, folder = Path(place) / "list.csv", Path(place) / "site"
            rows.write(path, size)
            url = cluster.create("pages") if cluster else None
            measure.run(releasing.found, folder, url, cluster=cluster)
            measure.run(loading.load, folder, path, cluster=cluster)
            measure.run(releasing.release_all, folder, cluster=cluster)
            found[store] = measure.run(visiting.pages, folder, cluster=cluster).told
        Console(soft_wrap=True, width=120).print(table(store, found[store]))
    return found


def table(store: str, taken: dict[str, Any]) -> Table:
    """Draw the figures of one store beside their budgets."""
    drawn = Table(title=f"Pages, {store}, milliseconds", title_justify="left")
    for heading in ("page", *HEADINGS, "budget", ""):
        drawn.add_column(heading)
    for path, figures in taken.items():
        cells = (f"{figures[each]:,.0f}" for each in HEADINGS)
        budget = f"{visiting.BUDGETS[path]:,}"
        drawn.add_row(path, *cells, budget, "over" * visiting.over(path, figures))
    return drawn


def beyond(found: dict[str, Any]) -> list[str]:
    """Return the pages that cost more than their budget, with their store."""
    return [
        f"{store}: {path}"
        for store, taken in found.items()
        for path, figures in taken.items()
        if visiting.over(path, figures)
    ]


if __name__ == "__main__":
    main()
