"""What an answer asks for in its words, and an answer to an invitation: pure."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from audiences import characters
from mailer.feedback import addresses, phrases

ANSWERS = ("reply", "answer", "auto-reply")  # kinds of mail that the unit reads
MAX_LINES = 500  # of an answer to an invitation
_EVENT = re.compile(
    r"^BEGIN:VEVENT\s(.*?)(?:^(?:END:VEVENT|BEGIN:VALARM)|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_LEAVES_ALONE = re.compile(
    r"^\W{0,9}(?:(?:re|aw|sv|tr|rv|antw)\W{1,3}){0,3}", re.IGNORECASE
)
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(  # a parameter in quotes may have a colon (RFC 5545, 3.1)
    r"^(UID|SEQUENCE|DTSTAMP|ATTENDEE)((?:;(?:\"[^\"\n]{0,500}\"|[^\":\n]){0,500})?)"
    r":([^\n]{0,500})",
    re.IGNORECASE | re.MULTILINE,
)
_QUOTED = re.compile(r"(?<!PARTSTAT=)\"[^\"]*\"", re.IGNORECASE)
_PARTSTAT = re.compile(r";\s?PARTSTAT=\"?([A-Za-z-]{1,20})", re.IGNORECASE)


class InvitationAnswer(StrEnum):
    """What an invited reader answered (RFC 5545, 3.2.12)."""

    YES = "yes"
    NO = "no"
    PERHAPS = "perhaps"
    DELEGATED = "delegated"  # somebody else comes


_ANSWERS = {
    "accepted": InvitationAnswer.YES,
    "declined": InvitationAnswer.NO,
    "tentative": InvitationAnswer.PERHAPS,
    "delegated": InvitationAnswer.DELEGATED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarReply:
    """An answer to an invitation."""

    uid: str
    sequence: int
    # each attendee who answers; an empty address is the sender of the mail
    attendees: tuple[tuple[str, InvitationAnswer], ...]
    at: datetime | None  # when the program of the reader made it (RFC 5546, 3.2.3)

    def of(self, sender: str) -> tuple[str, InvitationAnswer] | None:
        """Return who answers, and what: the sender, else the only attendee.

        A program may answer from another address of its owner, or for somebody else.
        """
        for address, answer in self.attendees:
            if address.lower() in {"", sender.lower()}:
                return sender, answer
        return self.attendees[0] if len(self.attendees) == 1 else None


def asks_to_leave(subject: str) -> bool:
    """Return whether a subject asks to unsubscribe, in one of six languages."""
    words = _LEAVES_ALONE.sub("", subject)
    return phrases.has("leave subject", words)


def has_left(text: str) -> str:
    """Return the address to write to instead, of somebody who has left; "" if none."""
    if not phrases.has("has left", text):
        return ""
    found = addresses.within(text)
    return found[0] if len(found) == 1 else ""


def calendar_reply(text: str) -> CalendarReply | None:
    """Return the answer in an iCalendar text; None if it has no answer."""
    event = _EVENT.search(_FOLD.sub("", text))
    values = {"uid": "", "sequence": "0", "dtstamp": ""}
    attendees: dict[str, InvitationAnswer] = {}
    for match in list(_LINE.finditer(event[1] if event else ""))[:MAX_LINES]:
        name = match[1].lower()
        if name in values:
            values[name] = match[3].strip()
        elif status := _PARTSTAT.search(_QUOTED.sub("", match[2])):
            answer = _ANSWERS.get(status[1].lower())
            if answer is not None:
                address = next(iter(addresses.within(match[3])), "")
                attendees.setdefault(address, answer)
    uid = characters.plain(values["uid"])[:100]
    if not attendees or not uid:
        return None
    sequence = values["sequence"][:6]
    return CalendarReply(
        uid=uid,
        sequence=int(sequence) if sequence.isdecimal() else 0,
        attendees=tuple(attendees.items()),
        at=_instant(values["dtstamp"]),
    )


def _instant(value: str) -> datetime | None:
    """Return a time in UTC, as 20270504T101500Z; None for any other text."""
    try:
        return datetime.strptime(value[:20], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
