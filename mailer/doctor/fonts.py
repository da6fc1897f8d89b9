"""Checks that this machine has fonts for the lists of the directory as PDF."""

from datetime import datetime

from babel import Locale

from mailer.doctor.finding import Finding, note, ok
from mailer.errors import MailerError
from mailer.reports.lists import typesetting


async def examine(*, now: datetime) -> list[Finding]:
    """Return what a PDF in each language needs."""
    remedy = f"for such PDFs install {typesetting.PACKAGES}"
    try:
        missing = await typesetting.unshown(now=now)
    except MailerError as fault:
        return [note("fonts", f"no PDF can be made: {fault}", remedy)]
    if missing:
        names = " and ".join(
            str(Locale("en").languages[each]) for each in sorted(missing)
        )
        return [note("fonts", f"no font of this machine has {names}", remedy)]
    return [ok("fonts", "fonts for PDFs in all six languages")]
