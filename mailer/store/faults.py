"""What a fault of the store means."""

import re
import sqlite3

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mailer.errors import StoreError

_LACKING = re.compile(r"no such (table|column)|(relation|column) \S+ does not exist")


def comes_back(fault: DBAPIError) -> bool:
    """Whether a store that fails like this may be tried again."""
    reason = str(fault.orig)
    if "disk I/O error" in reason or "malformed" in reason:
        return False
    busy = "locked" in reason or "full" in reason
    if isinstance(fault.orig, sqlite3.Error):
        return busy
    away = isinstance(fault, OperationalError | InterfaceError)
    return fault.connection_invalidated or busy or away


def refused(fault: DBAPIError) -> StoreError:
    """Turn a fault of the store into a sentence without its address or password."""
    reason = str(fault.orig).strip().splitlines()[0] if fault.orig else "no answer"
    if _LACKING.search(reason):
        return StoreError(
            f"the store has not the form of this version ({reason}); `mailer doctor`"
            " says what to do"
        )
    return StoreError(f"the store cannot be used: {reason}")
