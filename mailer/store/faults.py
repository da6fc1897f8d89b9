"""Classifies faults of the store by their codes, since their text may be translated.

SQLite: https://www.sqlite.org/rescode.html; PostgreSQL: appendix A of its manual.
"""

import sqlite3

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mailer.errors import StoreError

log = structlog.get_logger()

_PRIMARY = 0xFF  # mask: the primary code in an extended result code of SQLite
_TEMPORARY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
# The file beside the store that its users share cannot be made or grow: a full disk.
_NO_ROOM_BESIDE = {sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN}
_BROKEN = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_DAMAGED = ("58", "XX")  # classes of SQLSTATE: a failure of the disk or of the data
# No such table, no such column; SQLite has one code for any wrong statement.
_OTHER_SCHEMA = {"42P01", "42703"}
_LOCK_NOT_AVAILABLE = "55P03"


class Away:
    """A store that cannot be used: logged once, until it works or fails otherwise."""

    def __init__(self) -> None:
        self._reason = ""  # as last logged
        self.commits = 0  # that the process had begun at the last fault

    def begin(self, fault: DBAPIError, commits: int) -> None:
        """Log a fault, if it is a new one."""
        self.commits = commits
        reason = str(store_error(fault))
        if reason != self._reason:
            self._reason = reason
            log.warning("store.away", reason=reason)

    def end(self) -> None:
        """Log that the store works again, if it failed."""
        if self._reason:
            self._reason = ""
            log.info("store.back")


def is_temporary(fault: DBAPIError) -> bool:
    """Return whether the same statement may succeed later."""
    if isinstance(fault.orig, sqlite3.Error):
        return _sqlite_code(fault.orig) in _TEMPORARY or _has_no_room(fault)
    if _sqlstate(fault).startswith(_DAMAGED):
        return False
    unavailable = isinstance(fault, OperationalError | InterfaceError)
    return fault.connection_invalidated or unavailable


def is_lock(fault: DBAPIError) -> bool:
    """Return whether somebody else holds what the statement needs."""
    if isinstance(fault.orig, sqlite3.Error):
        return _sqlite_code(fault.orig) == sqlite3.SQLITE_BUSY
    return _sqlstate(fault) == _LOCK_NOT_AVAILABLE


def is_damage(fault: DBAPIError) -> bool:
    """Return whether the disk or the data is damaged: the process must end."""
    if isinstance(fault.orig, sqlite3.Error):
        return _sqlite_code(fault.orig) in _BROKEN and not _has_no_room(fault)
    return _sqlstate(fault).startswith(_DAMAGED)


def store_error(fault: DBAPIError) -> StoreError:
    """Return the error to show for a fault; it does not have the store's URL."""
    reason = str(fault.orig).strip().splitlines()[0] if fault.orig else "no answer"
    if _other_schema(fault):
        return StoreError(
            f"the store's schema is not the schema of this version ({reason})",
            code="store.schema",
        )
    if is_lock(fault):
        return StoreError(
            f"the store cannot be used: another program holds it ({reason})",
            code="store.locked",
        )
    if _has_no_room(fault):
        reason = "no file beside it can be made or grow; mostly, its disk is full"
    return StoreError(f"the store cannot be used: {reason}", code="store.away")


def _has_no_room(fault: DBAPIError) -> bool:
    return getattr(fault.orig, "sqlite_errorcode", 0) in _NO_ROOM_BESIDE


def _other_schema(fault: DBAPIError) -> bool:
    if isinstance(fault.orig, sqlite3.OperationalError):
        return _sqlite_code(fault.orig) == sqlite3.SQLITE_ERROR
    return _sqlstate(fault) in _OTHER_SCHEMA


def _sqlite_code(fault: sqlite3.Error) -> int:
    return getattr(fault, "sqlite_errorcode", 0) & _PRIMARY


def _sqlstate(fault: DBAPIError) -> str:
    """Return the SQLSTATE; empty if the server was not reached."""
    return str(getattr(fault.orig, "sqlstate", None) or "")
