"""The states of a message and every arrow between them; an odd one has its reason.

waiting → marked, skipped, expired, cancelled
marked → waiting, accepted, deferred, refused, set_aside, uncertain
deferred → marked, skipped, expired, cancelled
uncertain → waiting, accepted, deferred, refused, set_aside, held
held → accepted, waiting, cancelled
accepted → bounced, complained
bounced → complained
"""

from enum import StrEnum


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"  # decided, not yet taken by a worker
    MARKED = "marked"  # committed: about to write the final dot
    ACCEPTED = "accepted"  # the relay took it
    DEFERRED = "deferred"  # the relay said not now
    REFUSED = "refused"  # the relay said no
    BOUNCED = "bounced"  # taken, and came back
    COMPLAINED = "complained"  # the reader called it spam
    UNCERTAIN = "uncertain"  # nobody knows whether the relay took it
    HELD = "held"  # uncertain, and a person decides
    SET_ASIDE = "set_aside"  # it could not be composed
    EXPIRED = "expired"  # too late to send
    CANCELLED = "cancelled"  # its campaign was cancelled
    SKIPPED = "skipped"  # not written to, with a reason


CLAIMABLE = (MessageState.WAITING, MessageState.DEFERRED)
WITH_WORKER = (MessageState.MARKED, MessageState.UNCERTAIN)  # and no others

_FROM_THE_QUEUE = frozenset(
    {
        MessageState.MARKED,
        MessageState.SKIPPED,  # the reader left before the mark
        MessageState.EXPIRED,
        MessageState.CANCELLED,
    }
)
_ANSWERS = frozenset(
    {
        MessageState.ACCEPTED,
        MessageState.DEFERRED,
        MessageState.REFUSED,
        MessageState.SET_ASIDE,  # it could not be composed: no dot was written
    }
)
ARROWS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.WAITING: _FROM_THE_QUEUE,
    MessageState.MARKED: _ANSWERS
    | {
        MessageState.WAITING,  # no dot was written
        MessageState.UNCERTAIN,
    },
    MessageState.DEFERRED: _FROM_THE_QUEUE,
    MessageState.UNCERTAIN: _ANSWERS  # late, or the relay's log shows it was taken
    | {
        MessageState.WAITING,  # sent again by policy, under the same Message-ID
        MessageState.HELD,
    },
    MessageState.HELD: frozenset(
        {MessageState.ACCEPTED, MessageState.WAITING, MessageState.CANCELLED}
    ),
    MessageState.ACCEPTED: frozenset({MessageState.BOUNCED, MessageState.COMPLAINED}),
    MessageState.REFUSED: frozenset(),
    MessageState.BOUNCED: frozenset({MessageState.COMPLAINED}),
    MessageState.COMPLAINED: frozenset(),
    MessageState.SET_ASIDE: frozenset(),
    MessageState.EXPIRED: frozenset(),
    MessageState.CANCELLED: frozenset(),
    MessageState.SKIPPED: frozenset(),
}


class Skip(StrEnum):
    """Why a reader of the frozen audience gets nothing, beyond the audience's own."""

    NO_TRANSLATION = "no_translation"  # no language they read, and no fallback allowed
    CHANGED = "changed"  # their language changed while the campaign was released
