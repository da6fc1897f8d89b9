"""Finds words of a wish among others in a cell, without case and accents.

A word that denies, such as “not”, counts when it stands just before them. Chinese and
Japanese have no spaces: there a phrase is found anywhere.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

from audiences.suppressions import Why

LONGEST = 300  # characters of a cell in which words are looked for
_BEFORE = 3  # words in which a phrase may be denied
_EITHER = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None})  # as lists in Arabic write
_MARKS = str.maketrans(
    {
        **dict.fromkeys("'’`-–—/\\\"“”«»_*[]", " "),
        **dict.fromkeys(",;:.!?()|،؛。，；：！？（）\n", " | "),  # a phrase ends there
    }
)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
Phrase = tuple[str, ...]


@cache
def texts() -> dict[str, list[str]]:
    """Return the words of `optouts.toml`, by what they say."""
    text = resources.files(__package__).joinpath("optouts.toml").read_text("utf-8")
    return tomllib.loads(text)


def words(text: str) -> list[str]:
    """Return the words of a text, without case and accents; a bar is a mark."""
    bare = text.casefold()
    if not bare.isascii():
        plain = unicodedata.normalize("NFKD", bare)
        bare = "".join(c for c in plain if not unicodedata.combining(c))
        bare = bare.translate(_EITHER)
    return bare.translate(_MARKS).split()


def tells(cell: str) -> Why | None:
    """Return why a reader must not be written to, if a cell says so in any column."""
    return _found(cell, _telling())


def within(cell: str) -> Why | None:
    """Return the same for what says so among other words only."""
    return _found(cell, _phrases("within", "within_bounced"))


def declines(cell: str) -> bool:
    """Whether a cell about consent says that a reader did not agree."""
    return _found(cell, _phrases("declined_within")) is not None


Known = dict[str, list[tuple[Phrase, Why, bool]]]  # by the first word; whole cells only


def _found(cell: str, known: Known) -> Why | None:
    if len(cell) > LONGEST:
        return None
    if not cell.isascii() and _UNSPACED.search(cell) and _unspaced(cell):
        return Why.ASKED
    said = words(cell)
    if known.keys().isdisjoint(said):
        return None
    bare = [each for each in said if each != "|"]
    for place, word in enumerate(said):
        for phrase, reason, whole in known.get(word, ()):
            if tuple(said[place : place + len(phrase)]) != phrase:
                continue
            if len(bare) == len(phrase) or not (whole or _denied(said, place)):
                return reason
    return None


def _denied(said: list[str], place: int) -> bool:
    """Whether a word that denies stands before, without a mark between."""
    for word in reversed(said[max(0, place - _BEFORE) : place]):
        if word == "|":
            return False
        if word in _words_of("not"):
            return True
    return False


def _unspaced(cell: str) -> bool:
    """Whether a phrase that needs no spaces around it stands in a cell."""
    for phrase in texts()["anywhere"]:
        before, found, _ = cell.partition(phrase)
        if found and not before.endswith(tuple(texts()["not_unspaced"])):
            return True
    return False


@cache
def _words_of(section: str) -> frozenset[str]:
    return frozenset(word for each in texts()[section] for word in words(each))


@cache
def _phrases(asked: str, bounced: str = "") -> Known:
    known: Known = {}
    _add(known, texts()[asked], Why.ASKED, whole=False)
    _add(known, texts()[bounced] if bounced else (), Why.BOUNCED, whole=False)
    return known


@cache
def _telling() -> Known:
    """Return what tells of a wish in any column, also as a whole cell only."""
    listed = texts()
    weak = set(listed["weak"])
    known: Known = {}
    for section, reason in (("asked", Why.ASKED), ("bounced", Why.BOUNCED)):
        _add(known, (e for e in listed[section] if e not in weak), reason, whole=True)
    for first, more in _phrases("within", "within_bounced").items():
        known.setdefault(first, []).extend(more)
    return known


def _add(known: Known, listed: Iterable[str], reason: Why, *, whole: bool) -> None:
    for each in listed:
        phrase = tuple(word for word in words(each) if word != "|")
        known.setdefault(phrase[0], []).append((phrase, reason, whole))
