"""Whether the reader of a message may still be written to, and why not."""

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from audiences.contacts import Contact
from audiences.segments import resolve
from audiences.segments.resolve import LeftOut
from audiences.subscriptions import Standing, Subscription
from audiences.suppressions import Suppression
from mailer.outbox.message_states import Skip


def may_be_written_to(
    released_to: ColumnElement[bytes] | InstrumentedAttribute[bytes],
    *,
    of_topic: ColumnElement[bool],
    on_demand: ColumnElement[bool] | InstrumentedAttribute[bool],
) -> ColumnElement[bool]:
    """Return the condition that the reader of a message may still be written to.

    The caller joins Contact, Suppression and, for a topic, Subscription. `released_to`
    is the key of the address at the release: the reader may have changed it since.
    """
    other = aliased(Suppression)
    suppressed = exists().where(other.address_key == released_to)
    return and_(
        Contact.address.is_not(None),
        Suppression.address_key.is_(None),
        ~suppressed.correlate_except(other),
        # a reader who stopped all letters still gets the confirmation they ask for
        or_(on_demand, Contact.stopped_at.is_(None)),
        or_(~of_topic, Subscription.standing == Standing.ACTIVE),
    )


def skip_reason(
    due: FromClause,
    done: ColumnElement[bool] | None,
    *,
    of_topic: bool,
    on_demand: bool,
) -> ColumnElement[str | None]:
    """Return the audience's reason not to write to a reader, or null.

    `done` is whether the reader has done what a reminder waits for.
    """
    allowed = may_be_written_to(
        due.c.address_key,
        of_topic=true() if of_topic else false(),
        on_demand=true() if on_demand else false(),
    )
    reason = resolve.reason("" if of_topic else None)
    reminded = [] if done is None else [(and_(allowed, done), literal(str(Skip.DONE)))]
    return case(
        *reminded,
        (allowed, null()),
        else_=func.coalesce(reason, literal(str(LeftOut.SUPPRESSED))),
    )
