"""Our reading of an SMTP reply: retry, refuse, or pause; whose fault; suppress or not.

A recipient is blamed only for what is theirs: a reply about us (policy, login, rate)
pauses the campaign and suppresses nobody, and so does any refusal of MAIL FROM, which
no recipient has been named for. An unknown code goes by its first digit.
"""

import re
from dataclasses import dataclass

from mailer.delivery.smtp.replies import Reply
from mailer.delivery.smtp.reply_rules import RULES, Action, Permanence

__all__ = ["ACCEPTED", "OF_OUR_SENDER", "Action", "Permanence", "Verdict", "read"]

MAX_READ = 1_000  # characters of a reply the rules look at
_BURIED = re.compile(r"[(\[#] ?([245]\.\d{1,3}\.\d{1,3})(?![.\d])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a reply means."""

    action: Action
    permanence: Permanence
    reason: str

    @property
    def suppress(self) -> bool:
        """Whether the address must not be written to again."""
        return self.permanence is Permanence.PERMANENT


ACCEPTED = Verdict(
    action=Action.ACCEPT, permanence=Permanence.UNKNOWN, reason="accepted"
)
OF_OUR_SENDER = Verdict(
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
    """Read a reply; without `names_recipient` it answers MAIL FROM."""
    if reply.positive:
        return ACCEPTED
    found = _match(reply)
    if not names_recipient and found.action is Action.REFUSE:
        return OF_OUR_SENDER
    return found


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
    """Return the enhanced status without its class: the reply's own digit decides.

    It stands at the beginning; some servers bury it in the text, as in (#5.1.1).
    """
    found = reply.enhanced
    if found is None:
        buried = _BURIED.search(reply.text[:MAX_READ])
        found = buried[1] if buried else ""
    return found[2:]
