"""The benchmark of what comes back: Maildirs of bounces, read into the ledger.

`python -m tools.bench.returning [--bounces N] [--store sqlite|postgresql|both]` sends a
letter to twice as many readers, lets each message come back, for one of four reasons,
and measures `mailer feedback read`: of one half alone, and of the other while another
campaign is delivered. It prints figures of each store, and one line of JSON.
"""

import argparse
import json
import sys
from collections.abc import Sequence

from mailer.settings.toml import edit_toml
from tools.bench import bouncing, campaign, measure, scale, sending, source, working
from tools.bench.campaign import Case

Figures = dict[str, float]


def run(stores: Sequence[str], bounces: int) -> dict[str, dict[str, Figures]]:
    """Measure each store; return the figures."""
    return {store: _measured(store, bounces) for store in stores}


def _measured(store: str, bounces: int) -> dict[str, Figures]:
    case = Case(
        store=store, letter="10k", signing="none", messages=2 * bounces, rounds=1
    )
    alone, beside = bouncing.SHARES
    with campaign.site_of(case, source.sink()) as (site, _, cluster):
        edit_toml(site / "config.toml", {("dkim", "relay_signs"): True})
        numbers = []
        for paragraphs in (1, 2):
            made = measure.run(sending.write, site, paragraphs, cluster=cluster)
            numbers.append(int(made.told["campaign"]))
        came_back, delivered = numbers
        for step in (sending.send, bouncing.bounce_all):
            measure.run(step, site, came_back, cluster=cluster)
        measure.run(sending.send, site, delivered, cluster=cluster)
        cost = measure.run(bouncing.read, site, alone, cluster=cluster)
        both = measure.beside(
            (working.work, site, delivered),
            (bouncing.read, site, beside),
            cluster=cluster,
        )
    figures = {alone: _figures(cost), beside: _figures(both)}
    figures[alone]["cpu_us"] = round(cost.cpu * 1e6 / cost.told["bounces"], 1)
    figures[beside]["sent_per_second"] = round(case.messages / both.seconds, 1)
    sys.stderr.write(f"{store}: {json.dumps(figures)}\n")
    return figures


def _figures(cost: measure.Cost) -> Figures:
    told = {key: value for key, value in cost.told.items() if key != "seconds"}
    rate = round(cost.told["bounces"] / cost.told["seconds"], 1)
    return {**told, "per_second": rate, "rss_mib": cost.rss_mib}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; print one JSON line."""
    parser = argparse.ArgumentParser(description="Measure the reading of bounces.")
    parser.add_argument("--bounces", type=int, default=50_000)
    parser.add_argument("--store", choices=(*scale.STORES, "both"), default="both")
    asked = parser.parse_args(arguments)
    stores = scale.STORES if asked.store == "both" else (asked.store,)
    sys.stdout.write(json.dumps({"returning": run(stores, asked.bounces)}) + "\n")


if __name__ == "__main__":
    main()
