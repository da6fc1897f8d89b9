"""The benchmark of what comes back: a Maildir of bounces, read into the ledger.

`python -m tools.bench.returning [--bounces N] [--store sqlite|postgresql|both]` sends a
letter to as many readers, lets each message come back, for one of four reasons, and
measures `mailer feedback read`. It prints one line of figures for each store, and one
JSON object.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mailer.settings.toml import edit_toml
from tools.bench import bouncing, measure, rows, scale, sending


def run(stores: Sequence[str], bounces: int) -> dict[str, dict[str, float]]:
    """Measure each store; return the figures."""
    results = {}
    for store in stores:
        with measure.server(store) as cluster, tempfile.TemporaryDirectory() as place:
            listed, site = Path(place) / "list.csv", Path(place) / "site"
            rows.write(listed, int(bounces * 1.001) + 2)
            url = cluster.create("returning") if cluster else None
            measure.run(sending.prepare, site, listed, url, 25, cluster=cluster)
            told = {("dkim", "relay_signs"): True, ("site", "demo"): True}
            edit_toml(site / "config.toml", told)
            made = measure.run(sending.write, site, 1, cluster=cluster).told
            number = int(made["campaign"])
            for step in (sending.send, bouncing.bounce_all):
                measure.run(step, site, number, cluster=cluster)
            cost = measure.run(bouncing.read, site, cluster=cluster)
        results[store] = {
            **cost.told,
            "per_second": round(cost.told["bounces"] / cost.seconds, 1),
            "cpu_us": round(cost.cpu * 1e6 / cost.told["bounces"], 1),
            "server_cpu_us": round(cost.server_cpu * 1e6 / cost.told["bounces"], 1),
            "rss_mib": cost.rss_mib,
        }
        sys.stderr.write(f"{store}: {json.dumps(results[store])}\n")
    return results


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; print one JSON line."""
    parser = argparse.ArgumentParser(description="Measure the reading of bounces.")
    parser.add_argument("--bounces", type=int, default=100_000)
    parser.add_argument("--store", choices=(*scale.STORES, "both"), default="both")
    asked = parser.parse_args(arguments)
    stores = scale.STORES if asked.store == "both" else (asked.store,)
    sys.stdout.write(json.dumps({"returning": run(stores, asked.bounces)}) + "\n")


if __name__ == "__main__":
    main()
