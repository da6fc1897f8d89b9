"""Writes contacts to a file for a user who may take them away, and records it."""

from datetime import date
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.export import formats, rows
from audiences.export.formats import Form
from audiences.export.selection import Selection
from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from mailer.errors import RefusedError
from mailer.users import guard
from mailer.users.acts import Right

FREE = 100  # persons that an export may have without a reason


async def export(
    session: AsyncSession,
    wanted: Selection,
    form: Form,
    file: BinaryIO,
    author: Author,
    *,
    search: str = "",
) -> int:
    """Write the selected contacts to a file; return how many persons it has.

    Raises RefusedError for more than FREE persons without a reason; then the file has
    to be thrown away.
    """
    await guard.require(session, author.by, Right.EXPORT)
    names = rows.chosen(" ".join(rows.CARD)) if form is Form.VCF else rows.COLUMNS
    persons: set[str] = set()
    with formats.opened(form, file, names, sets=rows.SETS) as write:
        async for page in rows.of_contacts(session, wanted, names):
            persons.update(row[names.index("address")] for row in page)
            if len(persons) > FREE and not author.because:
                raise RefusedError(
                    f"these are more than {FREE} persons: say why you export them"
                )
            write(page)
    detail = {"rule": [None, wanted.rule or "all"], "persons": [None, len(persons)]}
    data_changes.record(
        session, DataKind.EXPORT, f"{form} {search}"[:80], "exported", author, detail
    )
    return len(persons)


def name_of(form: Form, today: date) -> str:
    """Return the name of an exported file."""
    return f"contacts-{today:%Y-%m-%d}.{form}"
