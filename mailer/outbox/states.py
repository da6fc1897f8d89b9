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


class State(StrEnum):
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


CLAIMABLE = (State.WAITING, State.DEFERRED)
WITH_WORKER = (State.MARKED, State.UNCERTAIN)  # and no others

_FROM_THE_QUEUE = frozenset(
    {
        State.MARKED,
        State.SKIPPED,  # the reader left before the mark
        State.EXPIRED,
        State.CANCELLED,
    }
)
_ANSWERS = frozenset(
    {
        State.ACCEPTED,
        State.DEFERRED,
        State.REFUSED,
        State.SET_ASIDE,  # it could not be composed: no dot was written
    }
)
ARROWS: dict[State, frozenset[State]] = {
    State.WAITING: _FROM_THE_QUEUE,
    State.MARKED: _ANSWERS
    | {
        State.WAITING,  # too late after the mark, or no relay: no dot was written
        State.UNCERTAIN,
    },
    State.DEFERRED: _FROM_THE_QUEUE,
    State.UNCERTAIN: _ANSWERS  # late, or the relay's log shows it was taken
    | {
        State.WAITING,  # sent again by policy, under the same Message-ID
        State.HELD,
    },
    State.HELD: frozenset({State.ACCEPTED, State.WAITING, State.CANCELLED}),
    State.ACCEPTED: frozenset({State.BOUNCED, State.COMPLAINED}),
    State.REFUSED: frozenset(),
    State.BOUNCED: frozenset({State.COMPLAINED}),
    State.COMPLAINED: frozenset(),
    State.SET_ASIDE: frozenset(),
    State.EXPIRED: frozenset(),
    State.CANCELLED: frozenset(),
    State.SKIPPED: frozenset(),
}


class Skip(StrEnum):
    """Why a reader of the frozen audience gets nothing, beyond the audience's own."""

    NO_TRANSLATION = "no_translation"  # no language they read, and no fallback allowed
    CHANGED = "changed"  # their language changed while the campaign was released
