"""One finding: what it is about, how grave, a sentence, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    NOTE = "note"  # could not be looked at, or is good to know
    WARNING = "warning"  # works, and will cost you
    ERROR = "error"  # does not work


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What was seen of one thing."""

    about: str
    level: Grade
    sentence: str
    remedy: str = ""


def ok(about: str, sentence: str) -> Finding:
    """Return what is as it should be."""
    return Finding(about=about, level=Grade.OK, sentence=sentence)


def note(about: str, sentence: str, remedy: str = "") -> Finding:
    """Return what could not be seen, or is good to know."""
    return Finding(about=about, level=Grade.NOTE, sentence=sentence, remedy=remedy)


def warning(about: str, sentence: str, remedy: str) -> Finding:
    """Return what works and will cost somebody."""
    return Finding(about=about, level=Grade.WARNING, sentence=sentence, remedy=remedy)


def error(about: str, sentence: str, remedy: str) -> Finding:
    """Return what does not work."""
    return Finding(about=about, level=Grade.ERROR, sentence=sentence, remedy=remedy)
