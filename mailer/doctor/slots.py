"""Checks the slots of series: those of the coming day, and those just missed."""

from datetime import datetime

from sqlalchemy.exc import DBAPIError

from mailer.calendar import open_slots
from mailer.doctor.finding import Finding, ok, warning
from mailer.errors import StoreError
from mailer.sites.site import Site


async def examine(site: Site, *, now: datetime) -> list[Finding]:
    """Return a warning for each slot that no letter fills.

    Where the store cannot be read, its own check says so.
    """
    try:
        async with site.database.reading() as session:
            found = await open_slots.shown(session, now=now)
    except (StoreError, DBAPIError):
        return []
    remedy = "`mailer campaigns schedule ID --series NAME` fills the next open one"
    return [warning("series", each.sentence, remedy) for each in found] or [
        ok("series", "no slot of the coming day is open")
    ]
