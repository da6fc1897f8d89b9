"""How many streams of live figures a process keeps open."""

from collections.abc import Iterator
from contextlib import contextmanager

MOST = 50  # streams that get figures as they change; another one gets them once


class OpenStreams:
    """The open streams of one process."""

    def __init__(self) -> None:
        self.number = 0

    @contextmanager
    def another(self) -> Iterator[bool]:
        """Count a stream while it is open; yield whether there is room for it."""
        self.number += 1
        try:
            yield self.number <= MOST
        finally:
            self.number -= 1
