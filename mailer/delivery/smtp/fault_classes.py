"""The classes of faults that replies and bounces name, and what each means.

A class decides whose fault it is, whether it lasts, and what to do.
"""

from enum import StrEnum


class Action(StrEnum):
    """What to do after a reply."""

    ACCEPT = "accept"
    RETRY = "retry"
    REFUSE = "refuse"
    PAUSE = "pause"


class Permanence(StrEnum):
    """Whether a fault lasts, and whose it is."""

    PERMANENT = "permanent"  # the mailbox will never take mail
    TRANSIENT = "transient"  # the mailbox may take mail later
    SENDER = "sender"  # the fault is ours
    UNKNOWN = "unknown"  # the reply does not show the reason


class ReplyFault(StrEnum):
    """A class of faults; the value is the reason that people read."""

    # of the recipient
    GONE = "no such mailbox"
    DISABLED = "the mailbox is disabled"
    MOVED = "the mailbox has a new owner"
    NO_DOMAIN = "the domain takes no mail"
    FULL = "the mailbox is full"
    BLOCKED = "the mailbox is blocked"
    BUSY = "the mailbox receives too much"
    NOT_US = "it takes no mail from us"
    LISTED = "the relay itself suppresses the address"
    NEEDS_UTF8 = "the address needs SMTPUTF8"
    # of the sender
    LOGIN = "our login was refused"
    LOGIN_LATER = "our login cannot be checked now"
    OUR_ADDRESS = "our sender address was refused"
    OUR_ADDRESS_LATER = "our sender address is not accepted now"
    RELAYING = "the relay does not relay for us"
    POLICY = "refused by policy: the fault is ours"
    CONTENT = "refused by policy: the content"
    SLOWED = "we are slowed down by policy"
    OUR_LIMIT = "our sending limit is used up"
    LARGE = "the message is too large"
    FORM = "our message was not understood"
    COMMAND = "the relay does not accept our command"
    # of the relay, or of the network between
    GREYLISTED = "greylisted"
    MANY_RECIPIENTS = "too many recipients at once"
    SYSTEM = "the receiving system has a fault"
    NETWORK = "the receiving system cannot be reached"
    EXPIRED = "it could not be delivered in time"
    CLOSING = "the relay is closing"
    LATER = "refused for now"
    OLD_552 = "552 alone is a temporary refusal"
    LOOKUP = "the relay could not look up the address"
    LOOP = "the message runs in a loop"
    TECHNICAL = "refused for a technical reason"
    UNCLEAR = "refused without a known reason"


_P, _T = Permanence.PERMANENT, Permanence.TRANSIENT
_S, _U = Permanence.SENDER, Permanence.UNKNOWN
_RETRY, _REFUSE, _PAUSE = Action.RETRY, Action.REFUSE, Action.PAUSE

# fault → whether it lasts, and what to do after a 5yz reply that names it.
# After a 4yz reply the message is always tried again (RFC 5321 section 4.2.1).
MEANINGS: dict[ReplyFault, tuple[Permanence, Action]] = {
    ReplyFault.GONE: (_P, _REFUSE),
    ReplyFault.DISABLED: (_P, _REFUSE),
    ReplyFault.MOVED: (_P, _REFUSE),
    ReplyFault.NO_DOMAIN: (_P, _REFUSE),
    ReplyFault.FULL: (_T, _REFUSE),
    ReplyFault.BLOCKED: (_T, _REFUSE),
    ReplyFault.BUSY: (_T, _REFUSE),
    ReplyFault.NOT_US: (_U, _REFUSE),
    ReplyFault.LISTED: (_U, _REFUSE),
    ReplyFault.NEEDS_UTF8: (_U, _REFUSE),
    ReplyFault.LOGIN: (_S, _PAUSE),
    ReplyFault.LOGIN_LATER: (_S, _PAUSE),
    ReplyFault.OUR_ADDRESS: (_S, _PAUSE),
    ReplyFault.OUR_ADDRESS_LATER: (_S, _PAUSE),
    ReplyFault.RELAYING: (_S, _PAUSE),
    ReplyFault.POLICY: (_S, _PAUSE),
    ReplyFault.CONTENT: (_S, _REFUSE),
    ReplyFault.SLOWED: (_S, _PAUSE),
    ReplyFault.OUR_LIMIT: (_S, _PAUSE),
    ReplyFault.LARGE: (_S, _REFUSE),
    ReplyFault.FORM: (_S, _REFUSE),
    ReplyFault.COMMAND: (_S, _PAUSE),
    ReplyFault.GREYLISTED: (_T, _RETRY),
    ReplyFault.MANY_RECIPIENTS: (_T, _RETRY),
    ReplyFault.SYSTEM: (_T, _REFUSE),
    ReplyFault.NETWORK: (_T, _REFUSE),
    ReplyFault.EXPIRED: (_T, _REFUSE),
    ReplyFault.CLOSING: (_T, _RETRY),
    ReplyFault.LATER: (_T, _RETRY),
    ReplyFault.OLD_552: (_T, _RETRY),
    ReplyFault.LOOKUP: (_U, _REFUSE),
    ReplyFault.LOOP: (_U, _REFUSE),
    ReplyFault.TECHNICAL: (_U, _REFUSE),
    ReplyFault.UNCLEAR: (_U, _REFUSE),
}

# what a 4yz reply means where it differs from the 5yz reply of the same class
WHILE_TEMPORARY = {
    ReplyFault.LOGIN: ReplyFault.LOGIN_LATER,
    ReplyFault.OUR_ADDRESS: ReplyFault.OUR_ADDRESS_LATER,
    ReplyFault.POLICY: ReplyFault.SLOWED,
    ReplyFault.CONTENT: ReplyFault.SLOWED,
    ReplyFault.RELAYING: ReplyFault.SLOWED,
    ReplyFault.NOT_US: ReplyFault.SLOWED,
    ReplyFault.LOOKUP: ReplyFault.LATER,
    ReplyFault.LOOP: ReplyFault.LATER,
    ReplyFault.TECHNICAL: ReplyFault.LATER,
    ReplyFault.UNCLEAR: ReplyFault.LATER,
    ReplyFault.COMMAND: ReplyFault.LATER,
}
