"""Reads all places of the settings once: the folders and the mailboxes."""

from datetime import datetime

from mailer.errors import RefusedError
from mailer.feedback.arrivals import maildir
from mailer.feedback.belief.recording import Recorded
from mailer.sites.site import Site


async def once(site: Site, *, now: datetime) -> Recorded:
    """Take in what is in the folders of the settings; return what was new.

    Raises RefusedError if the settings name no place, or one cannot be read.
    """
    given = site.settings.feedback
    total = Recorded()
    places = [(given.maildir, False), (given.replies_maildir, True)]
    if not any(place for place, _ in places):
        raise RefusedError(
            "the settings name no place where mail comes back; set feedback.maildir, or"
            " name a Maildir"
        )
    for place, of_replies in places:
        if place is not None:
            folder = site.root / place
            total.add(await maildir.read(site, folder, of_replies=of_replies, now=now))
    return total
