"""What a relay queue has written, and the journal as it knows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from mailer.delivery.answer import Settled
from mailer.delivery.smtp.replies import Reply


@dataclass(slots=True)
class Unrecorded:
    """What became of marked messages, and is not written yet."""

    accepted: list[tuple[int, Reply]] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)  # all that was not accepted
    unsent: list[int] = field(default_factory=list)  # whose marks are to be taken back

    def __len__(self) -> int:
        return len(self.accepted) + len(self.settled) + len(self.unsent)

    def add(self, told: "Unrecorded") -> None:
        """Take what was told elsewhere."""
        self.accepted += told.accepted
        self.settled += told.settled
        self.unsent += told.unsent


class Recorder(Protocol):
    """Where a relay queue has everything written."""

    def wake(self) -> None:
        """Note that there is something to write, soon."""

    def hurry(self) -> None:
        """Note that somebody waits for what is written or taken next."""

    def look(self) -> None:
        """Note that a relay may soon have nothing to send."""

    def pause(self, campaigns: Iterable[int], because: str) -> None:
        """Pause campaigns: a person must look at them."""
