"""Leaves out readers who had as many letters in a month as the unit allows."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, null, select
from sqlalchemy.orm import aliased

from audiences.contacts import Contact
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import MessageState, Skip
from mailer.outbox.models import Message
from mailer.settings.sections import Settings

MONTH = timedelta(days=30)  # before the day of a release
_NOT_HAD = (MessageState.SKIPPED, MessageState.CANCELLED, MessageState.EXPIRED)


def beyond(settings: Settings, campaign: Campaign, day: date) -> ColumnElement[Any]:
    """Return `frequency` for a contact who gets no further letter on a day, or null.

    The limit is `gate.letters_a_month`; 0 is none. Service mail does not count and is
    not limited, nor is a letter that corrects another.
    """
    limit = settings.gate.letters_a_month
    if not limit or campaign.topic is None or campaign.corrects is not None:
        return null()
    since = datetime.combine(day - MONTH, time.min, UTC)
    message, other = aliased(Message), aliased(Campaign)
    had = (
        select(func.count(func.distinct(message.campaign_id)))
        .join(other, other.id == message.campaign_id)
        .where(
            message.contact_id == Contact.id,
            message.state.not_in(_NOT_HAD),
            other.id != campaign.id,
            other.topic.is_not(None),
            other.released_at > since,
        )
        .correlate(Contact)
        .scalar_subquery()
    )
    return case((had >= limit, literal(str(Skip.FREQUENCY))), else_=null())
