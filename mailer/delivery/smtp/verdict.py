"""The verdict on an SMTP reply: what to do, whose fault it is, whether to suppress.

The action `pause` means that the fault is ours: a refusal of MAIL FROM pauses the
campaign at once, because no recipient was named yet; a refusal after RCPT pauses it if
many messages get it. An unknown code is read by its first digit.
"""

import re
from dataclasses import dataclass, replace

from mailer.delivery.smtp.replies import Reply
from mailer.delivery.smtp.reply_rules import RULES, Action, Permanence

__all__ = ["ACCEPTED", "SENDER_REFUSED", "Action", "Permanence", "Verdict", "read"]

MAX_READ = 1_000  # characters of a reply that the rules read
_STATUS_IN_TEXT = re.compile(r"[(\[#] ?([245]\.\d{1,3}\.\d{1,3})(?![.\d])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The meaning of a reply."""

    action: Action
    permanence: Permanence
    reason: str

    @property
    def suppress(self) -> bool:
        """Whether to suppress the address."""
        return self.permanence is Permanence.PERMANENT


ACCEPTED = Verdict(
    action=Action.ACCEPT, permanence=Permanence.UNKNOWN, reason="accepted"
)
SENDER_REFUSED = Verdict(
    action=Action.PAUSE,
    permanence=Permanence.SENDER,
    reason="our sender address was refused",
)
_COMPILED = tuple(
    (
        re.compile(code),
        re.compile(status or ".*"),
        re.compile(words, re.IGNORECASE),
        Verdict(action=action, permanence=permanence, reason=reason),
    )
    for code, status, words, action, permanence, reason in RULES
)


def read(reply: Reply, *, names_recipient: bool = True) -> Verdict:
    """Return the verdict on a reply; a reply to MAIL FROM names no recipient."""
    if reply.positive:
        return ACCEPTED
    verdict = _match(reply)
    if names_recipient or verdict.action is not Action.REFUSE:
        return verdict
    if verdict.permanence is Permanence.SENDER:
        return replace(verdict, action=Action.PAUSE)
    return SENDER_REFUSED


def _match(reply: Reply) -> Verdict:
    code, status = str(reply.code), _status(reply)
    text = " ".join(reply.text[:MAX_READ].split())
    for code_rule, status_rule, words, verdict in _COMPILED:
        if (
            code_rule.fullmatch(code)
            and status_rule.fullmatch(status)
            and words.search(text)
        ):
            return verdict
    raise AssertionError("the last rules match every reply")


def _status(reply: Reply) -> str:
    """Return the enhanced status without its class; the reply's code has the class.

    It begins the text; some servers put it further on, as in (#5.1.1). Return "" if
    there is none.
    """
    status = reply.enhanced
    if status is None:
        match = _STATUS_IN_TEXT.search(reply.text[:MAX_READ])
        status = match[1] if match else ""
    return status[2:]
