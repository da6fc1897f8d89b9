"""What a run of `run.py chaos` tells at its end: one table, and one line of JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from tools.chaos.kills import Result

COLUMNS = ("policy", "store", "kills", "campaigns", "messages", "copies")
SUMS = ("lost", "duplicates", "uncertain", "unflagged", "seconds")
TOTALS = ("kills", "lost", "duplicates", "uncertain", "unflagged")
SHOWN = 20  # breaches


@dataclass(kw_only=True)
class Told:
    """Everything that was tried."""

    seed: int
    stores: list[str] = field(default_factory=list)  # faults were played on
    runs: list[Result] = field(default_factory=list)
    held: int = 0  # faults played one by one that hold
    broken: list[str] = field(default_factory=list)  # what broke in them
    not_tried: list[str] = field(default_factory=list)  # and why

    @property
    def sound(self) -> bool:
        """Whether nothing broke."""
        return not self.broken and not any(
            run.breaches or run.lost or run.unflagged for run in self.runs
        )


def table(told: Told) -> list[str]:
    """Return the lines of the table."""
    heads = (*COLUMNS, *SUMS)
    rows = [[_shown(getattr(run, head)) for head in heads] for run in told.runs]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (heads, *rows)
    ]
    lines += [f"  {run.policy} on {run.store}: {run.ended}" for run in told.runs]
    lines.append(f"faults one by one: {told.held} hold, {len(told.broken)} broken")
    lines += [f"  not tried: {each}" for each in told.not_tried]
    breaches = [each for run in told.runs for each in run.breaches] + told.broken
    lines += [f"  BROKEN: {each}" for each in breaches[:SHOWN]]
    return [*lines, f"seed {told.seed}"]


def line(told: Told) -> str:
    """Return the figures as one line of JSON: of all runs together, and of each."""
    sums = {key: sum(getattr(run, key) for run in told.runs) for key in TOTALS}
    runs = [
        {key: getattr(run, key) for key in (*TOTALS, "policy", "store", "messages")}
        for run in told.runs
    ]
    return json.dumps(
        {
            **sums,
            "policy": _together([run.policy for run in told.runs]),
            "store": _together([run.store for run in told.runs] + told.stores),
            "seed": told.seed,
            "runs": runs,
            "faults": {"hold": told.held, "broken": told.broken},
            "not_tried": told.not_tried,
        }
    )


def _together(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _shown(value: object) -> str:
    return f"{value:.0f}" if isinstance(value, float) else str(value)
