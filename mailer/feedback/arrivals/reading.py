"""Reads all places of the settings once: the folders and the mailboxes."""

from datetime import datetime

from mailer.errors import RefusedError
from mailer.feedback.arrivals import mailboxes, maildir
from mailer.feedback.belief.recording import Recorded
from mailer.sites.site import Site


async def once(site: Site, *, now: datetime) -> Recorded:
    """Take in what is in the places of the settings; return what was new.

    Raises RefusedError if the settings name no place, MailerError if one cannot be
    read.
    """
    given = site.settings.feedback
    boxes = mailboxes.of_site(site)
    if not (boxes or given.maildir or given.replies_maildir):
        raise RefusedError(
            "the settings name no place where mail comes back; set feedback.maildir or"
            " feedback.imap, or name a Maildir"
        )
    total = await folders(site, now=now)
    for box in boxes:
        async with box.opened() as folder:
            total.add(await box.read(folder, now=now))
    return total


async def folders(site: Site, *, now: datetime) -> Recorded:
    """Take in what is in the Maildirs of the settings; return what was new."""
    given = site.settings.feedback
    total = Recorded()
    for place, of_replies in (
        (given.maildir, False),
        (given.replies_maildir, True),
    ):
        if place is not None:
            folder = site.root / place
            total.add(await maildir.read(site, folder, of_replies=of_replies, now=now))
    return total
