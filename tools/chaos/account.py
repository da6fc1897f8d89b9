"""The sink's own account: one line for each thing that happened to a message.

Lines are only ever appended, by one write before the reply they speak of may leave, so
that whatever the sender was told stands here already. A Postfix-like log beside it says
what a real relay would have logged: the Message-ID when the header came, and
`queue active` only where the message was taken.
"""

import os
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ACCEPTED, REJECTED, UNANSWERED = "accepted", "rejected", "unanswered"
MESSAGE_ID = re.compile(rb"(?:\A|\r\n)message-id:\s*(<[^>\r\n]*>)", re.IGNORECASE)
VIOLATION = "violation"  # the sender broke RFC 5321 or RFC 2920


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the account."""

    at: float  # seconds since 1970
    kind: str
    session: int
    message_id: str
    recipient: str
    digest: str
    size: int
    detail: str = ""


class Account:
    """Where the sink writes; `flush` before any reply leaves."""

    def __init__(self, path: Path, postfix_log: Path | None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(path, flags, 0o644)
        self._log = os.open(postfix_log, flags, 0o644) if postfix_log else None
        self._lines: list[str] = []
        self._logged: list[str] = []
        self._queue_ids = time.time_ns() // 1000

    def add(self, entry: Entry) -> None:
        """Note one thing."""
        self._lines.append(
            f"{entry.at:.6f}\t{entry.kind}\t{entry.session}\t{entry.message_id}\t"
            f"{entry.recipient}\t{entry.digest}\t{entry.size}\t{entry.detail}\n"
        )

    def log(self, message_id: str, *, active: bool) -> None:
        """Write what Postfix would have logged of a message whose header came."""
        if self._log is None or not message_id:
            return
        self._queue_ids += 1
        number = f"{self._queue_ids:X}"
        stamp = datetime.now(UTC).isoformat()
        self._logged.append(
            f"{stamp} sink postfix/cleanup[7]: {number}: message-id={message_id}\n"
        )
        if active:
            self._logged.append(
                f"{stamp} sink postfix/qmgr[8]: {number}: from=<b@sink.example>,"
                " size=1, nrcpt=1 (queue active)\n"
            )

    def flush(self) -> None:
        """Hand the lines to the kernel: they survive the end of this process."""
        if self._lines:
            os.write(self._file, "".join(self._lines).encode())
            self._lines.clear()
        if self._logged and self._log is not None:
            os.write(self._log, "".join(self._logged).encode())
            self._logged.clear()


def read(path: Path) -> list[Entry]:
    """Read an account; a last line without its end is an error, never skipped."""
    entries = []
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for line in text.split("\n")[:-1]:
        at, kind, session, message_id, recipient, digest, size, detail = line.split(
            "\t"
        )
        entries.append(
            Entry(
                at=float(at),
                kind=kind,
                session=int(session),
                message_id=message_id,
                recipient=recipient,
                digest=digest,
                size=int(size),
                detail=detail,
            )
        )
    if text and not text.endswith("\n"):
        raise ValueError(f"{path}: its last line has no end")
    return entries


def message_id(octets: bytes | bytearray) -> str:
    """Return the Message-ID of a message, also of one that is not whole."""
    found = MESSAGE_ID.search(octets, 0, 32_768)
    return found[1].decode("ascii", "replace") if found else ""
