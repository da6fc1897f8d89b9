"""Our reading of an SMTP reply: retry, refuse, or pause; whose fault; suppress or not.

The rules are rows, first match wins. A recipient is blamed only for what is theirs:
a reply about us (policy, login, rate) pauses the campaign and suppresses nobody.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from mailer.delivery.wire import Reply


class Action(StrEnum):
    """What to do next."""

    ACCEPT = "accept"
    RETRY = "retry"
    REFUSE = "refuse"
    PAUSE = "pause"


class Permanence(StrEnum):
    """How lasting the fault is, and whose."""

    PERMANENT = "permanent"  # this mailbox will not take mail again
    TRANSIENT = "transient"  # it may later
    SENDER = "sender"  # the fault is ours
    UNKNOWN = "unknown"  # refused, and the reply does not say why


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


_T, _P, _S, _U = (
    Permanence.TRANSIENT,
    Permanence.PERMANENT,
    Permanence.SENDER,
    Permanence.UNKNOWN,
)
_RETRY, _REFUSE, _PAUSE = Action.RETRY, Action.REFUSE, Action.PAUSE

_NO_MAILBOX = (
    r"\b(user|mailbox|recipient|address|account)\b"
    r".*\b(unknown|not found|does ?n[o']t exist|invalid|disabled)"
    r"|\b(unknown|no such)\b.*\b(user|mailbox|recipient|address)"
)

# code, enhanced code, words in the reply → action, permanence, reason.
# RFC 5321 section 4.2.1, RFC 3463 sections 3.2 to 3.8.
_RULES: tuple[tuple[str, str, str, Action, Permanence, str], ...] = (
    (r"421", r"", r"", _RETRY, _T, "the relay is closing"),
    (r"4..", r"4\.7\..*", r"", _RETRY, _S, "we are slowed down by policy"),
    (r"452|552", r"[45]\.5\.3", r"", _RETRY, _T, "too many recipients at once"),
    (r"4..", r"", r"", _RETRY, _T, "not now"),
    (r"530|534|535|538", r"", r"", _PAUSE, _S, "our login was refused"),
    (r"5..", r"5\.7\.(8|9|13|14)", r"", _PAUSE, _S, "our login was refused"),
    (r"5..", r"5\.1\.(1|2|3|6|10)", r"", _REFUSE, _P, "no such mailbox"),
    (r"5..", r"5\.4\.4", r"null mx|no mx", _REFUSE, _P, "the domain takes no mail"),
    (r"5..", r"5\.1\.(7|8)", r"", _PAUSE, _S, "our sender address was refused"),
    (r"5..", r"5\.2\.1", r"", _REFUSE, _P, "the mailbox is disabled"),
    (r"5..", r"5\.2\.2", r"", _REFUSE, _T, "the mailbox is full"),
    (r"5..", r"5\.2\.3|5\.3\.4", r"", _REFUSE, _U, "the message is too large"),
    (r"5..", r"5\.6\.7", r"", _REFUSE, _U, "the address needs SMTPUTF8"),
    (r"5..", r"5\.7\..*", r"", _PAUSE, _S, "refused by policy: the fault is ours"),
    (r"5..", r"5\.[3456]\..*", r"", _REFUSE, _U, "refused for a technical reason"),
    (
        r"550|551|553|554",
        r"",
        _NO_MAILBOX,
        _REFUSE,
        _P,
        "no such mailbox",
    ),
    (r"552", r"", r"", _REFUSE, _T, "the mailbox is full"),
    (
        r"554|550",
        r"",
        r"\b(spam|policy|blocked|blacklist|dmarc|dkim|spf|reputation)\b",
        _PAUSE,
        _S,
        "refused by policy: the fault is ours",
    ),
    (r"50.", r"", r"", _PAUSE, _S, "the relay does not know our command"),
    (r"5..", r"", r"", _REFUSE, _U, "refused without a reason we know"),
)
_COMPILED = tuple(
    (
        re.compile(code),
        re.compile(enhanced or ".*"),
        re.compile(words, re.IGNORECASE),
        Verdict(action=action, permanence=permanence, reason=reason),
    )
    for code, enhanced, words, action, permanence, reason in _RULES
)
MAX_READ = 1_000  # characters of a reply the rules look at


def read(reply: Reply) -> Verdict:
    """Read a reply; a positive one is accepted, an unknown one goes by its digit."""
    if reply.positive:
        return Verdict(
            action=Action.ACCEPT, permanence=Permanence.UNKNOWN, reason="accepted"
        )
    enhanced, text = reply.enhanced or "", reply.text[:MAX_READ]
    for code, pattern, words, verdict in _COMPILED:
        if (
            code.fullmatch(str(reply.code))
            and pattern.fullmatch(enhanced)
            and words.search(text)
        ):
            return verdict
    raise AssertionError("the last rules match every reply")
