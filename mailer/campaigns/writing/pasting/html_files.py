"""Reads the text of a web page that was saved as a file, in the encoding it has."""

import re

from mailer.campaigns.writing import file_types
from mailer.errors import ContentError

START = 2_000  # octets in which the encoding is declared
_WHERE = "the document"
_CHARSET = re.compile(
    rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE
)
# what browsers read as windows-1252 (WHATWG, Encoding), as Word writes it
_WESTERN = {"iso-8859-1", "latin1", "us-ascii", "ascii"}


def html_of(octets: bytes) -> str:
    """Return the text of a web page; raise ContentError if no encoding fits it.

    Octets that are UTF-8 are UTF-8, whatever a page declares: programs that write a
    page in another encoding keep its line. Else the declared encoding counts, then what
    the words look like.
    """
    declared = _CHARSET.search(octets[:START])
    if declared is not None and not _is_unicode(octets):
        name = declared[1].decode("ascii").lower()
        try:
            return octets.decode("cp1252" if name in _WESTERN else name)
        except (UnicodeError, LookupError):
            pass  # the words say more
    try:
        return file_types.decoded(octets)
    except ValueError as fault:
        raise ContentError(_WHERE, str(fault)) from None


def _is_unicode(octets: bytes) -> bool:
    """Whether a text is in UTF-16 by its mark, or in UTF-8 and not in ASCII alone."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    try:
        return not octets.decode("utf-8").isascii()
    except UnicodeError:
        return False
