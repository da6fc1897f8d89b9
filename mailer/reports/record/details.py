"""Says what the details of acts hold: values before and after, lists, instants."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

HIDDEN = frozenset({"digest", "content"})  # for auditors only
TIMES = frozenset({"at", "before", "fell", "disabled_at"})  # their values are instants
LISTS = frozenset({"persons"})  # lists in acts whose other lists are pairs
PAIR = 2  # before and after


@dataclass(frozen=True, kw_only=True, slots=True)
class ActDetail:
    """A value of an act; `pair` is whether it has a value before."""

    key: str
    before: Any
    after: Any
    pair: bool


def parts(
    about: str, detail: Mapping[str, Any], *, digests: bool = False
) -> Iterator[ActDetail]:
    """Yield what the detail of an act on an object says; `digests` are for auditors.

    Acts on campaigns have lists, others have a list of before and after.
    """
    listing = about.startswith("campaign ")
    for key, value in detail.items():
        if (key in HIDDEN and not digests) or value in (None, "", [], {}):
            continue
        pair = isinstance(value, list) and len(value) == PAIR
        pair = pair and not listing and key not in LISTS
        before, after = value if pair else (None, value)
        yield ActDetail(key=key, before=before, after=after, pair=pair)


def instant(key: str, value: str) -> datetime | None:
    """Return the instant that a value of a key is; None if it is none."""
    if key in TIMES:
        with suppress(ValueError):
            at = datetime.fromisoformat(value)
            return at if at.tzinfo else None
    return None
