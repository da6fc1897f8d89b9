"""Facts of earlier letters, for rules: who was reached, who answered.

Each is a look-up by the contact in an index of the ledger, so that its cost does not
grow with the letters of other contacts.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.store import batches
from audiences.store.past import PastWords
from mailer.campaigns.models import Campaign
from mailer.feedback.models import EventAnswer, FeedbackKind, FeedbackMail, MailStanding
from mailer.feedback.replies.wording import InvitationAnswer
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import CampaignWave, Message

_REACHED = (MessageState.ACCEPTED, MessageState.COMPLAINED)
_FAILED = (MessageState.BOUNCED, MessageState.REFUSED)


class LetterPast:
    """What became of earlier letters, by the ledger and by what came back."""

    async def words(self, session: AsyncSession) -> PastWords:
        """Return the campaigns that were sent, and the events of invitations."""
        rows = await session.execute(
            select(Campaign.id, Campaign.event).where(Campaign.released_at.is_not(None))
        )
        found = [(str(number), event) for number, event in rows]
        return PastWords(
            campaigns=[number for number, _ in found],
            events=sorted({str(each["uid"]) for _, each in found if each}),
            answers=tuple(map(str, InvitationAnswer)),
        )

    def bounced_in(self, campaign: str) -> ColumnElement[bool]:
        """Whether a letter of a campaign came back, or was refused."""
        return _in_states(campaign, _FAILED)

    def reached_in(self, campaign: str) -> ColumnElement[bool]:
        """Whether a letter of a campaign was taken, and did not come back."""
        return _in_states(campaign, _REACHED)

    def replied(self, campaign: str) -> ColumnElement[bool]:
        """Whether the contact wrote back to a campaign."""
        return Contact.id.in_(
            select(Message.contact_id)
            .join(FeedbackMail, FeedbackMail.message_number == Message.id)
            .where(
                FeedbackMail.campaign_id == int(campaign),
                FeedbackMail.kind.in_((FeedbackKind.REPLY, FeedbackKind.ANSWER)),
                FeedbackMail.standing == MailStanding.FILED,
            )
        )

    def answered(self, event: str, answer: str | None) -> ColumnElement[bool]:
        """Whether the contact answered the invitation to an event; None: anyhow."""
        chosen = select(EventAnswer.contact_id).where(EventAnswer.uid == event)
        if answer is not None:
            chosen = chosen.where(EventAnswer.answer == answer)
        return Contact.id.in_(chosen)

    def reached_since(self, at: datetime) -> ColumnElement[bool]:
        """Whether any letter was taken since an instant, and did not come back.

        Only campaigns that could be sent since then are looked at.
        """
        waves = select(CampaignWave.campaign_id).where(CampaignWave.until >= at)
        recent = select(Campaign.id).where(
            or_(Campaign.expires_at >= at, Campaign.id.in_(waves)),
            Campaign.released_at.is_not(None),
            Campaign.on_demand.is_(False),
        )
        return exists().where(
            Message.contact_id == Contact.id,
            Message.campaign_id.in_(recent),
            batches.one_of(Message.state, _REACHED),
            Message.settled_at >= at,
        )


def _in_states(campaign: str, states: tuple[MessageState, ...]) -> ColumnElement[bool]:
    return exists().where(
        Message.contact_id == Contact.id,
        Message.campaign_id == int(campaign),
        batches.one_of(Message.state, states),
    )
