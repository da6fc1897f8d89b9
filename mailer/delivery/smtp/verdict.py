"""The verdict on an SMTP reply: what to do, whose fault it is, whether to suppress.

The fault is the first that one of these names: a specific text, the enhanced status, a
general text, a vague status, the reply code. The action `pause` means that the fault is
ours: a refusal of MAIL FROM pauses the campaign at once, because no recipient was named
yet; a refusal after RCPT pauses it if many messages get it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from mailer.delivery.smtp import reply_rules, status_table
from mailer.delivery.smtp.fault_classes import (
    MEANINGS,
    WHILE_TEMPORARY,
    Action,
    Permanence,
    ReplyFault,
)
from mailer.delivery.smtp.replies import Reply
from mailer.delivery.smtp.reply_rules import ReplyRule

__all__ = ["ACCEPTED", "SENDER_REFUSED", "Action", "Permanence", "Verdict", "read"]

_KNOWN = 500  # replies whose meaning is kept
MAX_READ = 1_000  # characters of a reply that the rules read
TEMPORARY = 4  # the first digit of a code that says “later”
_STATUS_IN_TEXT = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![.\d])")
_REPEATED = re.compile(r"\n *[245]\.\d{1,3}\.\d{1,3}(?= )")
_ADDRESS = re.compile(r"<?[^\s<>()\[\]:;,\"'@]{1,64}@[^\s<>()\[\]:;,\"'@]{1,255}>?")

SPECIFIC = (*reply_rules.read("english.txt"), *reply_rules.read("languages.txt"))
GENERAL = reply_rules.read("general.txt")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The meaning of a reply."""

    action: Action
    permanence: Permanence
    reason: str

    @property
    def suppress(self) -> bool:
        """Whether to suppress the address: it is refused for good."""
        return self.action is Action.REFUSE and self.permanence is Permanence.PERMANENT


ACCEPTED = Verdict(
    action=Action.ACCEPT, permanence=Permanence.UNKNOWN, reason="accepted"
)
SENDER_REFUSED = Verdict(
    action=Action.PAUSE,
    permanence=Permanence.SENDER,
    reason=ReplyFault.OUR_ADDRESS.value,
)


def read(reply: Reply, *, names_recipient: bool = True) -> Verdict:
    """Return the verdict on a reply; a reply to MAIL FROM names no recipient."""
    if reply.positive:
        return ACCEPTED
    verdict = _of(fault(reply), temporary=reply.code // 100 == TEMPORARY)
    if names_recipient or verdict.action is not Action.REFUSE:
        return verdict
    if verdict.permanence is Permanence.SENDER:
        return replace(verdict, action=Action.PAUSE)
    return SENDER_REFUSED


def _of(found: ReplyFault, *, temporary: bool) -> Verdict:
    """Return the verdict on a fault; a temporary one is always tried again."""
    permanence, action = MEANINGS[found]
    if temporary:
        action = Action.RETRY
    return Verdict(action=action, permanence=permanence, reason=found.value)


def fault(reply: Reply) -> ReplyFault:
    """Return the class of fault that a negative reply names."""
    temporary = reply.code // 100 == TEMPORARY
    found = _named(reply, _status(reply))
    return WHILE_TEMPORARY.get(found, found) if temporary else found


def _named(reply: Reply, status: str) -> ReplyFault:
    code, text = str(reply.code), words(reply.text)
    found = _specific(code, text)
    if found is not None:
        return found
    if reply.code in status_table.LOGIN_CODES:
        return status_table.CODES[reply.code]
    if reply.code in status_table.COMMAND_CODES and status[:1] in {"", "5"}:
        return ReplyFault.COMMAND
    if status in status_table.EXACT:
        return _exact(status, temporary=code[0] == "4")
    return (
        _general(code, text)
        or status_table.VAGUE.get(status)
        or status_table.SUBJECTS.get(status.partition(".")[0])
        or status_table.CODES.get(reply.code)
        or (ReplyFault.LATER if code[0] == "4" else ReplyFault.UNCLEAR)
    )


def _exact(status: str, *, temporary: bool) -> ReplyFault:
    """Return what a status means; a temporary one proves no lasting fault."""
    found = status_table.EXACT[status]
    lasting = MEANINGS[found][0] is Permanence.PERMANENT
    return ReplyFault.LATER if temporary and lasting else found


def match(rules: Iterable[ReplyRule], code: str, text: str) -> ReplyFault | None:
    """Return the fault of the first rule that matches a reply, None without one."""
    return next((rule.fault for rule in rules if rule.matches(code, text)), None)


# The same reply comes to many messages: bounces by the thousand, a relay that refuses.
@lru_cache(maxsize=_KNOWN)
def _specific(code: str, text: str) -> ReplyFault | None:
    return match(SPECIFIC, code, text)


@lru_cache(maxsize=_KNOWN)
def _general(code: str, text: str) -> ReplyFault | None:
    return match(GENERAL, code, text)


def words(text: str) -> str:
    """Return the text on one line, with ADDR for each address in it.

    The status that a server repeats on each line is left out after the first.
    """
    lines = _REPEATED.sub(" ", text[:MAX_READ])
    return _ADDRESS.sub("ADDR", " ".join(lines.split()))


def _status(reply: Reply) -> str:
    """Return the enhanced status without its class; the reply's code has the class.

    It begins the text; some servers put it further on, as in (#5.1.1). Return "" if
    there is none.
    """
    status = reply.enhanced
    if status is None:
        found = _STATUS_IN_TEXT.search(reply.text[:MAX_READ])
        status = found[1] if found else ""
    return status[2:]
