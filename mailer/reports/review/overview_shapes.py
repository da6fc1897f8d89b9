"""The JSON document of `campaigns show`."""

from dataclasses import asdict
from zoneinfo import ZoneInfo

from mailer.campaigns.models import CampaignEvent
from mailer.reports.review.check_shapes import problem
from mailer.reports.review.overview import LanguageStanding, Overview
from mailer.reports.shapes import Document


def overview(seen: Overview, *, command: str | None, zone: ZoneInfo) -> Document:
    """Return a campaign for the unit; `command` does the next step."""
    campaign = seen.campaign
    at, released = campaign.at, campaign.released_at
    return {
        "id": campaign.id,
        "name": campaign.name,
        "version": campaign.updated_at.isoformat(),
        "reference": campaign.reference,
        "state": campaign.state,
        "at": at.astimezone(zone).isoformat() if at else None,
        "zone": zone.key,
        "released_at": released.astimezone(zone).isoformat() if released else None,
        "author": campaign.author,
        "approvers": list(seen.approvers),
        "may_approve": list(seen.may_approve),
        "template": campaign.template,
        "topic": campaign.topic,
        "corrects": campaign.corrects,
        "audience": {"rule": campaign.audience, "count": seen.readers},
        "languages": {name: _language(each) for name, each in seen.languages.items()},
        "report": seen.report.as_json() if seen.report else None,
        "warnings": [problem(each) for each in seen.warnings],
        "history": [event(each) for each in seen.history],
        "next": {"what": str(seen.next), "command": command},
    }


def _language(standing: LanguageStanding) -> Document:
    done = standing.translated
    return {"readers": standing.readers, "translated": done and asdict(done)}


def event(row: CampaignEvent) -> Document:
    """Return one act on a campaign."""
    return {
        "at": row.at.isoformat(timespec="seconds"),
        "by": row.by,
        "act": row.act,
        "detail": row.detail,
    }
