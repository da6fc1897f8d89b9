"""The last words of `run.py chaos`: one table and one line, also of what broke."""

import json
from typing import Any

from tools.chaos import telling
from tools.chaos.kills import Result
from tools.chaos.telling import Told


def run(policy: str, **figures: Any) -> Result:
    return Result(policy=policy, store="sqlite", seed=7, **figures)


def test_the_line_adds_up_all_runs_and_keeps_each() -> None:
    told = Told(seed=7, runs=[run("resend", kills=3, duplicates=2), run("reconcile")])
    said = json.loads(telling.line(told))
    each = {key: said[key] for key in ("kills", "lost", "duplicates", "unflagged")}

    assert each == {"kills": 3, "lost": 0, "duplicates": 2, "unflagged": 0}
    assert (said["policy"], said["store"], said["seed"]) == (
        "resend, reconcile",
        "sqlite",
        7,
    )
    assert [each["duplicates"] for each in said["runs"]] == [2, 0]
    assert told.sound


def test_the_table_says_what_was_not_tried_and_what_broke() -> None:
    told = Told(seed=7, held=2, not_tried=["sqlite: no strace"], broken=["I2: gone"])

    lines = telling.table(told)

    assert "  not tried: sqlite: no strace" in lines
    assert "  BROKEN: I2: gone" in lines
    assert not told.sound


def test_a_lost_message_is_never_sound() -> None:
    assert not Told(seed=7, runs=[run("resend", lost=1)]).sound
    assert not Told(seed=7, runs=[run("resend", unflagged=1)]).sound
