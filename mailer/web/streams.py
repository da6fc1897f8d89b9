"""How many streams of live figures a process keeps open, and for one user."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 50  # streams that get figures as they change; another one gets them once
MOST_OF_USER = 10  # of them, so that the tabs of one user leave room for others


class OpenStreams:
    """The open streams of one process."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()  # by user

    @contextmanager
    def another(self, user: str) -> Iterator[bool]:
        """Count a stream of a user while it is open; yield whether it has room."""
        has_room = self._open[user] < MOST_OF_USER and self._open.total() < MOST
        if not has_room:  # it ends at once
            yield False
            return
        self._open[user] += 1
        try:
            yield True
        finally:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]
