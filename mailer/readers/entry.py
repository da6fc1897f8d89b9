"""An organisation confirms its directory entry, or proposes corrections.

A link is valid for thirty days and for one organisation. A confirmation records the day
and changes nothing else; a proposal waits for a person of the unit.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory
from audiences.entry import Entry
from mailer.errors import TokenError
from mailer.readers.holder import Holder

VALID = timedelta(days=30)
MAX_LENGTH = 2000  # characters of one line
NOTE = "note"


class Answer(StrEnum):
    """The result of an organisation's answer."""

    CONFIRMED = "confirmed"
    PROPOSED = "proposed"
    UNCHANGED = "unchanged"  # the proposal has no change
    OUTDATED = "outdated"  # the entry has changed since it was shown


async def entry_of(session: AsyncSession, holder: Holder, *, now: datetime) -> Entry:
    """Return the present entry of a reader's organisation.

    Raises TokenError if the reader's letter shows no entry, or is older than VALID.
    """
    if not (holder.shows_entry and holder.sent_within(VALID, now=now)):
        raise TokenError("this link shows no entry, or is too old")
    entries = await directory.entries(session, [holder.organisation_id])
    return entries[holder.organisation_id]


async def confirm(
    session: AsyncSession, holder: Holder, *, shown: str, now: datetime
) -> Answer:
    """Record that the entry is right; `shown` is the digest of the entry shown."""
    entry = await entry_of(session, holder, now=now)
    if shown != entry.digest:
        return Answer.OUTDATED
    await directory.confirm(
        session,
        holder.organisation_id,
        digest=entry.digest,
        source=holder.source,
        now=now,
    )
    return Answer.CONFIRMED


async def propose(
    session: AsyncSession,
    holder: Holder,
    *,
    shown: str,
    held: Mapping[str, str],
    written: Mapping[str, str],
    language: str,
    now: datetime,
) -> Answer:
    """Store the lines that a reader changed, as a proposal.

    `shown` is the digest of the entry shown; `held` are its lines, `written` the lines
    of the form.
    """
    entry = await entry_of(session, holder, now=now)
    if shown != entry.digest:
        return Answer.OUTDATED
    proposed = _changes(held, written)
    if not proposed:
        return Answer.UNCHANGED
    await directory.propose(
        session,
        holder.organisation_id,
        held={key: held.get(key, "") for key in proposed},
        proposed=proposed,
        language=language,
        source=holder.source,
        now=now,
    )
    return Answer.PROPOSED


def _changes(held: Mapping[str, str], written: Mapping[str, str]) -> dict[str, str]:
    """Return the lines that differ from those shown; spaces do not count."""
    changed = {}
    for key in (*held, NOTE):
        lines = written.get(key, held.get(key, ""))[:MAX_LENGTH].splitlines()
        text = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
        if text != held.get(key, ""):
            changed[key] = text
    return changed
