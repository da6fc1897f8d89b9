"""Which page a sign-in leads to: the one that was wanted, if it is of the console."""

import re
from urllib.parse import unquote

from mailer.web.console.showing import HOME

_MARKS = frozenset("\\\"'<>?#:")  # in no path of a page
_QUERY = re.compile(r"[\w.~!$&'()*+,;=:@/%-]{0,500}", re.ASCII)  # RFC 3986, 3.4
_LONGEST = 500  # characters of a path: cookies keep it, and all of them have 64 KiB
_WAYS = frozenset({"sign-in", "sign-out"})  # pages that no sign-in leads to


def inside(wanted: str) -> str:
    """Return the page of the console that was wanted; else its first page."""
    begun = wanted[wanted.find(HOME) :] if HOME in wanted else ""
    path, mark, query = begun.partition("?")
    short = len(path) <= _LONGEST
    inside = path.startswith(f"{HOME}/") and path.isprintable() and short
    parts = unquote(unquote(path)).replace("\\", "/").split("/")[2:]
    if not inside or set(path) & _MARKS or not {"", ".", ".."}.isdisjoint(parts):
        return HOME
    if parts[0] in _WAYS:
        return HOME
    return f"{path}{mark}{query}" if _QUERY.fullmatch(query) else path
