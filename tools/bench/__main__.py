"""`python3 run.py bench`: every figure of docs/performance.md, measured again.

Whole campaigns beside smtp-source at two lengths, signed and not, on both stores; the
same campaign at growing sizes, and to a real Postfix; rendering, signing, import,
segment, release, pages of the console, bounces that come back, and move. Prints tables
and one JSON line; ends with 1 if a page costs more than its budget. `--quick` measures
less, in some minutes.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace

from tools.bench import (
    auditing,
    campaign,
    clients,
    moving,
    paging,
    relay,
    render,
    returning,
    scale,
    schedule,
    sign,
    tls,
)
from tools.bench.campaign import Case

PLAIN = Case(store="sqlite", letter="10k", signing="none", messages=60_000, rounds=3)
GROWING = (10_000, 100_000, 1_000_000)


def cases(plain: Case) -> list[Case]:
    """Return every store and letter unsigned, and SQLite's short letter signed."""
    unsigned = [
        replace(plain, store=store, letter=letter)
        for store in scale.STORES
        for letter in campaign.SIZES
    ]
    signed = replace(plain, messages=plain.messages // 2)
    return unsigned + [
        replace(signed, signing=kind) for kind in campaign.SIGNING if kind != "none"
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything; print the tables and one JSON line."""
    parser = argparse.ArgumentParser(prog="run.py bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less, in some minutes")
    quick = parser.parse_args(arguments).quick
    plain = replace(PLAIN, messages=10_000, rounds=3) if quick else PLAIN
    sizes = GROWING[:1] if quick else GROWING
    document = {
        "campaign": campaign.nested(campaign.run(cases(plain))),
        "growing": {
            str(case.messages): figures
            for case, figures in campaign.run(
                [replace(PLAIN, messages=size, rounds=1) for size in sizes]
            )
        },
        "relay": relay.run(
            scale.STORES, messages=plain.messages // 2, rounds=1 if quick else 3
        ),
        "rendering": render.measure(),
        "signing": sign.measure(),
        "starttls": tls.run(),
        "clients": clients.run(plain.messages // 3),
        "scale": scale.run(scale.STORES, sizes),
        "pages": paging.run(scale.STORES, sizes[-1]),
        "record": auditing.run(),
        "returning": returning.run(scale.STORES, plain.messages // 2),
        "schedule": schedule.run(),
        "move": moving.run(sizes[-1] // 10),
    }
    sys.stdout.write(json.dumps(document) + "\n")
    paging.require(document["pages"])


if __name__ == "__main__":
    main()
