"""The states of letters, and what was done to them, in words for people."""

from mailer.campaigns.acts import Act
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
ACTS = {
    Act.IMPORTED: "began the letter",
    Act.EDITED: "changed the text",
    Act.TRANSLATED: "changed a translation",
    Act.EXPORTED: "exported who got it",
    Act.TESTED: "sent a test",
    Act.ASKED: "asked for an approval",
    Act.WITHDRAWN: "took the request back",
    Act.RETURNED: "sent it back",
    Act.SIGNED_OFF: "signed a translation off",
    Act.APPROVED: "approved it",
    Act.SCHEDULED: "gave it a time",
    Act.UNSCHEDULED: "took its time away",
    Act.RELEASED: "sent it",
    Act.RESENT: "sent it to readers it had not reached",
    Act.PAUSED: "paused it",
    Act.RESUMED: "let it continue",
    Act.EXPIRED: "did not send it at its time",
    Act.CANCELLED: "cancelled it",
    Act.FINISHED: "finished it: every message has a final state",
}
STRINGS = (*NAMES.values(), *ACTS.values())


def named(words: Catalogue) -> dict[str, str]:
    """Return state → its name in a language."""
    return {str(state): words.text(name) for state, name in NAMES.items()}
