"""Says what other mail systems report on mail in our name."""

from sqlalchemy.exc import DBAPIError

from mailer import clock
from mailer.doctor.finding import Finding, note, ok
from mailer.errors import StoreError
from mailer.feedback.sender_reports import keeping
from mailer.sites.site import Site


async def examine(site: Site) -> list[Finding]:
    """Return what recent reports say of the domains that we send from.

    Reports can be forged, so this warns of nothing. Where the store cannot be read, its
    own check says so.
    """
    domains = keeping.domains_of(site)
    try:
        async with site.database.reading() as session:
            found = await keeping.summaries(session, domains, now=clock.now())
    except (StoreError, DBAPIError):
        return []
    remedy = "`mailer feedback reports` shows who sends in our name"
    return [
        note("reports", each.sentence(), remedy)
        if each.failed
        else ok("reports", each.sentence())
        for each in found
    ]
