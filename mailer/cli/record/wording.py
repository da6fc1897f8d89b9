"""Says the details of acts on one line, with times in the site's zone."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from mailer.cli import output
from mailer.reports.record import details


def in_words(
    about: str, detail: Mapping[str, Any], zone: ZoneInfo, *, digests: bool = False
) -> str:
    """Return the detail of an act: `address: old@… → new@…; because: new name`."""
    said = []
    for each in details.parts(about, detail, digests=digests):
        after = _shown(each.key, each.after, zone)
        if each.pair:
            after = f"{_shown(each.key, each.before, zone)} → {after}"
        said.append(f"{each.key}: {after}")
    return "; ".join(said)


def _shown(key: str, value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{name} {_shown('', each, zone)}" for name, each in value.items())
        return ", ".join(pairs) or "–"
    at = details.instant(key, value) if isinstance(value, str) else None
    return output.local(at, zone) if at else output.shown(value) or "–"
