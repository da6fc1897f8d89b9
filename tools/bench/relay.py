"""What a real Postfix as relay asks of our process: `python -m tools.bench.relay`.

The same letter by smtp-source and by a campaign of ours, in turn, to a Postfix on
loopback. The relay sets the pace of both; what is measured is the share of a core each
has while it sends.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

from tools.bench import campaign, measure, scale, sending, source, working
from tools.bench.campaign import Case
from tools.peers import postfix

MESSAGES, ROUNDS = 30_000, 3
Figures = dict[str, float]


@contextmanager
def relay() -> Iterator[int]:
    """Run a Postfix; yield its port."""
    with postfix.running() as running:
        yield running.port


def run(stores: Sequence[str], *, messages: int, rounds: int) -> dict[str, Figures]:
    """Measure each store; nothing where no Postfix can be run."""
    console = Console(soft_wrap=True)
    if not postfix.present():
        console.print("Only root can run the Postfix that takes letters as a relay")
        return {}
    found = {}
    for store in stores:
        case = Case(
            store=store, letter="10k", signing="none", messages=messages, rounds=rounds
        )
        found[store] = figures = measured(case)
        console.print(
            f"A real Postfix takes {figures['per_second']:,.0f} messages a second"
            f" ({store}) for {figures['share']:.1%} of a core of ours, and"
            f" {figures['theirs_per_second']:,.0f} for {figures['theirs_share']:.1%} of"
            " smtp-source's"
        )
    return found


def measured(case: Case) -> Figures:
    """Send pairs of rounds, theirs and ours in turn."""
    pairs = []
    with campaign.site_of(case, relay()) as (site, port, cluster):
        for _ in range(case.rounds):
            made = measure.run(sending.write, site, 1, cluster=cluster).told
            octets, number = int(made["octets"]), int(made["campaign"])
            theirs = source.send(port, case.messages, octets)
            measure.run(sending.send, site, number, cluster=cluster)
            cost = measure.run(working.work, site, number, cluster=cluster)
            sent = campaign.accepted(site, number, cluster=cluster)
            pairs.append((cost, sent, theirs))
    seen = [
        {
            "per_second": sent / cost.seconds,
            "cpu_us": cost.cpu * 1e6 / sent,
            "share": cost.cpu / cost.seconds,
            "theirs_per_second": theirs.per_second,
            "theirs_cpu_us": theirs.cpu_us,
            "theirs_share": theirs.share,
        }
        for cost, sent, theirs in pairs
    ]
    return {
        name: round(statistics.median(each[name] for each in seen), 4)
        for name in seen[0]
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; print a sentence a store and one JSON line."""
    parser = argparse.ArgumentParser(description="Measure beside a real Postfix.")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--store", nargs="+", default=list(scale.STORES))
    asked = parser.parse_args(arguments)
    found = run(asked.store, messages=asked.messages, rounds=asked.rounds)
    sys.stdout.write(json.dumps({"relay": found}) + "\n")


if __name__ == "__main__":
    main()
