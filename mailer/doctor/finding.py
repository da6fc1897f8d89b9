"""A finding of the doctor: its subject, its grade, a sentence, and a remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    NOTE = "note"  # could not be checked, or is useful to know
    WARNING = "warning"  # works, with a disadvantage or risk
    ERROR = "error"  # does not work


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The result of one check."""

    about: str
    level: Grade
    sentence: str
    remedy: str = ""


def ok(about: str, sentence: str) -> Finding:
    """Return a finding without a fault."""
    return Finding(about=about, level=Grade.OK, sentence=sentence)


def note(about: str, sentence: str, remedy: str = "") -> Finding:
    """Return a finding on something that was not checked, or is useful to know."""
    return Finding(about=about, level=Grade.NOTE, sentence=sentence, remedy=remedy)


def warning(about: str, sentence: str, remedy: str) -> Finding:
    """Return a finding on something that works with a disadvantage or risk."""
    return Finding(about=about, level=Grade.WARNING, sentence=sentence, remedy=remedy)


def error(about: str, sentence: str, remedy: str) -> Finding:
    """Return a finding on something that does not work."""
    return Finding(about=about, level=Grade.ERROR, sentence=sentence, remedy=remedy)
