"""Reads the machine-readable part of a bounce: RFC 3464, and RFC 6533 for UTF-8."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailer.feedback import addresses, mime
from mailer.feedback.mime import MimePart

TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
MAX_RECIPIENTS = 1_000
_STATUS = re.compile(r"([245])\s*\.\s*(\d{1,3})\s*\.\s*(\d{1,3})")
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_ACTIONS = {  # what begins the field → what became of the mail
    "fail": "failed",
    "bounce": "failed",
    "error": "failed",
    "reject": "failed",
    "delay": "delayed",
    "deferred": "delayed",
    "deliver": "delivered",
    "relay": "delivered",
    "expand": "delivered",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportEntry:
    """What a report says of one recipient."""

    address: str
    action: str  # failed, delayed or delivered
    status: str  # "" if there is none
    diagnosis: str


def entries(part: MimePart) -> list[ReportEntry]:
    """Return what a delivery-status part says of each recipient."""
    found: list[ReportEntry] = []
    for group in _groups(part.octets() or _nested(part)):
        entry = _entry(group)
        if entry is not None and len(found) < MAX_RECIPIENTS:
            found.append(entry)
    return found


def _nested(part: MimePart) -> bytes:
    """Return the bodies of the parts within, of a part that some servers nest."""
    return b"\n\n".join(each.octets() for each in part.parts)


def _groups(octets: bytes) -> Iterator[dict[str, list[str]]]:
    """Yield the fields of each group; a repeated recipient begins a new one."""
    lines: list[bytes] = []
    seen = False
    for line in [*octets.replace(b"\r\n", b"\n").split(b"\n"), b""]:
        starts = line.lower().startswith(b"final-recipient:")
        if not line.strip() or (starts and seen):
            if lines:
                yield mime.fields(b"\n".join(lines))[0]
            lines, seen = [], False
        if line.strip():
            lines.append(line)
            seen = seen or starts


def _entry(group: dict[str, list[str]]) -> ReportEntry | None:
    """Return what a group says; None if it names no recipient."""
    named = (addresses.of_field(_of(group, name)) for name in _RECIPIENT_FIELDS)
    address = next((each for each in named if each), "")
    if not address and "final-recipient" not in group:
        return None
    match = _STATUS.search(_of(group, "status"))
    status = ".".join(match.groups()) if match else ""
    action = _of(group, "action").strip().lower()
    done = next(
        (done for start, done in _ACTIONS.items() if action.startswith(start)), ""
    )
    if not done:
        done = {"2": "delivered", "4": "delayed"}.get(status[:1], "failed")
    diagnosis = _of(group, "diagnostic-code") or _of(group, "x-supplementary-info")
    return ReportEntry(
        address=address,
        action=done,
        status=status,
        diagnosis=f"{diagnosis} {_comment(group)}".strip(),
    )


def _comment(group: dict[str, list[str]]) -> str:
    """Return the comment after a status, as in `5.1.1 (user unknown)`."""
    return _of(group, "status").partition("(")[2].rstrip(") ")


def _of(group: dict[str, list[str]], name: str) -> str:
    return next(iter(group.get(name, ())), "")
