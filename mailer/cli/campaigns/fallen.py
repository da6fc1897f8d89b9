"""Says that a campaign lost its time by an edit."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.campaigns import control
from mailer.cli import output
from mailer.sites.site import Site


async def say(site: Site, campaign_id: int) -> None:
    """Say that a campaign lost its time by an edit, if it did."""
    async with site.database.reading() as session:
        times = await control.fallen_times(session, campaign_id)
    for number, at in times.items():
        output.say(sentence(number, at, site.zone))


def sentence(campaign_id: int, at: datetime, zone: ZoneInfo) -> str:
    """Return the sentence on a campaign that lost its time by an edit."""
    return (
        f"campaign {campaign_id} is not scheduled any more: it was edited after it got"
        f" its time, {output.local(at, zone)}; once it is approved,"
        f" `mailer campaigns schedule {campaign_id}` gives it a time"
    )
