"""Random kill -9: workers die at instants that are drawn, and start again at once.

One campaign follows another until the kills are done; each is brought to its end and
held against every invariant.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import dice
from tools.chaos import evidence, invariants
from tools.chaos.grounds import Ground
from tools.chaos.nursery import Child

SHORTEST, LONGEST = 0.02, 0.5  # seconds a worker may live
EVIDENCE_EVERY = 8  # kills between two looks into the relay's log
ENDING = 180.0  # seconds a campaign may take to its end once no worker is killed
FAULTS = ("DOT:drop@0.002", "DOT:lose@0.002", "MAIL:drop@0.002", "RCPT:bytes@0.01")


@dataclass(kw_only=True)
class Result:
    """What a run of kills came to."""

    policy: str
    store: str
    seed: int
    kills: int = 0
    campaigns: int = 0
    messages: int = 0
    lost: int = 0
    duplicates: int = 0
    uncertain: int = 0
    unflagged: int = 0
    copies: int = 0
    seconds: float = 0.0
    ended: str = "did not end"
    breaches: list[str] = field(default_factory=list)

    def add(self, found: evidence.Evidence) -> None:
        """Add one campaign's evidence."""
        sums = invariants.sums(found)
        self.campaigns += 1
        self.messages += len(found.rows)
        self.copies += len(found.copies)
        self.lost += sums.lost
        self.duplicates += sums.duplicates
        self.uncertain += sums.uncertain
        self.unflagged += sums.unflagged
        self.breaches += invariants.breaches(found)
        if self.policy == "reconcile" and sums.duplicates:
            self.breaches.append(f"reconcile: {sums.duplicates} duplicates")


def policy_settings(policy: str, *, minutes: float = 0.75) -> dict[str, Any]:
    """Return what [delivery] says for a policy in these runs."""
    wait = minutes if policy == "reconcile" else 0.0
    return {"uncertain": policy, "uncertain_minutes": wait}


def run(
    ground: Ground,
    result: Result,
    *,
    kills: int,
    workers: int = 1,
    until: float,
    told: Callable[[str], None],
) -> Result:
    """Kill workers until the count or the time is reached, campaign by campaign."""
    drawn = dice.of(result.seed)
    started = time.monotonic()
    while result.kills < kills and time.monotonic() < until:
        place = ground.folder.parent / f"round-{result.campaigns + 1}"
        _fresh_sink(ground, place, drawn)
        number = ground.released()
        limit = kills - result.kills
        killed = _storm(ground, number, result, drawn, limit, workers, until)
        result.kills += killed
        result.breaches += bring_to_its_end(ground, number, result.policy)
        found = evidence.collect(ground, number)
        result.add(found)
        result.seconds = time.monotonic() - started
        told(
            f"campaign {number}: {killed} kills, {len(found.rows)} messages,"
            f" {len(found.copies)} copies, {result.uncertain} uncertain so far,"
            f" {result.duplicates} duplicates, {len(result.breaches)} breaches"
        )
        if result.breaches:
            break
    result.ended = _why_it_ended(result, kills)
    return result


def _why_it_ended(result: Result, kills: int) -> str:
    if result.breaches:
        return "ended at the first campaign with a breach"
    if result.kills < kills:
        return f"ended by the clock, {kills} kills were asked for"
    return "ended with its kills done"


def _fresh_sink(ground: Ground, place: Path, drawn: random.Random) -> None:
    place.mkdir()
    ground.sink.stop()
    ground.sink.folder = place
    ground.sink.seed = drawn.randrange(1 << 30)
    ground.sink.start(*FAULTS)


def _storm(
    ground: Ground,
    number: int,
    result: Result,
    drawn: random.Random,
    limit: int,
    workers: int,
    until: float,
) -> int:
    """Kill until the campaign has no open row; return how many died."""
    killed = 0
    living: list[Child] = [ground.start("work") for _ in range(workers)]
    while killed < limit and time.monotonic() < until:
        time.sleep(drawn.uniform(SHORTEST, LONGEST) / workers)
        chosen = drawn.randrange(workers)
        dead = living[chosen]
        if dead.wait(0) is not None:
            result.breaches.append(f"a worker ended by itself: {dead.text()[-500:]}")
            break
        dead.destroy()
        dead.said.unlink(missing_ok=True)
        killed += 1
        living[chosen] = ground.start("work")
        if result.policy == "reconcile" and killed % EVIDENCE_EVERY == 0:
            ground.reconcile()
        if evidence.open_rows(ground, number) == 0:
            break
    for child in living:
        child.destroy()
        child.said.unlink(missing_ok=True)
    return killed + len(living)


def bring_to_its_end(ground: Ground, number: int, policy: str) -> list[str]:
    """Work undisturbed until nothing of a campaign is open; a breach where it fails."""
    until = time.monotonic() + ENDING
    while time.monotonic() < until:
        child = ground.start("work", "--until-idle")  # exit 1: the relay is away
        if child.wait(ENDING) not in {0, 1}:
            return [f"a worker ended badly: {child.text()[-500:]}"]
        if policy == "reconcile":
            ground.reconcile()
        if evidence.open_rows(ground, number) == 0:
            ground.command("work", "--until-idle")
            return []
        time.sleep(0.3)
    return [f"{evidence.open_rows(ground, number)} rows are open after {ENDING} s"]
