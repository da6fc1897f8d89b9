"""Parses a PO file into a catalogue, within limits.

The parser of babel makes one text for each plural form that the header states, and
reads each line in the encoding that it states. So letters' files, which have no
plurals, are refused before that if they have any, or state an unusual encoding.
"""

import codecs
import re
from typing import Any

from babel.messages.pofile import PoFileError, read_po

from audiences import characters
from mailer.errors import ContentError

MAX_FILE = 2_000_000  # octets
MAX_ENTRIES = 5_000
MAX_LINE = 20_000  # octets
_HEAD = 10_000  # octets in which the header is looked for
_CHARSET = re.compile(rb"charset=([A-Za-z0-9_.:-]{1,40})")
_CHARSETS = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|(windows-|cp)125\d|koi8-[ru]"
    r"|gb(k|2312|18030)|big5|euc-(jp|kr)|shift_jis",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"(?:(?:msgctxt|msgid|msgstr(?:\[\d{1,2}\])?)[ \t]{0,9})?"
    r'"(?:[^"\\]|\\.)*"'
)
_CONTEXT = re.compile(r'msgctxt[ \t]{0,9}"(.+)"')
_PLURALS = re.compile(rb"nplurals[ \t]{0,9}=[ \t]{0,9}([^;\\\"\n]{0,40})")
_PLURAL = re.compile(r"[n0-9\s?:<>=!&|()%+*/-]{1,300}")
MAX_PLURALS = 6  # Arabic has six


def catalogue(octets: bytes, name: str) -> Any:
    """Return the catalogue of a PO file; raise ContentError if it is not one.

    `name` is the file's name, for errors.
    """
    if len(octets) > MAX_FILE:
        raise ContentError(name, f"{len(octets):,} octets, at most {MAX_FILE:,}")
    octets = _without_wide(octets)
    _check_plural_forms(octets, name)
    lines = [f"{each}\n" for each in _decoded(octets, name).split("\n")]
    _check_lines(lines, name)
    try:
        made: Any = read_po(lines, abort_invalid=True)
        plurals, rule = made.num_plurals, str(made.plural_expr)
    except (PoFileError, UnicodeError, ValueError, LookupError) as fault:
        shown = characters.plain(str(fault))[:200]
        raise ContentError(name, f"not a PO file: {shown}") from None
    if not 1 <= plurals <= MAX_PLURALS or _PLURAL.fullmatch(rule) is None:
        raise _plural_forms(name)
    return made


def _check_plural_forms(octets: bytes, name: str) -> None:
    for stated in _PLURALS.findall(octets):
        number = stated.strip()
        if not number.isdigit() or not 1 <= int(number[:3]) <= MAX_PLURALS:
            raise _plural_forms(name)


def _plural_forms(name: str) -> ContentError:
    return ContentError(
        name,
        f"its header has Plural-Forms that are not read: write 1 to {MAX_PLURALS}"
        " plurals and a short rule, or remove the line",
    )


def _without_wide(octets: bytes) -> bytes:
    """Return UTF-16, which some text editors save, as UTF-8; other octets as is."""
    if not octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets
    try:
        return octets.decode("utf-16").encode()
    except UnicodeError:
        return octets


def _decoded(octets: bytes, name: str) -> str:
    stated = _CHARSET.search(octets[:_HEAD])
    charset = stated[1].decode("ascii") if stated else "utf-8"
    if _CHARSETS.fullmatch(charset) is None:
        sentence = f"its header states the encoding {charset}; save it as UTF-8"
        raise ContentError(name, sentence)
    try:
        return octets.decode(charset).removeprefix("\ufeff")
    except (UnicodeError, LookupError):
        raise ContentError(
            name, f"its text is not in the encoding {charset}; save it as UTF-8"
        ) from None


def _check_lines(lines: list[str], name: str) -> None:
    """Refuse what the parser takes wrongly, or does not limit.

    It drops the last letter of a text whose quotation mark is not closed, and keeps
    one of two entries of the same place.
    """
    entries, contexts = 0, set()
    for number, line in enumerate(lines, start=1):
        where = f"{name}, line {number}"
        bare = line.strip().removeprefix("#~").strip()
        if len(line) > MAX_LINE:
            raise ContentError(where, f"has more than {MAX_LINE:,} characters")
        if bare.startswith("msgid_plural"):
            raise ContentError(where, "is a plural; letters have none")
        entries += bare.startswith("msgid")
        if entries > MAX_ENTRIES:
            raise ContentError(where, f"is beyond {MAX_ENTRIES:,} entries")
        if line.strip() and not line.lstrip().startswith("#"):
            _check_quoted(line.strip(), where)
        if context := _CONTEXT.match(line.strip()):
            if context[1] in contexts:
                what = f"{context[1][:80]} is here twice; keep one of the two entries"
                raise ContentError(where, what)
            contexts.add(context[1])


def _check_quoted(line: str, where: str) -> None:
    if _QUOTED.fullmatch(line) is None:
        what = f'found {line[:60]!r}; expected msgid, msgstr or nothing before "…"'
        raise ContentError(where, f'{what}, and \\" for a quotation mark in a text')
