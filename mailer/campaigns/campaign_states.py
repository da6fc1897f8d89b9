"""The states of a campaign, and every arrow between them.

draft → in_review, approved, cancelled
in_review → draft, approved, cancelled
approved → draft, scheduled, sending, cancelled
scheduled → draft, approved, sending, cancelled, expired
sending → paused, finished, cancelled
paused → sending, cancelled
finished → sending
expired → scheduled, sending, cancelled

An edit voids the approval and the time, and makes the campaign a draft again; so does
an approver who returns it. Where one approver suffices, a draft is approved without a
review. A renewed approval or another time does not change the state. A finished
campaign is sent again only by a resend, to readers it has not reached.
"""

from enum import StrEnum

from mailer.errors import RefusedError


class CampaignState(StrEnum):
    """The state of a campaign."""

    DRAFT = "draft"  # being written, not approved
    IN_REVIEW = "in_review"  # its author asked for approval
    APPROVED = "approved"  # this content may go to this audience
    SCHEDULED = "scheduled"  # it goes at its time
    SENDING = "sending"  # its messages are made and sent
    PAUSED = "paused"  # its messages wait
    FINISHED = "finished"  # every message has a final state
    CANCELLED = "cancelled"  # stopped by a person
    EXPIRED = "expired"  # not released at its time; a person decides


ARROWS: dict[CampaignState, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset(
        {CampaignState.IN_REVIEW, CampaignState.APPROVED, CampaignState.CANCELLED}
    ),
    CampaignState.IN_REVIEW: frozenset(
        {CampaignState.DRAFT, CampaignState.APPROVED, CampaignState.CANCELLED}
    ),
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
            CampaignState.APPROVED,
            CampaignState.SENDING,
            CampaignState.CANCELLED,
            CampaignState.EXPIRED,
        }
    ),
    CampaignState.SENDING: frozenset(
        {CampaignState.PAUSED, CampaignState.FINISHED, CampaignState.CANCELLED}
    ),
    CampaignState.PAUSED: frozenset({CampaignState.SENDING, CampaignState.CANCELLED}),
    CampaignState.FINISHED: frozenset({CampaignState.SENDING}),  # by a resend only
    CampaignState.CANCELLED: frozenset(),
    # a person may still send a campaign that was not released at its time
    CampaignState.EXPIRED: frozenset(
        {CampaignState.SCHEDULED, CampaignState.SENDING, CampaignState.CANCELLED}
    ),
}
_EDITABLE = (
    CampaignState.DRAFT,
    CampaignState.IN_REVIEW,
    CampaignState.APPROVED,
    CampaignState.SCHEDULED,
)
RETURNABLE = frozenset(_EDITABLE) - {CampaignState.DRAFT}
# states in which an approval may be renewed
RENEWABLE = (CampaignState.APPROVED, CampaignState.SCHEDULED, CampaignState.EXPIRED)
APPROVABLE = frozenset(RENEWABLE) | {
    state for state, after in ARROWS.items() if CampaignState.APPROVED in after
}


def require_arrow(current: CampaignState, target: CampaignState, *, name: str) -> None:
    """Raise RefusedError if no arrow leads from `current` to `target`."""
    if target == current:
        raise RefusedError(f"{name} is {current} already", code="campaign.state")
    if target not in ARROWS[current]:
        raise RefusedError(
            f"{name} is {current}; it cannot become {target}", code="campaign.state"
        )


def require_editable(current: CampaignState, *, name: str) -> None:
    """Raise RefusedError if the content of a campaign in this state is final."""
    if current not in _EDITABLE:
        raise RefusedError(f"{name} is {current}; its content cannot be changed")


def require_returnable(current: CampaignState, *, name: str) -> None:
    """Raise RefusedError if a campaign in this state cannot be returned."""
    if current not in RETURNABLE:
        raise RefusedError(f"{name} is {current}; there is nothing to return")


def refuse_release(current: CampaignState, *, name: str) -> None:
    """Raise RefusedError if a campaign in this state cannot be released."""
    if current is CampaignState.PAUSED:
        raise RefusedError(f"{name} is paused", code="campaign.paused")
    if current is CampaignState.FINISHED:
        raise RefusedError(f"{name} is finished", code="campaign.finished")
    require_arrow(current, CampaignState.SENDING, name=name)


def refuse_resend(current: CampaignState, *, name: str) -> None:
    """Raise RefusedError if a campaign in this state cannot be sent again."""
    if current is not CampaignState.FINISHED:
        raise RefusedError(
            f"{name} is {current}; only a finished campaign is sent again to those it"
            " has not reached"
        )
