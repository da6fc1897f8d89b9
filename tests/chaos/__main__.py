"""`python3 run.py chaos`: what the delivery guarantee is worth, tried.

Ends with one JSON line; exits 1 when an invariant breaks.
"""

import argparse
import json
import random
import sys
import time

from tests.chaos import ground as grounds
from tests.chaos import kills, postfix, scenarios, stores
from tests.chaos.kills import Result

POLICIES = ("reconcile", "resend", "hold")
STORES = ("sqlite", "postgresql")
POSTFIX = "a real Postfix and our reading of its log"


def say(text: str) -> None:
    """Tell what happens while it happens."""
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="run.py chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--policy", choices=POLICIES, default="reconcile")
    parser.add_argument("--store", choices=STORES, default="sqlite")
    parser.add_argument("--seed", type=int, help="default: a new one, printed")
    parser.add_argument("--minutes", type=float, default=12, help="at most")
    parser.add_argument("--readers", type=int, default=10_000)
    parser.add_argument("--workers", type=int, help="default: 1, PostgreSQL 3")
    parser.add_argument("--delay", type=float, default=0.03, help="of the relay, s")
    parser.add_argument("--only", help="scenarios with this in their name; or: none")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    return parser.parse_args()


def random_kills(given: argparse.Namespace, result: Result) -> None:
    """Kill workers at random over campaigns to all readers."""
    settings = kills.policy_settings(given.policy)
    until = time.monotonic() + given.minutes * 60
    workers = given.workers or (3 if given.store == "postgresql" else 1)
    with grounds.ready(
        given.store,
        readers=given.readers,
        delay=given.delay,
        keep=given.keep,
        **settings,
    ) as ground:
        kills.run(
            ground, result, kills=given.kills, workers=workers, until=until, told=say
        )


def one_by_one(given: argparse.Namespace, result: Result) -> None:
    """Play the scenarios on small campaigns; their breaches join the result's."""
    every = {**scenarios.SCENARIOS, **stores.available(given.store)}
    if postfix.present():
        every[POSTFIX] = lambda _ground: postfix.verdicts_against_a_real_postfix()
    chosen = [name for name in every if (given.only or "") in name]
    if given.only == "none" or not chosen:
        return
    for sentence in stores.missing(given.store):
        say(f"not tried: {sentence}")
    settings = kills.policy_settings("resend")
    with grounds.ready(
        given.store, readers=300, delay=0.02, keep=given.keep, **settings
    ) as ground:
        for name in chosen:
            started = time.monotonic()
            broken = scenarios.run(ground, name, every[name])
            seconds = time.monotonic() - started
            print(f"{seconds:6.1f} s  {'BROKEN' if broken else 'holds '}  {name}")
            sys.stdout.flush()
            result.breaches += [f"{name}: {breach}" for breach in broken]


def table(result: Result) -> None:
    """Print the figures, and the first breaches."""
    for name in (
        *("policy", "store", "seed", "campaigns", "messages", "copies", "kills"),
        *("lost", "duplicates", "uncertain", "unflagged", "seconds"),
    ):
        value = getattr(result, name)
        shown = f"{value:.0f}" if isinstance(value, float) else value
        print(f"{name:>12}  {shown}")
    for breach in result.breaches[:20]:
        print(f"      BROKEN  {breach}")
    keys = ("kills", "lost", "duplicates", "uncertain", "unflagged")
    line = {key: getattr(result, key) for key in (*keys, "policy", "store", "seed")}
    print(json.dumps(line))


def main() -> int:
    """Run, print, and judge."""
    given = arguments()
    if given.seed is None:
        given.seed = random.randrange(1 << 30)  # noqa: S311 (no secret)
    say(f"seed {given.seed}; the same seed throws the same dice")
    result = Result(policy=given.policy, store=given.store, seed=given.seed)
    if given.kills:
        random_kills(given, result)
    one_by_one(given, result)
    table(result)
    return 1 if result.breaches or result.lost or result.unflagged else 0


if __name__ == "__main__":
    sys.exit(main())
