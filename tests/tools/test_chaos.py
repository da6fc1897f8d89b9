"""The short storm: a few kills and faults in every run of the tests, seed printed.

`python3 run.py chaos` is the long one.
"""

import time
from collections.abc import Iterator

import pytest

from tools.chaos import evidence, grounds, invariants, kills, scenarios
from tools.chaos.grounds import Ground
from tools.chaos.kills import Result

pytestmark = pytest.mark.xdist_group("chaos")  # one storm at a time
MIXED = (
    *("CONNECT:drop@0.1", "MAIL:drop@0.03", "RCPT:say:421 4.3.2 later@0.02"),
    *("DATA:malformed@0.02", "DOT:drop@0.05", "DOT:lose@0.05", "DOT:twice@0.02"),
    *("DOT:say:452 4.3.1 full@0.05", "RCPT:bytes@0.2", "DATA:early@0.02"),
)


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """A small SQLite site; each scenario has its own campaign and sink."""
    settings = kills.policy_settings("resend")
    with grounds.ready("sqlite", readers=200, delay=0.02, **settings) as made:
        yield made


@pytest.mark.prove
@pytest.mark.parametrize(
    ("policy", "store", "workers"),
    [("reconcile", "sqlite", 1), ("resend", "postgresql", 2), ("hold", "sqlite", 2)],
)
def test_workers_killed_at_random_lose_nobody_and_hide_no_copy(
    policy: str, store: str, workers: int, seed: int
) -> None:
    """With `reconcile` no reader even gets a second copy."""
    result = Result(policy=policy, store=store, seed=seed)
    settings = kills.policy_settings(policy, minutes=0.1)
    with grounds.ready(store, readers=250, delay=0.05, **settings) as made:
        until = time.monotonic() + 25
        kills.run(made, result, kills=12, workers=workers, until=until, told=print)

    assert result.breaches == []
    assert (result.lost, result.unflagged) == (0, 0)
    assert result.kills > 0
    assert policy == "resend" or result.duplicates == 0


@pytest.mark.prove
@pytest.mark.parametrize(
    "name", ["SIGTERM leaves nothing uncertain", "a worker stopped past its lease"]
)
def test_a_worker_that_is_stopped(ground: Ground, name: str) -> None:
    assert scenarios.run(ground, name) == []


@pytest.mark.prove
def test_a_relay_that_fails_at_every_step_loses_nobody(
    ground: Ground, seed: int
) -> None:
    place = ground.folder.parent / "mixed"
    place.mkdir()
    ground.sink.stop()
    ground.sink.folder, ground.sink.seed = place, seed
    ground.sink.start(*MIXED)

    number = ground.released()
    late = kills.bring_to_its_end(ground, number, "resend")

    assert late + invariants.breaches(evidence.collect(ground, number)) == []
