"""One thing wrong with a campaign: how grave it is, where it stands, and what it is.

An error blocks approval; a warning is for the approver's eye. Whoever looks at
templates, texts and letters says what they find in this form.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How grave a problem is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong, and where; `language` is empty where it is that of none."""

    level: Severity
    language: str
    where: str
    what: str
    code: str = ""  # from which an edge adds a remedy


def error(language: str, where: str, what: str, *, code: str = "") -> Problem:
    """Return what blocks approval."""
    return Problem(
        level=Severity.ERROR, language=language, where=where, what=what, code=code
    )


def warning(language: str, where: str, what: str, *, code: str = "") -> Problem:
    """Return what an approver should know."""
    return Problem(
        level=Severity.WARNING, language=language, where=where, what=what, code=code
    )
