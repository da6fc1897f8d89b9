"""The marked messages of one relay that no connection has taken yet.

They are composed a few at a time: work of one kind done together takes half the
time, and no more is composed than soon leaves. How many are marked grows until the
connections need not wait for marks, and marking is not done again and again for a few.
"""

from collections import deque
from collections.abc import Callable, Iterable

from mailer.clock import uptime
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.smtp.outgoing import SOON, OutgoingMessage
from mailer.errors import MailerError
from mailer.outbox.claim import Claimed

FEW, MANY = 16, 64  # messages composed at once
LEISURE = 0.01  # seconds a few last where the relay takes its time
LASTING = 0.3  # seconds that marks are to last


class ReadyQueue:
    """Gives out messages in the order their rows came."""

    def __init__(
        self,
        preparer: Preparer,
        *,
        start: int,
        most: int,
        late: Callable[[int], None],
        spoilt: Callable[[Claimed, str], None],
    ) -> None:
        self._preparer = preparer
        self._most = most
        self._late = late  # told which message is to go back
        self._spoilt = spoilt  # told which message cannot be composed, and why
        self._rows: deque[tuple[Prepared, float, float]] = deque()  # marked, put at
        self._messages: deque[tuple[OutgoingMessage, float]] = deque()
        self._put_at = self._composed_at = float("-inf")
        self.ahead = min(start, most)  # how many are marked

    def __len__(self) -> int:
        return len(self._rows) + len(self._messages)

    @property
    def low(self) -> bool:
        """Whether the connections will soon have nothing to send."""
        return len(self) * 2 < self.ahead

    def put(
        self,
        prepared: Iterable[Prepared],
        *,
        marked_at: float,
        put_at: float,
        more: bool,
    ) -> None:
        """Take, at `put_at`, messages whose marks are committed; `more` are due."""
        if more and self.low:
            if not len(self):  # the connections had to wait for these marks
                self.ahead *= 2
            elif marked_at - self._put_at < LASTING:
                self.ahead += (self.ahead + 1) // 2
            self.ahead = min(self.ahead, self._most)
        self._put_at = marked_at
        self._rows += [(each, marked_at, put_at) for each in prepared]

    def next(self) -> OutgoingMessage | None:
        """Return the next message."""
        while self._rows or self._messages:
            if not self._messages:
                self._compose()
                continue
            message, put_at = self._messages.popleft()
            if not self._is_late(message.message_number, put_at):
                return message
        return None

    def _is_late(self, number: int, put_at: float) -> bool:
        """Give up a message that found no connection soon after it was put here."""
        if uptime() - put_at <= SOON:
            return False
        self.ahead = max(self.ahead // 2, 1)
        self._late(number)
        return True

    def _compose(self) -> None:
        now = uptime()
        many = MANY if now - self._composed_at > LEISURE else FEW
        self._composed_at = now
        for _ in range(min(many, len(self._rows))):
            prepared, marked_at, put_at = self._rows.popleft()
            if self._is_late(prepared.row.id, put_at):
                continue
            try:
                message = self._preparer.compose(prepared, marked_at=marked_at)
            except MailerError as fault:
                self._spoilt(prepared.row, str(fault))
            else:
                self._messages.append((message, put_at))

    def clear(self) -> list[int]:
        """Give up everything; return the numbers of the messages."""
        given_up = [each.message_number for each, _ in self._messages]
        given_up += [each.row.id for each, *_ in self._rows]
        self._messages.clear()
        self._rows.clear()
        return given_up
