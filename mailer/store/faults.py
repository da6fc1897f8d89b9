"""What a fault of the store means, by its code: its words differ between languages.

SQLite: https://www.sqlite.org/rescode.html; PostgreSQL: appendix A of its manual.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mailer.errors import StoreError

_PRIMARY = 0xFF  # of an extended result code of SQLite
_PASSES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
_SYSTEM = ("58", "XX")  # classes of SQLSTATE: the disk or the data is damaged
# a table or column is missing; SQLite has only a code for any wrong statement
_OTHER_SCHEMA = {"42P01", "42703"}


def comes_back(fault: DBAPIError) -> bool:
    """Whether a store that fails like this may be asked again later."""
    if isinstance(fault.orig, sqlite3.Error):
        return _code(fault.orig) in _PASSES
    if _state(fault).startswith(_SYSTEM):
        return False
    away = isinstance(fault, OperationalError | InterfaceError)
    return fault.connection_invalidated or away


def refused(fault: DBAPIError) -> StoreError:
    """Turn a fault of the store into a sentence without its address or password."""
    reason = str(fault.orig).strip().splitlines()[0] if fault.orig else "no answer"
    if _other_schema(fault):
        return StoreError(
            f"the store's schema is not the one this version works with ({reason})",
            code="store.schema",
        )
    return StoreError(f"the store cannot be used: {reason}", code="store.away")


def _other_schema(fault: DBAPIError) -> bool:
    if isinstance(fault.orig, sqlite3.OperationalError):
        return _code(fault.orig) == sqlite3.SQLITE_ERROR
    return _state(fault) in _OTHER_SCHEMA


def _code(fault: sqlite3.Error) -> int:
    return getattr(fault, "sqlite_errorcode", 0) & _PRIMARY


def _state(fault: DBAPIError) -> str:
    """Return the SQLSTATE; empty where the server was not reached."""
    return str(getattr(fault.orig, "sqlstate", None) or "")
