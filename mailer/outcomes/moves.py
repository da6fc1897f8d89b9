"""UPDATE statements that change the state of messages along the arrows.

Each names the states it starts from (compare-and-set), so that repeating it changes
nothing.
"""

from collections.abc import Collection

from sqlalchemy import Update, update

from audiences.store import batches
from mailer.outbox.message_states import ARROWS, MessageState
from mailer.outbox.models import LEDGER, Message


def transition(before: Collection[MessageState], after: MessageState) -> Update:
    """Return the UPDATE of messages from any of these states to another.

    The caller adds which messages, and other columns. Raises ValueError if
    message_states has no such arrow.
    """
    check_arrows(before, after)
    return update_in(before).values(state=after)


def update_in(before: Collection[MessageState]) -> Update:
    """Return an UPDATE of messages in these states.

    The caller adds the new state of each message, and calls `check_arrows` for it.
    """
    return update(LEDGER).where(batches.one_of(Message.state, before))


def check_arrows(before: Collection[MessageState], after: MessageState) -> None:
    """Raise ValueError if an arrow is missing from one of these states to another.

    To stay in a state needs no arrow.
    """
    for state in before:
        if after is not state and after not in ARROWS[state]:
            raise ValueError(f"a message cannot go from {state} to {after}")
