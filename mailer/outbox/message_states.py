"""The states of a message and every arrow between them.

waiting → marked, skipped, expired, cancelled, accepted
marked → waiting, accepted, deferred, refused, set_aside, uncertain
deferred → marked, skipped, expired, cancelled, accepted
uncertain → waiting, accepted, deferred, refused, set_aside, held
held → accepted, waiting, cancelled
accepted → bounced, complained
bounced → complained
refused → waiting
set_aside → waiting
"""

from enum import StrEnum


class MessageState(StrEnum):
    """The state of a message."""

    WAITING = "waiting"  # not yet taken by a worker
    MARKED = "marked"  # committed: about to write the final dot
    ACCEPTED = "accepted"  # the relay took it
    DEFERRED = "deferred"  # not taken this time; tried again
    REFUSED = "refused"  # the relay refused it for good
    BOUNCED = "bounced"  # taken, then returned
    COMPLAINED = "complained"  # the reader reported it as spam
    UNCERTAIN = "uncertain"  # the relay may have taken it
    HELD = "held"  # uncertain, and a person decides
    SET_ASIDE = "set_aside"  # it cannot be composed, or no relay can carry it
    EXPIRED = "expired"  # too late to send
    CANCELLED = "cancelled"  # its campaign was cancelled
    SKIPPED = "skipped"  # not written to, with a reason


CLAIMABLE = (MessageState.WAITING, MessageState.DEFERRED)
# states in which the worker that marked a message may still record its outcome
WITH_WORKER = (MessageState.MARKED, MessageState.UNCERTAIN)

SENT = (  # the relay has the message, or may have it
    MessageState.MARKED,
    MessageState.ACCEPTED,
    MessageState.UNCERTAIN,
    MessageState.HELD,
    MessageState.COMPLAINED,
)
REACHED = (*CLAIMABLE, *SENT)  # the reader has the message, or may get it

_FROM_THE_QUEUE = frozenset(
    {
        MessageState.MARKED,
        MessageState.SKIPPED,  # the reader left before the mark
        MessageState.EXPIRED,
        MessageState.CANCELLED,
        MessageState.ACCEPTED,  # it left before a restore, by the relay's log
    }
)
_ANSWERS = frozenset(
    {
        MessageState.ACCEPTED,
        MessageState.DEFERRED,
        MessageState.REFUSED,
        MessageState.SET_ASIDE,  # no dot was written
    }
)
# the fault was ours: a person resumes the campaign once it is mended
_AGAIN = frozenset({MessageState.WAITING})
ARROWS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.WAITING: _FROM_THE_QUEUE,
    MessageState.MARKED: _ANSWERS
    | {
        MessageState.WAITING,  # no dot was written
        MessageState.UNCERTAIN,
    },
    MessageState.DEFERRED: _FROM_THE_QUEUE,
    MessageState.UNCERTAIN: _ANSWERS  # a late reply, or the relay's log has it
    | {
        MessageState.WAITING,  # sent again by policy, under the same Message-ID
        MessageState.HELD,
    },
    MessageState.HELD: frozenset(
        {MessageState.ACCEPTED, MessageState.WAITING, MessageState.CANCELLED}
    ),
    MessageState.ACCEPTED: frozenset({MessageState.BOUNCED, MessageState.COMPLAINED}),
    MessageState.REFUSED: _AGAIN,
    MessageState.BOUNCED: frozenset({MessageState.COMPLAINED}),
    MessageState.COMPLAINED: frozenset(),
    MessageState.SET_ASIDE: _AGAIN,
    MessageState.EXPIRED: frozenset(),
    MessageState.CANCELLED: frozenset(),
    MessageState.SKIPPED: frozenset(),
}


class Skip(StrEnum):
    """Why a release leaves out a reader, beyond the reasons of the audience."""

    NO_TRANSLATION = "no_translation"  # no language they read, and no fallback allowed
    CHANGED = "changed"  # their languages or blocks changed during the release
    ONLY_TO = "only_to"  # this site writes only to the addresses of mail.only_to
    FREQUENCY = "frequency"  # had gate.letters_a_month letters in the last 30 days
    DONE = "done"  # did what the letter reminds of, before it was sent
