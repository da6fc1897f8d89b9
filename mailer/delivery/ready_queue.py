"""The marked messages of one relay that no connection has taken yet.

They are composed in small batches: composing several together takes half the time, and
few are composed in vain. How many are marked ahead grows until connections no longer
wait for marks, and marks are not made for a few messages at a time.
"""

from collections import deque
from collections.abc import Callable, Iterable

import structlog

from mailer.clock import uptime
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.smtp.outgoing import MAX_WAIT, OutgoingMessage
from mailer.errors import MailerError
from mailer.outbox.claim import Claimed

log = structlog.get_logger()
SMALL_BATCH, LARGE_BATCH = 16, 64  # messages composed together
SLOW_RELAY = 0.01  # seconds between batches from which they may be large
MARKS_LAST = 0.3  # seconds that the marks of one transaction are to last


class ReadyQueue:
    """A queue of messages, in the order of their rows."""

    def __init__(
        self,
        preparer: Preparer,
        *,
        start: int,
        maximum: int,
        late: Callable[[int], None],
        uncomposable: Callable[[Claimed, str], None],
    ) -> None:
        self._preparer = preparer
        self._maximum = maximum
        self._late = late  # gets the number of a message that waited too long
        self._spoilt = (
            uncomposable  # gets a message that cannot be composed, and the reason
        )
        # with each message, when it was marked and when it was put here
        self._rows: deque[tuple[Prepared, float, float]] = deque()
        self._messages: deque[tuple[OutgoingMessage, float]] = deque()
        self._last_marked_at = self._composed_at = float("-inf")
        self.ahead = min(start, maximum)  # how many messages are to be marked ahead

    def __len__(self) -> int:
        return len(self._rows) + len(self._messages)

    @property
    def low(self) -> bool:
        """Whether fewer than half of the messages marked ahead are left."""
        return len(self) * 2 < self.ahead

    def put(
        self,
        prepared: Iterable[Prepared],
        *,
        marked_at: float,
        put_at: float,
        more_due: bool,
    ) -> None:
        """Add messages whose marks are committed.

        `marked_at` and `put_at` are in seconds, by `clock.uptime`. With `more_due` the
        number to mark ahead may grow.
        """
        if more_due and self.low:
            if not len(self):  # connections had to wait for these marks
                self.ahead *= 2
            elif marked_at - self._last_marked_at < MARKS_LAST:
                self.ahead += (self.ahead + 1) // 2
            self.ahead = min(self.ahead, self._maximum)
        self._last_marked_at = marked_at
        self._rows += [(each, marked_at, put_at) for each in prepared]

    def next(self) -> OutgoingMessage | None:
        """Return the next message, or None if the queue is empty."""
        while self._rows or self._messages:
            if not self._messages:
                self._compose()
                continue
            message, put_at = self._messages.popleft()
            if not self._is_late(message.message_number, put_at):
                return message
        return None

    def _is_late(self, number: int, put_at: float) -> bool:
        """Return whether a message has waited too long; if so, give it up."""
        if uptime() - put_at <= MAX_WAIT:
            return False
        self.ahead = max(self.ahead // 2, 1)
        self._late(number)
        return True

    def _compose(self) -> None:
        now = uptime()
        size = LARGE_BATCH if now - self._composed_at > SLOW_RELAY else SMALL_BATCH
        self._composed_at = now
        for _ in range(min(size, len(self._rows))):
            prepared, marked_at, put_at = self._rows.popleft()
            if self._is_late(prepared.row.id, put_at):
                continue
            try:
                message = self._preparer.compose(prepared, marked_at=marked_at)
            except MailerError as fault:
                self._spoilt(prepared.row, str(fault))
            except Exception as fault:  # noqa: BLE001 (one message must not end the worker)
                kind = type(fault).__name__
                log.warning("message.uncomposable", message=prepared.row.id, kind=kind)
                self._spoilt(prepared.row, kind)
            else:
                self._messages.append((message, put_at))

    def clear(self) -> list[int]:
        """Remove all messages; return their numbers."""
        removed = [each.message_number for each, _ in self._messages]
        removed += [each.row.id for each, *_ in self._rows]
        self._messages.clear()
        self._rows.clear()
        return removed
