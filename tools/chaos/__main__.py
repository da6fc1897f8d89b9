"""`python3 run.py chaos`: what the delivery guarantee is worth, tried.

Kills workers at random, on SQLite with both policies and on PostgreSQL, then plays one
fault after another on each store. Ends with one table and one JSON line, whatever
could not be tried; exits 1 when an invariant breaks.
"""

import argparse
import signal
import sys
import time
import traceback
from dataclasses import dataclass

import pytest

from tools import dice
from tools.chaos import grounds, kills, postfix_log, scenarios, stores, telling
from tools.chaos.kills import Result
from tools.chaos.telling import Told
from tools.peers import postfix, postgres

POLICIES = ("resend", "reconcile", "hold")
POSTFIX = "a real Postfix and our reading of its log"


@dataclass(frozen=True, kw_only=True)
class Storm:
    """How many kills, of how many workers, during campaigns to how many readers."""

    kills: int
    readers: int
    workers: int


STORMS = {
    "sqlite": Storm(kills=1000, readers=10_000, workers=1),
    "postgresql": Storm(kills=300, readers=3_000, workers=3),
}


def say(text: str) -> None:
    """Tell what happens while it happens."""
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="run.py chaos", description=__doc__)
    parser.add_argument("--kills", type=int, help="default: 1000, PostgreSQL 300")
    parser.add_argument("--policy", choices=POLICIES, help="default: resend, reconcile")
    parser.add_argument("--store", choices=STORMS, help="default: both")
    parser.add_argument("--seed", type=int, help="default: a new one, printed")
    parser.add_argument("--minutes", type=float, default=10, help="a storm, at most")
    parser.add_argument("--readers", type=int, help="default: 10000, PostgreSQL 3000")
    parser.add_argument("--workers", type=int, help="default: 1, PostgreSQL 3")
    parser.add_argument("--delay", type=float, default=0.03, help="of the relay, s")
    parser.add_argument("--only", help="faults with this in their name; or: none")
    parser.add_argument("--keep", action="store_true", help="keep the folders")
    return parser.parse_args()


def planned(given: argparse.Namespace) -> list[tuple[str, str]]:
    """Return which policies are tried on which stores."""
    policies = [given.policy] if given.policy else ["resend", "reconcile"]
    every = [("sqlite", policy) for policy in policies]
    every.append(("postgresql", policies[-1]))
    return [(store, policy) for store, policy in every if given.store in {None, store}]


def storm(given: argparse.Namespace, store: str, result: Result) -> None:
    """Kill workers at random over campaigns to all readers."""
    usual = STORMS[store]
    with grounds.ready(
        store,
        readers=given.readers or usual.readers,
        delay=given.delay,
        keep=given.keep,
        **kills.policy_settings(result.policy),
    ) as ground:
        kills.run(
            ground,
            result,
            kills=usual.kills if given.kills is None else given.kills,
            workers=given.workers or usual.workers,
            until=time.monotonic() + given.minutes * 60,
            told=say,
        )


def one_by_one(given: argparse.Namespace, store: str, told: Told) -> None:
    """Play the faults on small campaigns."""
    every = {**scenarios.SCENARIOS, **stores.available(store)}
    if store == "sqlite" and postfix.present():
        every[POSTFIX] = lambda _ground: postfix_log.verdicts_against_a_real_postfix()
    chosen = [name for name in every if (given.only or "") in name]
    told.not_tried += [f"{store}: {sentence}" for sentence in stores.missing(store)]
    if store == "sqlite" and not postfix.present():
        told.not_tried.append(f"{POSTFIX}: Postfix is not installed, or this not root")
    if not chosen:
        return
    settings = kills.policy_settings("resend")
    with grounds.ready(
        store, readers=300, delay=0.02, keep=given.keep, **settings
    ) as ground:
        ground.sink.seed = told.seed
        for name in chosen:
            started = time.monotonic()
            broken = scenarios.run(ground, name, every[name])
            seconds = time.monotonic() - started
            say(f"{seconds:6.1f} s  {'BROKEN' if broken else 'holds '}  {name}")
            told.held += not broken
            told.broken += [f"{store}, {name}: {breach}" for breach in broken]


def everything(given: argparse.Namespace, told: Told) -> None:
    """Try all that was asked for and this machine can."""
    plan = planned(given)
    if any(store == "postgresql" for store, _ in plan):
        try:
            postgres.find_binaries()
        except pytest.fail.Exception as missing:
            told.not_tried.append(str(missing))
            plan = [(store, policy) for store, policy in plan if store == "sqlite"]
    for store, policy in plan if given.kills != 0 else []:
        say(f"kill -9 on {store}, {policy}")
        result = Result(policy=policy, store=store, seed=told.seed)
        told.runs.append(result)
        storm(given, store, result)
    for store in dict.fromkeys(store for store, _ in plan):
        if given.only != "none":
            say(f"one fault after another on {store}")
            told.stores.append(store)
            one_by_one(given, store, told)


def interrupted(number: int, _frame: object) -> None:
    """End as on Ctrl-C, so that what was seen is reported."""
    raise KeyboardInterrupt(number)


def main() -> int:
    """Run, print, and judge."""
    given = arguments()
    told = Told(seed=dice.a_seed(given.seed))
    signal.signal(signal.SIGTERM, interrupted)
    try:
        everything(given, told)
    except KeyboardInterrupt:
        told.not_tried.append("the rest: interrupted")
    except Exception as fault:  # noqa: BLE001 (what was seen before is reported)
        traceback.print_exc()
        told.broken.append(f"the run itself: {fault!r}")
    print("\n".join(telling.table(told)))
    print(telling.line(told))
    return 0 if told.sound else 1


if __name__ == "__main__":
    sys.exit(main())
