"""The benchmark of the console's pages, with many contacts and campaigns.

`python -m tools.bench.paging [--rows N] [--store sqlite|postgresql|both]` prints a
table and, as its last line, one JSON object.
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; print a table and one JSON line."""
    parser = argparse.ArgumentParser(description="Measure the pages of the console.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--store", choices=(*scale.STORES, "both"), default="both")
    asked = parser.parse_args(arguments)
    stores = scale.STORES if asked.store == "both" else (asked.store,)
    sys.stdout.write(json.dumps({"pages": run(stores, asked.rows)}) + "\n")


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
    drawn = Table(title=f"Pages, {store}", title_justify="left")
    for heading in ("page", "status", "median ms", "slowest ms", "budget ms", "KB", ""):
        drawn.add_column(heading)
    for path, (status, median, slowest, size) in taken.items():
        over = median > visiting.BUDGETS[path] or size > visiting.LARGEST
        cells = (path, f"{status:.0f}", f"{median:.1f}", f"{slowest:.1f}")
        more = (str(visiting.BUDGETS[path]), f"{size:.1f}", "over" if over else "")
        drawn.add_row(*cells, *more)
    return drawn


if __name__ == "__main__":
    main()
