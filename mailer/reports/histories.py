"""A change of the directory, of a user or of a word, as JSON."""

from typing import Any

from audiences.record.changes import DirectoryChange
from audiences.record.data_changes import DataChange


def change(row: DirectoryChange | DataChange) -> dict[str, Any]:
    """Return a change of the directory, or of a user or word, by a user."""
    return {
        "at": row.at.isoformat(timespec="seconds"),
        "by": row.by,
        "account": row.account,
        "act": row.act,
        "because": row.because,
        "detail": row.detail,
    }
