"""Reads cells about opt-outs: what other programs know of a reader's wish."""

import re
import tomllib
from functools import cache
from importlib import resources

from audiences.intake.mapping import synonyms
from audiences.intake.wishes import dates
from audiences.suppressions import Why

# columns → what yes, a day or a number means there
COLUMNS = {"opt_out": Why.ASKED, "bounced": Why.BOUNCED}
BETWEEN = " | "  # several columns that make one cell
_TICKS = frozenset("✓✔☑✅")
_MARKS = str.maketrans(dict.fromkeys(',;:.!?/()[]{}"-–—', " "))  # between words
_ASIDE = re.compile(r"(?P<said>[^\[\]]*)\[(?P<aside>[A-Z?])\]")  # of Mailman: on [B]
LONGEST = 60  # characters of a cell in which words are looked for
# what Sympa keeps of bounces: the first, the last, how many, the status
_STATUS = re.compile(r"\d+ \d+ \d+ (?P<digit>[245])[.\d]*")


@cache
def answers() -> dict[str, frozenset[str]]:
    """Return the words of `optouts.toml`, folded, by what they say."""
    return {
        says: frozenset(map(synonyms.fold, listed)) for says, listed in _texts().items()
    }


@cache
def _texts() -> dict[str, list[str]]:
    text = resources.files(__package__).joinpath("optouts.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _telling() -> frozenset[str]:
    """Return the words that tell of an opt-out in any column, in small letters."""
    words = _texts()
    return frozenset({*words["asked"], *words["bounced"]} - {*words["weak"]})


def concerns(heading: str, *, answered: bool) -> bool:
    """Whether a heading may be about opt-outs or consent, by its parts.

    `answered`: the cells below it are yes and no.
    """
    folded, words = synonyms.fold(heading), answers()
    if any(part in folded for part in words["about"]):
        return True
    first = synonyms.fold(next(iter(heading.split()), ""))
    denies = first in words["denies"]
    return answered and (denies or any(p in folded for p in words["about_answers"]))


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
    bare = cell.strip().casefold()
    return bare in _telling() or within(bare) is not None


def within(cell: str) -> Why | None:
    """Return why an address must not be written to, by words among others in a cell."""
    if len(cell) > LONGEST or _first().isdisjoint(cell.casefold().split()):
        return None
    words = cell.casefold().translate(_MARKS).split()
    for place, word in enumerate(words):
        for phrase, reason in _first_words().get(word, ()):
            if words[place : place + len(phrase)] == phrase:
                denied = not answers()["not"].isdisjoint(words[:place])
                return None if denied else reason
    return None


@cache
def _first() -> frozenset[str]:
    """Return the first words of what `within` looks for, with usual marks."""
    forms = ("{}", "{},", "{}:", "{};", "{}.", "({}", "({})", '"{}"', "[{}]")
    return frozenset(form.format(word) for word in _first_words() for form in forms)


@cache
def _first_words() -> dict[str, list[tuple[list[str], Why]]]:
    """Return what says so within a longer cell, as words, by its first word."""
    found: dict[str, list[tuple[list[str], Why]]] = {}
    asked = answers()["asked"]
    for phrase in _texts()["within"]:
        words = phrase.translate(_MARKS).split()
        reason = Why.ASKED if synonyms.fold(phrase) in asked else Why.BOUNCED
        found.setdefault(words[0], []).append((words, reason))
    return found


def is_named(name: str, *, exported: bool) -> bool:
    """Whether the name of a file or sheet says that its people want no letters.

    `exported`: it is the export of another program.
    """
    folded, words = synonyms.fold(name), answers()
    return any(part in folded for part in words["named"]) or (
        exported and folded.startswith(tuple(words["named_first"]))
    )


def is_caption(text: str) -> bool:
    """Whether a title says that the people below it want no letters."""
    bare = text.strip(" \t:：-–—*•=_#()[]")
    if len(bare) > LONGEST or not any(map(str.isalpha, bare)):
        return False
    words = bare.casefold().translate(_MARKS).split()
    if not answers()["not"].isdisjoint(words):
        return False
    folded = synonyms.fold(bare)
    return is_named(bare, exported=False) or tells(bare) or folded in _headed()


@cache
def _headed() -> frozenset[str]:
    """Return the headings of columns of wishes, folded."""
    found = synonyms.meanings().items()
    return frozenset(each for each, meaning in found if meaning.target in COLUMNS)


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
    aside = _ASIDE.fullmatch(bare)
    if aside is not None and _says_yes(aside["said"].strip()):
        return Why.BOUNCED if aside["aside"] == "B" else yes
    if _says_no(bare):
        return None
    if _says_yes(bare):
        return yes
    reason = _reason(bare)
    if reason is None:
        raise UnclearError(bare)
    return reason


def _says_no(bare: str) -> bool:
    folded, words = synonyms.fold(bare), answers()
    status = _STATUS.fullmatch(bare)
    return (
        (not folded and bare not in _TICKS)
        or folded in words["no"] | words["never"]
        or (status is not None and status["digit"] != "5")
        or dates.is_none(bare)
        or dates.is_zero(bare)
    )


def _says_yes(bare: str) -> bool:
    named = bare in _TICKS or synonyms.fold(bare) in answers()["yes"]
    return named or dates.is_number(bare) or dates.is_day(bare)


def _reason(bare: str) -> Why | None:
    """Return the reason that the words of a cell name."""
    folded, words = synonyms.fold(bare), answers()
    if folded in words["asked"]:
        return Why.ASKED
    if folded in words["bounced"] or _STATUS.fullmatch(bare):
        return Why.BOUNCED
    return within(bare)
