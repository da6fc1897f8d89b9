"""Reads from a Postfix log which messages Postfix has taken, by their Message-ID.

Postfix logs a Message-ID once it has read the header, also of a message that it never
gets completely. It has taken a message if, and only if, `qmgr` then logs the queue file
as `queue active`. Lines may have any syslog format. Read rotated files oldest first.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# postfix/cleanup[123]: 4XYZ: message-id=<…>, or by RFC 5424 cleanup 123 - - 4XYZ: …
_TAG = r"(?:\[\d+\]:|:| \S+ \S+ (?:-|\[.*?\])) "
_HEAD = r"(?:<\d+>)?[^\[\]<>]*"  # no brackets: an address cannot imitate it
_QUEUE_ID = r"([0-9A-Za-z]{5,30})"
_CLEANUP = re.compile(rf"{_HEAD}/cleanup{_TAG}{_QUEUE_ID}: message-id=(<[^>]*>)")
_ACTIVE = re.compile(rf"{_HEAD}/qmgr{_TAG}{_QUEUE_ID}: from=<.*\(queue active\)")
_ISO = re.compile(r"(?:<\d+>1? ?)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*)")
_OLD = re.compile(r"(?:<\d+>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)")
EARLY = timedelta(seconds=10)  # a header may precede its mark; clocks differ


class Acceptance(StrEnum):
    """Whether a log shows that Postfix has taken a message."""

    TAKEN = "taken"  # the relay has or had it
    NOT_TAKEN = "not taken"  # it got the header, but not the whole message
    UNKNOWN = "unknown"  # not in the log, or the log ends too soon


@dataclass(kw_only=True)
class Reading:
    """The part of a log that was read, for the wanted messages only."""

    wanted: Collection[str]  # Message-IDs with brackets
    now: datetime  # a time without a year is the last one before
    taken: dict[str, str] = field(default_factory=dict)  # Message-ID → queue id
    last_line: str = ""
    _named: dict[str, str] = field(default_factory=dict)  # queue id → Message-ID
    _seen: dict[str, datetime | None] = field(default_factory=dict)

    def read(self, lines: Iterable[str]) -> None:
        """Read more lines; a queue id used again belongs to its newest message."""
        for line in lines:
            self.last_line = line
            if "message-id=<" in line:
                self._header(line)
            elif "(queue active)" in line and (match := _ACTIVE.match(line)):
                message_id = self._named.get(match[1])
                if message_id is not None:
                    self.taken.setdefault(message_id, match[1])

    def _header(self, line: str) -> None:
        match = _CLEANUP.match(line)
        if match is None:
            return
        if match[2] in self.wanted:
            self._named[match[1]] = match[2]
            self._seen[match[2]] = stamp(line, now=self.now)
        else:
            self._named.pop(match[1], None)

    def acceptance(
        self, message_id: str, *, marked_at: datetime, settled_after: timedelta
    ) -> Acceptance:
        """Return whether a message was taken, as far as the log shows it.

        It was not taken if the log has the header of the marked attempt, not only of an
        earlier one, and continues for `settled_after` or longer after that header.
        """
        if message_id in self.taken:
            return Acceptance.TAKEN
        seen, end = self._seen.get(message_id), stamp(self.last_line, now=self.now)
        if seen is None or end is None or seen < marked_at - EARLY:
            return Acceptance.UNKNOWN
        return (
            Acceptance.NOT_TAKEN if end - seen >= settled_after else Acceptance.UNKNOWN
        )


def stamp(line: str, *, now: datetime) -> datetime | None:
    """Return the time of a line, None if it has none; no zone means this machine's."""
    if match := _ISO.match(line):
        try:
            return datetime.fromisoformat(match[1]).astimezone(UTC)
        except ValueError:
            return None
    if match := _OLD.match(line):
        return _without_year(match[1], now=now)
    return None


def _without_year(text: str, *, now: datetime) -> datetime | None:
    """Read `Nov 24 18:57:17`, in this machine's zone, as the last such time."""
    for year in (now.year, now.year - 1):
        try:
            moment = datetime.strptime(
                f"{year} {text}", "%Y %b %d %H:%M:%S"
            ).astimezone()
        except ValueError:
            continue  # the 29th of February of another year
        if moment <= now + timedelta(days=1):
            return moment.astimezone(UTC)
    return None
