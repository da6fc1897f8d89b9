"""Former names of settings, which are still read for one release.

Remove a name from the table one release after the change.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any

FORMER = {  # section and former name → current name
    ("delivery", "give_up_hours"): "too_late_hours",
    ("ticker", "late_hours"): "grace_hours",
}


def former_names(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each former name in the file or the environment, with the current one."""
    for (section, before), after in FORMER.items():
        if before in _section(values, section):
            yield f"{section}.{before}", f"{section}.{after}"
        if _variable(section, before) in os.environ:
            yield _variable(section, before), _variable(section, after)


def with_current_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values under their current names.

    Where both names are given, the value under the current name counts.
    """
    result = dict(values)
    for (section, before), after in FORMER.items():
        table = dict(_section(values, section))
        if before in table:
            result[section] = {after: table.pop(before)} | table
    return result


def _section(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = values.get(name)
    return table if isinstance(table, Mapping) else {}


def _variable(section: str, name: str) -> str:
    return f"MAILER_{section}__{name}".upper()
