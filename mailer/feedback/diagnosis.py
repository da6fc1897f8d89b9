"""What a bounce says of one recipient: status, permanence and reason.

A diagnosis is read as the SMTP reply that it quotes, by the tables of delivery/smtp.
"""

import re
from dataclasses import dataclass

from mailer.delivery.smtp import verdict
from mailer.delivery.smtp.replies import Reply
from mailer.delivery.smtp.verdict import Permanence

MAX_READ = 2_000  # characters of a diagnosis
_REPLY = re.compile(
    r"(?<![\d.:])([45]\d\d)(?:[ -]+#?(?=\S)|$)(?:\(?#?([45]\.\d{1,3}\.\d{1,3}))?"
)
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![.\d])")
_AGAIN = re.compile(r"[\s/]{1,9}[45]\d\d[- ]{1,9}(?:[45]\.\d{1,3}\.\d{1,3}\s)?")
_OF_MAIL_FROM = re.compile(
    r"(in reply to|after|during|sent <<<|>>>) ?(end of )?MAIL ?FROM", re.IGNORECASE
)
_UNIX = re.compile(r"^x-unix; *(\d{1,3})", re.IGNORECASE)
_SYSEXITS = {"67": "user unknown", "68": "host unknown", "69": "service unavailable"}
_VAGUE = (".0.0", ".1.0", ".2.0", ".3.0", ".4.0", ".5.0", ".7.0", ".7.1")


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedRecipient:
    """A recipient of a returned mail."""

    address: str
    status: str  # enhanced status, "" if unknown
    permanence: Permanence
    reason: str


def of(address: str, text: str, *, status: str = "") -> NamedRecipient:
    """Return the diagnosis in a text, with the status that a field has, if any."""
    text = " ".join(text[:MAX_READ].split())
    if unix := _UNIX.match(text):
        text = f"{_SYSEXITS.get(unix[1], '')} {text}"
    quoted = _REPLY.search(text)
    inner = _STATUS.search(text[quoted.start() :] if quoted else text)
    told = _told(status, inner[1] if inner else "")
    found = verdict.read(
        Reply(_code(quoted, told), _words(text, quoted, told)),
        names_recipient=not _OF_MAIL_FROM.search(text),
    )
    return NamedRecipient(
        address=address,
        status=told,
        permanence=found.permanence,
        reason=found.reason,
    )


def _told(field: str, inner: str) -> str:
    """Return the status to believe: the one in the text if the field's is vague."""
    if inner and (not field or field.endswith(_VAGUE)):
        return inner
    return field or inner


def _code(quoted: re.Match[str] | None, status: str) -> int:
    """Return the reply code: the quoted one, else one of the status's class."""
    if quoted:
        return int(quoted[1])
    return 450 if status.startswith("4") else 550


def _words(text: str, quoted: re.Match[str] | None, status: str) -> str:
    """Return the text of the reply, with the status that is believed in front."""
    words = _AGAIN.sub(" ", text[quoted.end() :]) if quoted else text
    before = text[: quoted.start()] if quoted else ""
    if quoted and len(words.strip()) < 5:  # noqa: PLR2004 (a bare code says nothing)
        words = f"{words} {before}"
    if "expired" in before or "too long" in before or "timeout exceeded" in before:
        words = f"{words} {before}"
    return f"{status} {words}".strip()
