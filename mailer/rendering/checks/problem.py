"""A problem of a campaign, as the checks of templates, texts and letters return it.

An error blocks approval; a warning is shown to the approver.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a problem blocks approval."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One problem: `where` is its place, `what` a sentence.

    `language` is empty for a problem of no single language.
    """

    level: Severity
    language: str
    where: str
    what: str
    code: str = ""  # for which an edge adds a remedy
    timed: bool = False  # it depends on when the letter goes


def error(language: str, where: str, what: str, *, code: str = "") -> Problem:
    """Return a problem that blocks approval."""
    return Problem(
        level=Severity.ERROR, language=language, where=where, what=what, code=code
    )


def warning(
    language: str, where: str, what: str, *, code: str = "", timed: bool = False
) -> Problem:
    """Return a problem that does not block approval."""
    return Problem(
        level=Severity.WARNING,
        language=language,
        where=where,
        what=what,
        code=code,
        timed=timed,
    )
