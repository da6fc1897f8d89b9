"""Decides whether what a page saves may replace what stands. Pure.

A save carries `base`, the digest of what its form was filled with, `page`, a number of
the page that was loaded, and `n`, which rises with each save of that page.
"""

from dataclasses import dataclass
from enum import StrEnum


class SaveOutcome(StrEnum):
    """What becomes of a save."""

    TAKEN = "taken"
    KNOWN = "known"  # what stands is this very save, sent again
    REFUSED = "refused"  # something stands that this page has not seen


@dataclass(frozen=True, kw_only=True, slots=True)
class SaveStamp:
    """Where a save comes from."""

    base: str
    page: str
    n: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LastSave:
    """The last save that was taken; `digest` is what it wrote."""

    digest: str
    page: str
    n: int


def decide(
    stands: str, last: LastSave | None, stamp: SaveStamp, wanted: str
) -> SaveOutcome:
    """Return what becomes of a save of `wanted` where `stands` is written.

    It is taken if its page has seen what stands: that was the base of its form, or the
    same page wrote it before. A save that arrives after a later one of its page is not.
    """
    own = last is not None and last.page == stamp.page
    if own and last is not None and last.digest == stands:
        if stamp.n > last.n:
            return SaveOutcome.TAKEN
        return SaveOutcome.KNOWN if wanted == stands else SaveOutcome.REFUSED
    if wanted == stands:
        return SaveOutcome.KNOWN
    if own and last is not None and stamp.n <= last.n:
        return SaveOutcome.REFUSED
    return SaveOutcome.TAKEN if stamp.base == stands else SaveOutcome.REFUSED
