"""When an address is given up for bounces that are not final: pure.

Each campaign whose letter came back adds one to a score, which halves with time. An
address whose score reaches the limit gets one more letter, as a probe; it is given up
if that comes back, too. A letter that did not come back ends the count.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# A relay may try for five days; a letter that has not come back since is delivered.
SILENCE = timedelta(days=6)


@dataclass(frozen=True, kw_only=True, slots=True)
class SoftLimits:
    """The score at which an address gets its last letter, and how the score decays."""

    score: float
    half_life: timedelta


class SoftStep(StrEnum):
    """What follows from a bounce that is not final."""

    KEEP = "keep"
    PROBE = "probe"
    GIVE_UP = "give up"


def score(bounces: Sequence[datetime], limits: SoftLimits, *, now: datetime) -> float:
    """Return the score of bounces, one for each campaign, at an instant."""
    halvings = (max(0.0, (now - each) / limits.half_life) for each in bounces)
    return sum(math.exp2(-each) for each in halvings)


def step(bounces: Sequence[datetime], limits: SoftLimits) -> SoftStep:
    """Return what follows from the last of these bounces.

    There is one for each campaign, oldest first, all since a letter was last delivered.
    """
    if not bounces:
        return SoftStep.KEEP
    *before, last = bounces
    if score(bounces, limits, now=last) < limits.score:
        return SoftStep.KEEP
    if before and score(before, limits, now=before[-1]) >= limits.score:
        return SoftStep.GIVE_UP
    return SoftStep.PROBE
