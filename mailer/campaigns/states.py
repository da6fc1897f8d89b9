"""The states of a campaign, and every arrow between them.

draft → approved, cancelled
approved → draft, scheduled, sending, cancelled
scheduled → draft, sending, cancelled, expired
sending → paused, finished, cancelled
paused → sending, cancelled
expired → scheduled, sending, cancelled

Any edit voids an approval, and makes a draft again. An approval renewed, or another
time, leaves a campaign where it stands.
"""

from enum import StrEnum

from mailer.errors import RefusedError


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"  # being written; nobody has approved these words
    APPROVED = "approved"  # this content, for this audience, may go
    SCHEDULED = "scheduled"  # it goes at its time
    SENDING = "sending"  # its messages are made, and leave
    PAUSED = "paused"  # its messages wait
    FINISHED = "finished"  # every message has a final state
    CANCELLED = "cancelled"  # stopped by a person
    EXPIRED = "expired"  # its time passed, and it could not be released


ARROWS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.APPROVED, State.CANCELLED}),
    State.APPROVED: frozenset(
        {State.DRAFT, State.SCHEDULED, State.SENDING, State.CANCELLED}
    ),
    State.SCHEDULED: frozenset(
        {State.DRAFT, State.SENDING, State.CANCELLED, State.EXPIRED}
    ),
    State.SENDING: frozenset({State.PAUSED, State.FINISHED, State.CANCELLED}),
    State.PAUSED: frozenset({State.SENDING, State.CANCELLED}),
    State.FINISHED: frozenset(),
    State.CANCELLED: frozenset(),
    # a person may look at a late campaign and send it after all
    State.EXPIRED: frozenset({State.SCHEDULED, State.SENDING, State.CANCELLED}),
}


def refuse_unless(current: State, target: State, *, name: str) -> None:
    """Raise RefusedError where no arrow leads from one state to the other."""
    if target not in ARROWS[current]:
        raise RefusedError(f"{name} is {current}; it cannot become {target} from there")


def refuse_release(current: State, *, name: str) -> None:
    """Raise RefusedError where a campaign cannot be released, or has been."""
    if current is State.PAUSED:
        raise RefusedError(f"{name} is paused; `mailer campaigns resume` goes on")
    refuse_unless(current, State.SENDING, name=name)
