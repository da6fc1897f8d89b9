"""The one way a message changes its state: an UPDATE along the arrows.

Each is compare-and-set: it names the states it starts from, so that the same news a
second time changes nothing.
"""

from collections.abc import Collection

from sqlalchemy import Update, update

from audiences.store import batches
from mailer.outbox.message_states import ARROWS, MessageState
from mailer.outbox.models import LEDGER, Message


def moving(before: Collection[MessageState], after: MessageState) -> Update:
    """Return the UPDATE of messages from any of these states to another.

    The caller adds which messages and what else changes. Raises ValueError where no
    arrow of message_states leads there.
    """
    check(before, after)
    return leaving(before).values(state=after)


def leaving(before: Collection[MessageState]) -> Update:
    """Return the UPDATE of messages in these states, to a state each of its own.

    The caller has had each of these states checked.
    """
    return update(LEDGER).where(batches.one_of(Message.state, before))


def check(before: Collection[MessageState], after: MessageState) -> None:
    """Raise ValueError where no arrow leads from any of some states to another.

    A message may be settled as what it is already: that moves nothing.
    """
    for state in before:
        if after is not state and after not in ARROWS[state]:
            raise ValueError(f"a message that is {state} never becomes {after}")
