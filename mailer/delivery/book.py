"""The journal as outlets know it: they tell it what is to be written, and go on."""

from collections.abc import Iterable
from typing import Protocol

from mailer.delivery.answer import Settled
from mailer.outbox.postpone import PutOff


class Book(Protocol):
    """Where an outlet has everything written."""

    def wake(self) -> None:
        """Note that there may be something to write."""

    def settle(self, settled: Settled) -> None:
        """Take what became of a message."""

    def put_off(self, messages: Iterable[PutOff]) -> None:
        """Take claimed messages that are to wait again."""

    def pause(self, campaigns: Iterable[int], because: str) -> None:
        """Take campaigns that a person must look at."""
