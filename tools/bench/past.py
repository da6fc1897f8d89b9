"""The benchmark of rules about the past: `python -m tools.bench.past`.

A letter released to every contact is copied to other campaigns, sent one week after the
other, each with messages that came back, answers, and answers to an invitation. Each
question is then counted. Prints a table and, as its last line, one JSON object.
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

from tools.bench import loading, measure, releasing, remembering, rows, scale

CONTACTS, CAMPAIGNS = 1_000_000, 10


def run(store: str, contacts: int, campaigns: int) -> dict[str, Any]:
    """Make the history on a store; return what each question takes."""
    with measure.server(store) as cluster, tempfile.TemporaryDirectory() as place:
        path, folder = Path(place) / "list.csv", Path(place) / "site"
        rows.write(path, contacts)
        url = cluster.create("past") if cluster else None
        measure.run(releasing.found, folder, url, cluster=cluster)
        measure.run(loading.load, folder, path, cluster=cluster)
        measure.run(releasing.release_all, folder, cluster=cluster)
        made = measure.run(
            remembering.remember, folder, campaigns, cluster=cluster
        ).told
        given = int(made["last"]), campaigns
        asked = measure.run(remembering.ask, folder, *given, cluster=cluster).told
    title = f"Rules about the past, {store}, {made['messages']:,} messages"
    drawn = Table("rule", "seconds", "CPU s", "count", title=title)
    for name, each in dict[str, Any](asked).items():
        drawn.add_row(name, *(f"{each[one]:,}" for one in ("seconds", "cpu", "count")))
    Console(soft_wrap=True).print(drawn)
    return {"messages": made["messages"], **asked}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; print a table and one JSON line."""
    parser = argparse.ArgumentParser(description="Measure rules about the past.")
    parser.add_argument("--rows", type=int, default=CONTACTS, help="contacts")
    parser.add_argument("--campaigns", type=int, default=CAMPAIGNS)
    parser.add_argument("--store", choices=scale.STORES, default="sqlite")
    asked = parser.parse_args(arguments)
    found = run(asked.store, asked.rows, asked.campaigns)
    sys.stdout.write(json.dumps({"past": found}) + "\n")


if __name__ == "__main__":
    main()
