"""The states of letters, in words for people."""

from mailer.campaigns.campaign_states import CampaignState
from mailer.rendering.language.catalogues import Catalogue

NAMES = {
    CampaignState.DRAFT: "being written",
    CampaignState.IN_REVIEW: "waits for an approver",
    CampaignState.APPROVED: "approved",
    CampaignState.SCHEDULED: "scheduled",
    CampaignState.SENDING: "being sent",
    CampaignState.PAUSED: "paused",
    CampaignState.FINISHED: "sent",
    CampaignState.CANCELLED: "cancelled",
    CampaignState.EXPIRED: "not sent at its time",
}
STRINGS = tuple(NAMES.values())


def named(words: Catalogue) -> dict[str, str]:
    """Return state → its name in a language."""
    return {str(state): words.text(name) for state, name in NAMES.items()}
