"""Randomness that can be had again: all of it comes from a seed that is printed."""

import os
import random
import sys

GIVEN = "LIAISON_SEED"  # the environment variable that gives a seed again


def a_seed(given: int | None = None) -> int:
    """Return the seed that is given here or in the environment, or a new one."""
    again = os.environ.get(GIVEN)
    seed = given if given is not None else int(again) if again else _new()
    print(f"seed {seed}; {GIVEN}={seed} throws the same dice", file=sys.stderr)
    return seed


def of(seed: float) -> random.Random:
    """Return dice that fall the same way for the same seed."""
    return random.Random(seed)  # noqa: S311 (no secret)


def _new() -> int:
    return random.SystemRandom().randrange(1 << 30)
