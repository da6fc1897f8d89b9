"""What a Postfix log says became of messages, by their Message-ID. Pure.

Postfix logs a Message-ID as soon as it has read the header, also of a message it never
gets whole. It has taken a message if, and only if, `qmgr` then logs that queue file as
`queue active`. Lines are read one after another, in any syslog form, rotated files
oldest first; only what is asked for is kept.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# postfix/cleanup[123]: 4XYZ: message-id=<…>, or by RFC 5424 cleanup 123 - - 4XYZ: …
_TAG = r"(?:\[\d+\]:|:| \S+ \S+ (?:-|\[.*?\])) "
_HEAD = r"(?:<\d+>)?[^\[\]<>]*"  # an address in a line cannot pretend to be its head
_QUEUE_ID = r"([0-9A-Za-z]{5,30})"
_CLEANUP = re.compile(rf"{_HEAD}/cleanup{_TAG}{_QUEUE_ID}: message-id=(<[^>]*>)")
_ACTIVE = re.compile(rf"{_HEAD}/qmgr{_TAG}{_QUEUE_ID}: from=<.*\(queue active\)")
_ISO = re.compile(r"(?:<\d+>1? ?)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*)")
_OLD = re.compile(r"(?:<\d+>)?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)")
EARLY = timedelta(seconds=10)  # a header may come before its mark, and clocks differ


class Acceptance(StrEnum):
    """What the log says of one message."""

    TAKEN = "taken"  # the relay has it, or had it
    NOT_TAKEN = "not taken"  # its header came, the message never did
    UNKNOWN = "unknown"  # not in this log, or the log ends too soon after it


@dataclass(kw_only=True)
class Reading:
    """A log as far as it was read; only the messages asked for are kept."""

    wanted: Collection[str]  # Message-IDs with their brackets
    now: datetime  # times without a year are the last such time before it
    taken: dict[str, str] = field(default_factory=dict)  # → queue id
    last_line: str = ""
    _named: dict[str, str] = field(default_factory=dict)  # queue id → Message-ID
    _seen: dict[str, datetime | None] = field(default_factory=dict)

    def read(self, lines: Iterable[str]) -> None:
        """Read on; a queue id that Postfix uses again belongs to its newest message."""
        for line in lines:
            self.last_line = line
            if "message-id=<" in line:
                self._header(line)
            elif "(queue active)" in line and (found := _ACTIVE.match(line)):
                message_id = self._named.get(found[1])
                if message_id is not None:
                    self.taken.setdefault(message_id, found[1])

    def _header(self, line: str) -> None:
        found = _CLEANUP.match(line)
        if found is None:
            return
        if found[2] in self.wanted:
            self._named[found[1]] = found[2]
            self._seen[found[2]] = stamp(line, now=self.now)
        else:
            self._named.pop(found[1], None)

    def finding(
        self, message_id: str, *, marked_at: datetime, settled_after: timedelta
    ) -> Acceptance:
        """Say what the log shows of one message.

        It was not taken only where the log knows the attempt that was marked, not just
        an earlier one, and goes on long enough after its header.
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
    """Return a line's time; without a zone it is this machine's. None where unread."""
    if found := _ISO.match(line):
        try:
            return datetime.fromisoformat(found[1]).astimezone(UTC)
        except ValueError:
            return None
    if found := _OLD.match(line):
        return _without_a_zone(found[1], now=now)
    return None


def _without_a_zone(text: str, *, now: datetime) -> datetime | None:
    """Read `Nov 24 18:57:17`: this machine's time, the last such day."""
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
