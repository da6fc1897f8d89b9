"""Settles proposals of organisations line by line, as a user of the unit decides.

A line that has a column of the import becomes its cell. Names of persons and notes have
none: a user changes the contacts, and says so.
"""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.directory import Proposal
from audiences.entry import Decision
from audiences.errors import AudienceError, UnknownNameError
from audiences.organisations import Organisation
from audiences.record import writing
from audiences.record.changes import Author
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.upkeep import bodies

CELLS: Mapping[str, str] = {  # line of an entry → cell of an import
    "name": "organisation_name",
    "acronym": "acronym",
    "status": "status",
    "level": "level",
    "seat": "country",
    "postal_address": "organisation_postal_address",
    "telephones": "organisation_telephones",
    "website": "organisation_website",
    "acts_in": "acts_in",
    "fields": "fields",
    "languages": "organisation_languages",
}
IN_LINES = frozenset({"postal_address"})  # the others are on one line


def cell_of(line: str, proposed: str) -> str:
    """Return a proposed line as the cell of an import would have it."""
    lines = [each.strip() for each in proposed.splitlines() if each.strip()]
    if line == "name":  # below it stand the names in other languages
        return lines[0] if lines else ""
    return ("\n" if line in IN_LINES else "; ").join(lines)


async def settle(
    session: AsyncSession,
    number: int,
    line: str,
    decision: Decision,
    author: Author,
    *,
    cell: str | None = None,
) -> Proposal:
    """Decide about one line of a proposal; return the proposal.

    An applied line changes the organisation to `cell`; without it, the entry was
    changed by other means. The proposal is settled with its last line. Raises
    UnknownNameError if the line does not wait, AudienceError if `cell` is not valid.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    proposal = await session.get(Proposal, number, with_for_update=True)
    if proposal is None or line not in proposal.proposed:
        raise UnknownNameError(f"no proposal with the number {number} has {line!r}")
    if proposal.decision is not None or line in proposal.decided:
        raise UnknownNameError(
            f"proposal {number}, {line}: it was decided before; nothing was changed",
            code="proposal.unknown",
        )
    if decision is Decision.APPLIED and cell is not None:
        await _apply(session, proposal, line, cell, author)
    proposal.decided = {**proposal.decided, line: str(decision)}
    if proposal.decided.keys() >= proposal.proposed.keys():
        applied = Decision.APPLIED in proposal.decided.values()
        proposal.decision = Decision.APPLIED if applied else Decision.DECLINED
        proposal.settled_by, proposal.settled_at = author.by, author.at
    about = f"proposal {number}"
    said = {"line": line}
    writing.note(session, decision, about, by=author.by, at=author.at, detail=said)
    await session.flush()
    return proposal


async def _apply(
    session: AsyncSession, proposal: Proposal, line: str, cell: str, author: Author
) -> None:
    column = CELLS.get(line)
    if column is None:
        raise AudienceError(f"{line}: this is changed at the contacts themselves")
    body = await session.get_one(Organisation, proposal.organisation_id)
    await bodies.edit(session, body.code, {column: cell}, author)
