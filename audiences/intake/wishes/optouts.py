"""Reads cells about opt-outs: what other programs know of a reader's wish."""

import re
import tomllib
from functools import cache
from importlib import resources

from audiences.intake.mapping import synonyms
from audiences.suppressions import Why

# columns → what yes, a day or a number means there
COLUMNS = {"opt_out": Why.ASKED, "bounced": Why.BOUNCED}
BETWEEN = " | "  # several columns that make one cell
_TICKS = frozenset("✓✔☑✅")
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*")


@cache
def answers() -> dict[str, frozenset[str]]:
    """Return the words of `optouts.toml`, folded, by what they say."""
    text = resources.files(__package__).joinpath("optouts.toml").read_text("utf-8")
    return {
        says: frozenset(map(synonyms.fold, listed))
        for says, listed in tomllib.loads(text).items()
    }


@cache
def _telling() -> frozenset[str]:
    """Return the words that tell of an opt-out in any column, in small letters."""
    text = resources.files(__package__).joinpath("optouts.toml").read_text("utf-8")
    words = tomllib.loads(text)
    return frozenset({*words["asked"], *words["bounced"]} - {*words["weak"]})


def concerns(heading: str, *, answered: bool) -> bool:
    """Whether a heading may be about opt-outs or consent, by its parts.

    `answered`: the cells below it are yes and no.
    """
    folded, words = synonyms.fold(heading), answers()
    parts = words["about"] | (words["about_answers"] if answered else frozenset())
    return any(part in folded for part in parts)


def is_yes_or_no(cell: str) -> bool:
    """Whether a cell is plainly yes or no, in any language of lists."""
    words = answers()
    return cell in _TICKS or synonyms.fold(cell) in words["yes"] | words["never"]


def declines(cell: str) -> bool:
    """Whether a cell about consent says that a reader did not agree."""
    folded, words = synonyms.fold(cell), answers()
    return any(folded in words[says] for says in ("never", "declined", "asked"))


def tells(cell: str) -> bool:
    """Whether a cell says that a reader opted out, whatever its column is called."""
    return cell.strip().casefold() in _telling()


class UnclearError(ValueError):
    """A cell about opt-outs says neither yes nor no."""


def why(cell: str, *, yes: Why) -> Why | None:
    """Return why its address must not be written to, or None when it may be.

    `yes` is the meaning of yes, of a day and of a number in this column. Raises
    UnclearError for other words: a wish is never guessed.
    """
    reasons = {_one(part, yes) for part in cell.split(BETWEEN)} - {None}
    if Why.ASKED in reasons:
        return Why.ASKED
    return next(iter(reasons), None)


def _one(part: str, yes: Why) -> Why | None:
    bare = part.strip()
    folded = synonyms.fold(bare)
    words = answers()
    if bare in _TICKS:
        return yes
    if not folded or folded in words["no"] | words["never"]:
        return None
    if folded in words["asked"]:
        return Why.ASKED
    if folded in words["bounced"]:
        return Why.BOUNCED
    if folded in words["yes"] or bare.isdecimal() or _DAY.fullmatch(bare):
        return yes
    raise UnclearError(bare)
