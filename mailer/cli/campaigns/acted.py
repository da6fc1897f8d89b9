"""Shows what an act did to a campaign: one sentence, or one JSON document."""

from mailer.campaigns.models import Campaign
from mailer.cli import output


def show(campaign: Campaign, sentence: str, *, as_json: bool, **facts: object) -> None:
    """Print what was done; the document has the campaign as it is now, with `facts`."""
    if not as_json:
        output.line(sentence)
        return
    output.json_document(
        {
            "id": campaign.id,
            "name": campaign.name,
            "state": campaign.state,
            "at": campaign.at.isoformat() if campaign.at else None,
            **facts,
        }
    )
