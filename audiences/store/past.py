"""What the sender of letters hands to rules: what became of earlier letters.

The directory knows no letters. The conditions come from outside, by the session.
"""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

KEY = "liaison_past"  # in the session's `info`: what makes a Past


@dataclass(frozen=True, kw_only=True, slots=True)
class PastWords:
    """What rules may name of the past."""

    campaigns: Collection[str] = ()  # numbers of campaigns that were sent
    events: Collection[str] = ()  # codes of events to which readers were invited
    answers: Collection[str] = ()  # that an invitation may have


class Past(Hashable, Protocol):
    """Conditions on contacts; each is true or false, never NULL."""

    async def words(self, session: AsyncSession) -> PastWords:
        """Return what rules may name."""

    def bounced_in(self, campaign: str) -> ColumnElement[bool]:
        """Whether a letter of a campaign came back, or was refused."""

    def reached_in(self, campaign: str) -> ColumnElement[bool]:
        """Whether a letter of a campaign was taken, and did not come back."""

    def replied(self, campaign: str) -> ColumnElement[bool]:
        """Whether the contact wrote back to a campaign."""

    def answered(self, event: str, answer: str | None) -> ColumnElement[bool]:
        """Whether the contact answered the invitation to an event; None: anyhow."""

    def reached_since(self, at: datetime) -> ColumnElement[bool]:
        """Whether any letter was taken since an instant, and did not come back."""


def of(session: AsyncSession) -> Past | None:
    """Return what was handed to this session; None: there is no past."""
    make: Callable[[], Past] | None = session.info.get(KEY)
    return make() if make else None


def condition(
    past: Past, question: str, argument: str, second: str | None
) -> ColumnElement[bool]:
    """Return the condition of a question about earlier letters."""
    if question == "answered":
        return past.answered(argument, second)
    asked = {
        "reached_in": past.reached_in,
        "bounced_in": past.bounced_in,
        "replied": past.replied,
    }
    return asked[question](argument)


def reached_since(past: Past, day: date) -> ColumnElement[bool]:
    """Return the condition that a letter was taken since the beginning of a UTC day."""
    return past.reached_since(datetime.combine(day, time.min, UTC))
