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


class CampaignState(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"  # being written; nobody has approved these words
    APPROVED = "approved"  # this content, for this audience, may go
    SCHEDULED = "scheduled"  # it goes at its time
    SENDING = "sending"  # its messages are made, and leave
    PAUSED = "paused"  # its messages wait
    FINISHED = "finished"  # every message has a final state
    CANCELLED = "cancelled"  # stopped by a person
    EXPIRED = "expired"  # its time passed, and it could not be released


ARROWS: dict[CampaignState, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset({CampaignState.APPROVED, CampaignState.CANCELLED}),
    CampaignState.APPROVED: frozenset(
        {
            CampaignState.DRAFT,
            CampaignState.SCHEDULED,
            CampaignState.SENDING,
            CampaignState.CANCELLED,
        }
    ),
    CampaignState.SCHEDULED: frozenset(
        {
            CampaignState.DRAFT,
            CampaignState.SENDING,
            CampaignState.CANCELLED,
            CampaignState.EXPIRED,
        }
    ),
    CampaignState.SENDING: frozenset(
        {CampaignState.PAUSED, CampaignState.FINISHED, CampaignState.CANCELLED}
    ),
    CampaignState.PAUSED: frozenset({CampaignState.SENDING, CampaignState.CANCELLED}),
    CampaignState.FINISHED: frozenset(),
    CampaignState.CANCELLED: frozenset(),
    # a person may look at a late campaign and send it after all
    CampaignState.EXPIRED: frozenset(
        {CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.CANCELLED}
    ),
}
# the content of a campaign in these may still be changed
EDITABLE = (CampaignState.DRAFT, CampaignState.APPROVED, CampaignState.SCHEDULED)


def refuse_unless(current: CampaignState, target: CampaignState, *, name: str) -> None:
    """Raise RefusedError where no arrow leads from one state to the other."""
    if target not in ARROWS[current]:
        raise RefusedError(f"{name} is {current}; it cannot become {target} from there")


def refuse_release(current: CampaignState, *, name: str) -> None:
    """Raise RefusedError where a campaign cannot be released, or has been."""
    if current is CampaignState.PAUSED:
        raise RefusedError(f"{name} is paused", code="campaign.paused")
    refuse_unless(current, CampaignState.SENDING, name=name)
