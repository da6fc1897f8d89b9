"""Outcomes that are not written yet, and the interface that has them written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from mailer.delivery.answer import Settled
from mailer.delivery.smtp.replies import Reply


@dataclass(slots=True)
class Unrecorded:
    """Outcomes of marked messages that are not written yet."""

    accepted: list[tuple[int, Reply, str]] = field(default_factory=list)  # by relay
    settled: list[Settled] = field(default_factory=list)  # all other outcomes
    unsent: list[int] = field(default_factory=list)  # whose marks are to be removed
    # by campaign, how many were accepted, refused or set aside
    attempts: Counter[int] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.accepted) + len(self.settled) + len(self.unsent)

    def add(self, others: "Unrecorded") -> None:
        """Add outcomes."""
        self.accepted += others.accepted
        self.settled += others.settled
        self.unsent += others.unsent
        self.attempts.update(others.attempts)


class Recorder(Protocol):
    """Has the outcomes of a relay queue written."""

    def write_soon(self) -> None:
        """Have outcomes written after a short delay, together with others."""

    def write_now(self) -> None:
        """Have outcomes written, and due messages taken, at once."""

    def take_now(self) -> None:
        """Have due messages taken at once: a relay will soon have none to send."""

    def pause(self, campaigns: Iterable[int], reason: str) -> None:
        """Pause campaigns, because a person must correct something."""
