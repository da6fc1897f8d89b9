"""How many days before a slot its draft, its translations and its approval are due."""

from dataclasses import dataclass
from enum import StrEnum

LONGEST = 180  # days


class Turn(StrEnum):
    """Whose turn it is before a slot."""

    DRAFT = "draft"  # its draft is opened, its owner writes it
    TRANSLATION = "translation"
    APPROVAL = "approval"


@dataclass(frozen=True, kw_only=True, slots=True)
class Leads:
    """Days before a slot."""

    draft: int = 10
    translation: int = 4
    approval: int = 2

    @property
    def days(self) -> dict[Turn, int]:
        """Return the days by turn, the first turn first."""
        return {
            Turn.DRAFT: self.draft,
            Turn.TRANSLATION: self.translation,
            Turn.APPROVAL: self.approval,
        }


USUAL = Leads()
