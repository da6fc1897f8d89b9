"""Records acts on campaigns; one that changes the state follows its arrows."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from mailer.campaigns.campaign_states import CampaignState, require_arrow
from mailer.campaigns.models import Campaign, CampaignEvent
from mailer.store.site_events import with_account

FELL = "fell"  # in the detail of an act: the time that the campaign had before it


class Act(StrEnum):
    """What a person or the program did to a campaign."""

    IMPORTED = "imported"  # created, with its first content
    EDITED = "edited"  # its content was replaced
    TRANSLATED = "translated"  # the words of one language were changed
    EXPORTED = "exported"  # its messages with their readers, to a file
    TESTED = "tested"  # test copies were sent; nothing changes
    ASKED = "asked"  # for approval
    WITHDRAWN = "withdrawn"  # the author took that back
    SIGNED_OFF = "signed_off"  # a language, by a translator who did not write it
    APPROVED = "approved"
    RETURNED = "returned"  # to its author, with a reason
    SCHEDULED = "scheduled"
    UNSCHEDULED = "unscheduled"  # its time was taken away
    RELEASED = "released"
    RESENT = "resent"  # to readers it has not reached: a further wave
    PAUSED = "paused"
    RESUMED = "resumed"
    EXPIRED = "expired"  # not released at its time
    CANCELLED = "cancelled"
    FINISHED = "finished"

    @property
    def changes_content(self) -> bool:
        """Whether the act changes content: the user who did it is an author."""
        return self in _CHANGES_CONTENT


_CHANGES_CONTENT = frozenset({Act.IMPORTED, Act.EDITED, Act.TRANSLATED})


def note(
    session: AsyncSession,
    campaign: Campaign,
    act: Act,
    *,
    by: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record an act that does not change the campaign's state, with the account."""
    witness(session, campaign.id, act, by=by, now=now, detail=detail)
    campaign.updated_at = now


def witness(
    session: AsyncSession,
    campaign_id: int,
    act: Act,
    *,
    by: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Record an act that changes nothing of the campaign, with the account."""
    recorded = with_account(detail)
    session.add(
        CampaignEvent(campaign_id=campaign_id, at=now, by=by, act=act, detail=recorded)
    )
    said = {**(detail or {})}
    if "to" in said:  # addresses of people, which the record does not keep
        said["to"] = len(said["to"])
    writing.note(session, act, f"campaign {campaign_id}", by=by, at=now, detail=said)


def move(
    session: AsyncSession,
    campaign: Campaign,
    after: CampaignState,
    act: Act,
    *,
    by: str,
    now: datetime,
    because: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Change the state of a locked campaign and record the act that did it.

    `because` is stored as the reason why the campaign stopped; None removes an earlier
    one. Raises RefusedError if campaign_states has no arrow to the state `after`.
    """
    require_arrow(CampaignState(campaign.state), after, name=campaign.name)
    campaign.state = after
    campaign.stopped_because = because
    reason = {} if because is None else {"because": because}
    note(session, campaign, act, by=by, now=now, detail={**reason, **(detail or {})})
