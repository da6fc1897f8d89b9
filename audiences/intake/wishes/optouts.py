"""Reads cells about opt-outs: what other programs know of a reader's wish."""

import re
from collections.abc import Callable, Iterable
from functools import cache

from audiences.intake.mapping import synonyms
from audiences.intake.wishes import dates, phrases
from audiences.suppressions import Why

# columns → what yes, a day or a number means there
COLUMNS = {"opt_out": Why.ASKED, "bounced": Why.BOUNCED}
OPT_IN = "opt_in"  # the column whose no means that a reader gets no letters
BETWEEN = " | "  # several columns that make one cell
_TICKS = frozenset("✓✔☑✅☒")
_CROSSES = frozenset("✗✘❌❎×⨯✖")  # a mark of yes, or of no
_ANSWER = re.compile(r"\s*([^\W\d_]+)\s*[,;.:!–—(-]")
_ASIDE = re.compile(r"(?P<said>[^\[\]]*)\[(?P<aside>[A-Z?])\]")  # of Mailman: on [B]
LONGEST = 60  # characters of a title
# what Sympa keeps of bounces: the first, the last, how many, the status
_STATUS = re.compile(r"\d+ \d+ \d+ (?P<digit>[245])[.\d]*")
# a reply of a server that refuses for good: 550 5.1.1 no such user (RFC 3463)
_REPLY = re.compile(r"(?:smtp; ?)?(?:5\d\d[ -]|5\.\d{1,3}\.\d{1,3}\b)", re.IGNORECASE)


@cache
def answers() -> dict[str, frozenset[str]]:
    """Return the words of `optouts.toml`, folded, by what they say."""
    return {
        says: frozenset(map(synonyms.fold, listed))
        for says, listed in phrases.texts().items()
    }


def concerns(heading: str, *, answered: bool, dated: bool = False) -> bool:
    """Whether a heading may be about opt-outs or consent, by its parts.

    `answered`: the cells below it are yes and no; `dated`: they are days.
    """
    folded, words = synonyms.fold(heading), answers()
    if any(part in folded for part in words["about"]):
        return True
    if answered and any(part in folded for part in words["about_choices"]):
        return True
    if dated and any(part in folded for part in words["about_days"]):
        return True
    first = synonyms.fold(next(iter(heading.split()), ""))
    denies = first in words["denies"]
    return answered and (denies or any(p in folded for p in words["about_answers"]))


def is_yes_or_no(cell: str) -> bool:
    """Whether a cell is plainly yes or no, in any language of lists."""
    words, folded = answers(), synonyms.fold(cell)
    plain = words["yes"] | words["never"]
    said = words["agreed"] | words["declined"]
    return cell in _TICKS | _CROSSES or _answer(cell) in plain or folded in said


def is_choice_of_none(heading: str, cells: Iterable[str]) -> bool:
    """Whether a column is of how often or by which way, and a cell says never."""
    folded, words = synonyms.fold(heading), answers()
    refused = words["never"] | words["declined"]
    return any(part in folded for part in words["about_choices"]) and any(
        _answer(cell) in refused for cell in cells
    )


def _answer(cell: str) -> str:
    """Return the first word of “No, thank you”, or the whole cell, folded."""
    first = _ANSWER.match(cell)
    return synonyms.fold(first[1] if first else cell)


def declines(cell: str) -> bool:
    """Whether a cell about consent says that a reader did not agree."""
    folded, words = synonyms.fold(cell), answers()
    whole = any(folded in words[says] for says in ("declined", "asked"))
    said = whole or _answer(cell) in words["never"]
    return said or phrases.declines(cell) or phrases.within(cell) is not None


def tells(cell: str) -> bool:
    """Whether a cell says that a reader opted out, whatever its column is called."""
    return phrases.tells(cell) is not None


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
    if not answers()["not"].isdisjoint(map(synonyms.fold, phrases.words(bare))):
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
    return _together(cell, lambda part: _one(part, yes))


def why_not(cell: str) -> Why | None:
    """Return why its address must not be written to, from a cell that may say no.

    Raises UnclearError for what is neither yes nor no, and for an empty cell.
    """
    return _together(cell, _agreement)


def _together(cell: str, read: Callable[[str], Why | None]) -> Why | None:
    """Return the reason that one of several cells gives, however unclear others are."""
    reasons: set[Why | None] = set()
    unclear: UnclearError | None = None
    for part in cell.split(BETWEEN):
        try:
            reasons.add(read(part.strip()))
        except UnclearError as fault:
            unclear = fault
    for reason in (Why.ASKED, Why.BOUNCED):
        if reason in reasons:
            return reason
    if unclear is not None:
        raise unclear
    return None


def _agreement(bare: str) -> Why | None:
    folded, words = synonyms.fold(bare), answers()
    refused = words["never"] | words["declined"] | words["asked"]
    if folded in refused or bare == "-1" or dates.is_none(bare) or dates.is_zero(bare):
        return Why.ASKED
    if folded in words["bounced"]:
        return Why.BOUNCED
    agreed = words["yes"] | words["agreed"] | words["no"] - {synonyms.fold("n/a")}
    if folded in agreed or bare in _TICKS or dates.is_day(bare):
        return None
    if declines(bare):
        return Why.ASKED
    if _answer(bare) in words["yes"]:
        return None
    raise UnclearError(bare)


def _one(bare: str, yes: Why) -> Why | None:
    aside = _ASIDE.fullmatch(bare)
    if aside is not None and _says_yes(aside["said"].strip()):
        return Why.BOUNCED if aside["aside"] == "B" else yes
    if bare in _CROSSES:
        raise UnclearError(bare)
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
    if folded in words["bounced"] or _STATUS.fullmatch(bare) or _REPLY.match(bare):
        return Why.BOUNCED
    return phrases.within(bare)
