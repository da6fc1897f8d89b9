"""The benchmark of a move: a site from SQLite to PostgreSQL, and back.

`python -m tools.bench.moving [--rows N]` prints a line for each direction and, as its
last line, one JSON object. The rows counted are those of all tables, each copied once
and compared once; PostgreSQL keeps its promises.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.bench import loading, measure, move_step, releasing, rows

CONTACTS = 100_000


def run(contacts: int) -> dict[str, dict[str, float]]:
    """Measure both directions with a directory and a campaign of this size."""
    found = {}
    with (
        measure.server("postgresql") as cluster,
        tempfile.TemporaryDirectory() as place,
    ):
        folder, listed = Path(place) / "site", Path(place) / "list.csv"
        rows.write(listed, contacts)
        measure.run(releasing.found, folder, None, cluster=None)
        measure.run(loading.load, folder, listed, cluster=None)
        measure.run(releasing.release_all, folder, cluster=None)
        assert cluster is not None
        there, back = cluster.create("moved"), "sqlite:///back.db"
        for name, address in (("to_postgresql", there), ("to_sqlite", back)):
            cost = measure.run(move_step.to, folder, address, cluster=cluster)
            count = cost.told["rows"]
            found[name] = {
                "rows": count,
                "seconds": round(cost.seconds, 2),
                "per_second": round(count / cost.seconds),
                "cpu": round(cost.cpu, 2),
                "server_cpu": round(cost.server_cpu, 2),
                "rss_mib": cost.rss_mib,
            }
            sys.stderr.write(f"move {name}: {json.dumps(found[name])}\n")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; print one JSON line."""
    parser = argparse.ArgumentParser(description="Measure moves of a store.")
    parser.add_argument("--rows", type=int, default=CONTACTS, help="contacts")
    sys.stdout.write(
        json.dumps({"move": run(parser.parse_args(arguments).rows)}) + "\n"
    )


if __name__ == "__main__":
    main()
