"""Groups faults by their reason: hundreds of cells often have one cause."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from audiences.intake.values.checked import Fault

FIRST = 5  # rows and values shown of a group
_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")
_HINT = re.compile(r"; did you mean .*")


@dataclass(slots=True)
class FaultGroup:
    """Faults of one column with one reason."""

    column: str
    reason: str  # of the first fault
    count: int = 0
    rows: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


def groups(faults: Iterable[Fault]) -> list[FaultGroup]:
    """Return the groups, the largest first."""
    found: dict[tuple[str, str], FaultGroup] = {}
    for fault in faults:
        key = (fault.column, _general(fault))
        group = found.setdefault(key, FaultGroup(fault.column, fault.reason))
        group.count += 1
        if len(group.rows) < FIRST:
            group.rows.append(fault.row)
        if len(group.values) < FIRST and fault.value not in group.values:
            group.values.append(fault.value)
    return sorted(found.values(), key=lambda group: -group.count)


def _general(fault: Fault) -> str:
    """Return a reason without what is particular to one cell."""
    reason = fault.reason.replace(fault.value, "…") if fault.value else fault.reason
    return _PARTICULAR.sub("…", _HINT.sub("", reason))
