"""What is true when a person interrupts a command with Ctrl-C."""

from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.errors import MailerError
from mailer.sites.site import Site

EXIT_CODE = 130  # of a process that SIGINT ends
NOTHING = "stopped; this command changed nothing"


class InterruptionError(MailerError):
    """A person interrupted the command; the message says what is done."""


def of_site(site: Site) -> InterruptionError:
    """Return the error of a command on a site: whether it may have changed the store.

    A commit that had begun counts as a change.
    """
    if site.database.commits:
        return InterruptionError("stopped; what this command had done by then stays")
    return InterruptionError(NOTHING)


async def of_release(site: Site, campaign_id: int) -> InterruptionError:
    """Return the error of an interrupted release: whether the campaign is sent."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
    if campaign.state != CampaignState.SENDING:
        return of_site(site)
    return InterruptionError(
        f"stopped, but {campaign.name} is released: a worker makes the messages that"
        f" are missing, and sends all; `mailer campaigns pause {campaign_id}` stops it"
    )
