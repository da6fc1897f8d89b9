"""Reads addresses as people type them: several in a cell, names and brackets around.

What is surely meant is taken, with a remark. What may mean two things is refused, in
one sentence that says what to do.
"""

import re
import unicodedata
from typing import NamedTuple

from audiences import addresses
from audiences.addresses import Address
from audiences.errors import AddressRefusedError

MAX_ADDRESSES = 20  # in one cell

# what programs and pages add to an address that is copied
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff]"
)
_JOINERS = re.compile("(?<=[\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\x7f])")
_WIDE = str.maketrans({"\uff20": "@", "\ufe6b": "@", "\uff0e": ".", "\u3002": "."})
_AT = re.compile(
    r"\s{0,9}[(\[{<]\s{0,9}(?:at|@|arobase|arroba)\s{0,9}[)\]}>]\s{0,9}", re.IGNORECASE
)
_DOT = re.compile(
    r"\s{0,9}[(\[{]\s{0,9}(?:dot|point|punto|\.)\s{0,9}[)\]}]\s{0,9}", re.IGNORECASE
)
_NAMED = re.compile(r"(?<![^<>])(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_COMMENT = re.compile(r"(?P<address>[^\s()@]+@[^\s()@]+)\s*\((?P<name>[^()@]*)\)")
_UNTIL_LAST = re.compile(r".*@[^\s;,]*", re.DOTALL)  # of several addresses
_LABEL = re.compile(r"(?:e-?mail|mailto|smtp|courriel|correo)\s*:\s*", re.IGNORECASE)
_SUBJECT = re.compile(r"(?<=@)([^?]*)\?.*")  # of a link: mailto:a@x.example?subject=…
_AROUND_AT = re.compile(r"\S+\s*@\s*\S+")
_BETWEEN = re.compile(r"[\s;,|\u060c\u061b\u3001\uff0c\uff1b]+")
_AND = frozenset(
    ("and", "or", "et", "ou", "y", "o", "und", "oder", "e", "и", "و", "和")
)
_AROUND = "\"'`“”„‟‘’‚«»‹›「」()[]{}<>"
_END = ".,;:!"

_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN")  # with letters that look alike
# letters of other scripts that look like a Latin one
_LIKE_LATIN = frozenset("асԁеһіјӏопрԛѕԝхуѵгαινορτυχκ")


class Typed(NamedTuple):
    """An address of a cell, with the name that stood beside it, and a remark."""

    address: Address
    name: str | None = None
    remark: str | None = None


def read(cell: str) -> list[Typed]:
    """Return the addresses of a cell, each once; raise AddressRefusedError.

    A remark says what was not taken as it stood.
    """
    if "\ufffd" in cell:
        raise AddressRefusedError(
            cell, "damaged text (U+FFFD); export the list again, as UTF-8"
        )
    found = [_one(cell, *each) for each in _parts(_cleaned(cell))]
    if not found:
        raise AddressRefusedError(cell, addresses.no_at(cell))
    if len(found) > MAX_ADDRESSES:
        reason = f"{len(found)} addresses in one cell; at most {MAX_ADDRESSES} are read"
        raise AddressRefusedError(cell, reason)
    once = list({each.address.identity: each for each in reversed(found)}.values())[
        ::-1
    ]
    if len(once) == 1:
        return [_remarked(cell, once[0])]
    listed = ", ".join(each.address.text for each in once)
    remark = f"{len(once)} addresses in one cell, each a contact: {listed}"
    return [each._replace(remark=each.remark or remark) for each in once]


def _cleaned(cell: str) -> str:
    """Return a cell without invisible characters, with a plain @ and plain points."""
    text = _INVISIBLE.sub("", cell).translate(_WIDE)
    return _DOT.sub(".", _AT.sub("@", _JOINERS.sub("", text))).strip()


def _parts(text: str) -> list[tuple[str, str | None]]:
    """Split a cell into addresses, each with the name beside it."""
    parts: list[tuple[str, str | None]] = []
    end = 0
    for match in _NAMED.finditer(text):
        others = _UNTIL_LAST.match(match["name"])
        parts += _bare(others[0]) if others else []
        name = match["name"][others.end() if others else 0 :]
        parts.append((match["address"], _name(name)))
        end = match.end()
    if end:
        return parts + _bare(text[end:])
    comment = _COMMENT.fullmatch(text)
    if comment:
        return [(comment["address"], _name(comment["name"]))]
    return _bare(text)


def _bare(text: str) -> list[tuple[str, str | None]]:
    """Split a text without names; raise AddressRefusedError if words stand in it."""
    text = _LABEL.sub("", text.strip())
    if text.count("@") == 1 and _AROUND_AT.fullmatch(text):
        return [(re.sub(r"\s{0,9}@\s{0,9}", "@", text), None)]
    words = [
        each
        for each in _BETWEEN.split(text)
        if each.strip(_AROUND + _END + "/&-") and each.casefold() not in _AND
    ]
    pieces = [
        piece
        for word in words
        for piece in (re.split("[/&]", word) if word.count("@") > 1 else [word])
        if piece
    ]
    lone = [each for each in pieces if "@" not in each]
    if lone and len(lone) < len(pieces):
        raise AddressRefusedError(
            text,
            f"{lone[0]!r} stands beside an address; write the name in its own column,"
            " or as Name <address>",
        )
    return [(each, None) for each in pieces if "@" in each]


def _name(text: str) -> str | None:
    """Return a name without what stands around it; None if nothing is left."""
    bare = " ".join(text.strip(_AROUND + _END + " \t\n|/-").split())
    return bare or None


def _one(cell: str, text: str, name: str | None) -> Typed:
    """Parse one address of a cell."""
    bare = _SUBJECT.sub(r"\1", _LABEL.sub("", text.strip()))
    bare = bare.strip(_AROUND + " ").rstrip(_END + _AROUND).strip()
    address = addresses.parse(bare)
    return Typed(address, name, look_alike(address, cell))


def _remarked(cell: str, typed: Typed) -> Typed:
    """Add to the only address of a cell what was changed, unless only the case was."""
    if typed.remark or addresses.same_text(cell.strip(), typed.address):
        return typed
    with_name = f", with the name {typed.name}" if typed.name else ""
    return typed._replace(remark=f"taken as {typed.address.text}{with_name}")


def look_alike(address: Address, cell: str) -> str | None:
    """Return a remark on an address that looks like another one; None if it does not.

    Raises AddressRefusedError when one word of it mixes scripts that look alike.
    """
    if address.text.isascii() and "xn--" not in address.text:
        return None
    local, _, domain = address.text.rpartition("@")
    words = [*re.split(r"[.+_-]", local), *addresses.unicode_labels(domain)]
    for word in words:
        scripts = {_script(each) for each in word} & set(_SCRIPTS)
        if len(scripts) > 1:
            names = " and ".join(sorted(each.capitalize() for each in scripts))
            reason = f"{word!r} mixes {names} letters; type it again in one script"
            raise AddressRefusedError(cell, reason)
    for word in words:
        letters = [each for each in word.lower() if each.isalpha()]
        if letters and all(each in _LIKE_LATIN for each in letters):
            return (
                f"{word!r} looks like Latin letters and is not; make sure it is meant"
            )
    return None


def _script(character: str) -> str:
    """Return the first word of a letter's Unicode name, which is mostly its script."""
    if not character.isalpha():
        return ""
    return unicodedata.name(character, "").partition(" ")[0]
