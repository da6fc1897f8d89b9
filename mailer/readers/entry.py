"""An organisation confirms its entry of the directory, or proposes how to correct it.

A link is good for thirty days and for one organisation. Nothing of an entry is changed
here but the day it was last confirmed: a proposal waits for a person of the unit.
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
LONGEST = 2000  # characters of one line
NOTE = "note"


class Answer(StrEnum):
    """What became of an organisation's answer."""

    CONFIRMED = "confirmed"
    PROPOSED = "proposed"
    UNCHANGED = "unchanged"  # the proposal says what is held
    OUTDATED = "outdated"  # the entry is no longer what was shown


async def entry_of(session: AsyncSession, holder: Holder, *, now: datetime) -> Entry:
    """Return the entry of a reader's organisation as it is held now.

    Raises TokenError where the reader's letter shows none, or is too old.
    """
    if not (holder.shows_entry and holder.sent_within(VALID, now=now)):
        raise TokenError("this link shows no entry, or no longer")
    found = await directory.entries(session, [holder.organisation_id])
    return found[holder.organisation_id]


async def confirm(
    session: AsyncSession, holder: Holder, *, shown: str, now: datetime
) -> Answer:
    """Note that the entry with this digest is right."""
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
    """Keep the lines that differ from what was shown, until they are read.

    `held` are the lines as the page showed them, `written` as the reader left them.
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
    """Return the lines that say something else than what was shown."""
    changed = {}
    for key in (*held, NOTE):
        lines = written.get(key, held.get(key, ""))[:LONGEST].splitlines()
        said = "\n".join(filter(None, (" ".join(line.split()) for line in lines)))
        if said != held.get(key, ""):
            changed[key] = said
    return changed
