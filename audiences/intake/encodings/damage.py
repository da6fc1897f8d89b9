"""Finds characters that another program has damaged, and undoes it where that is sure.

A text in UTF-8 that was read in another encoding shows two or three characters for one:
`Ã©` for é. A character that was lost is U+FFFD, or a question mark where a letter was:
`Fran?ois`.
"""

import json
import re
from collections.abc import Callable, Sequence
from email.header import decode_header, make_header
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

# Encodings in which UTF-8 is read by mistake. In those of WESTERN, two characters that
# begin with Â or Ã, or what they are there, are in no word.
_WESTERN = ("cp1252", "mac_roman", "cp850")
_MISREAD = (*_WESTERN, "cp1251")
_LEFT = 0.25  # else at most this share of the characters may be sound
_LOST = ("\N{REPLACEMENT CHARACTER}", "ï¿½")  # itself, and read as windows-1252
# What a person would have written: letters, and marks of typography.
_MEANT = re.compile(
    "[\u00a0-\u017f\u01a0\u01a1\u01af\u01b0\u0218-\u021b\u0391-\u03ce\u0401-\u045f"
    "\u05d0-\u05ea\u0600-\u06ff\u0e01-\u0e5b\u1ea0-\u1ef9\u2010-\u2026\u20ac\u2116"
    "\u2122\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]"
)
_TWICE = re.compile(r"[a-zß-öø-ÿ][À-ÖØ-Þ][a-zß-öø-ÿ]")  # a capital inside a word
# à whose second half, a space that cannot be broken, has become a usual one
_A_GRAVE = re.compile(r"(?<![A-ZÀ-Þ])Ã(?=\s|$)")


# What programs write for a letter that their encoding lacks: in a word, before one,
# at the end of one that goes on in small letters, several together.
_MARKS = frozenset("?□¿¤\x1a")
_AT_WORD = re.compile(r"(?<=[^\W\d_])[?□¤]")
_LETTER_LOST = re.compile(
    r"(?<=[^\W\d_])[?□¿¤\x1a]+(?=[^\W\d_])"
    r"|(?<![^\s(\[\"'«“-])[?□¤\x1a]+(?=[^\W\d_])"
    r"|(?<=[^\W\d_])[?□¤\x1a]+(?=[ '-][a-zß-öø-ÿ])"
    r"|(?<!\S)[?□\x1a]{2,}(?!\S)"
    r"|^[?□\x1a\s]{2,}"
)
_NO_WORD = re.compile(r"//|www\.|@|\?[^?]*=")  # in the address of a page
_ENDED = re.compile(r"(?<=[^\W\d_])[?□¤](?=\W*(?:\s|$))|(?<!\S)[?□](?!\S)")
LETTER_LOST = "a ? stands for a letter that was lost; write this cell again"


def _letter_lost(text: str) -> bool:
    """Whether a letter of a word was surely lost."""
    return not _MARKS.isdisjoint(text) and bool(_LETTER_LOST.search(_words(text)))


def _words(text: str) -> str:
    """Return a text without the addresses of pages, which have a ?."""
    return " ".join(word for word in text.split() if not _NO_WORD.search(word))


def in_name(text: str) -> bool:
    """Whether a ? stands at a word of the name of a person, which none ends."""
    return not _MARKS.isdisjoint(text) and bool(_AT_WORD.search(_words(text)))


def doubt(text: str) -> str | None:
    """Return a remark on a text in which a letter may be lost; else None.

    A question mark that ends a word may be one, as in Quo vadis?
    """
    if _MARKS.isdisjoint(text) or not _ENDED.search(_words(text)):
        return None
    return "a ? may stand for a letter that was lost; correct it if so"


# Characters as web pages, heads of mails, addresses and UTF-7 write them.
_CODED = re.compile(
    r"&(?:[A-Za-z]{2,8}\d{0,2}|#\d{2,7}|#[xX][0-9a-fA-F]{2,6});"
    r"|=\?[\w-]{3,20}\?[BbQq]\?[^?\s]{1,200}\?="
    r"|(?:%[CDEcde][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){1,2})"
    r"|\+A[A-P][A-Za-z0-9+/]{1,40}-"
    r"|(?:\\u[0-9a-fA-F]{4})+"
)


def _decoded(text: str) -> str:
    """Return a text with the characters that are written in a code; an address stays.

    Words beside a plus, as in C+AB-, are no code.
    """
    if not any(each in text for each in ("&", "=?", "%", "+A", "\\u")) or "/" in text:
        return text
    return _CODED.sub(_of_code, text)


def _of_code(found: re.Match[str]) -> str:
    """Return the characters of a code; the code where a person may have typed it."""
    coded = found[0]
    try:
        match coded[0]:
            case "%":
                return unquote(coded, errors="strict")
            case "\\":
                plain = json.loads(f'"{coded}"')
            case "+":
                plain = coded.encode().decode("utf-7")
            case "=":
                plain = str(make_header(decode_header(coded)))
                plain = plain if plain.isprintable() else coded
            case _:
                plain = unescape(coded)
    except (UnicodeError, LookupError, ValueError):
        return coded
    return plain if _MEANT.search(plain) else coded


def find(text: str) -> str | None:
    """Return what is wrong with a cell, for the reason of a fault; else None."""
    if (plain := _decoded(text)) != text:
        return (
            f"characters are written in a code, for {plain[:40]!r}; write them as they"
            " are, or give --repair"
        )
    if _letter_lost(text):
        return LETTER_LOST
    if text.isascii():
        return None
    if any(lost in text for lost in _LOST):
        return "a character was lost (U+FFFD); write this cell again"
    for codec in _MISREAD:
        pairs = _damaged(text, codec)
        if pairs:
            shown, meant = pairs[0]
            return (
                f"{shown} looks like {meant} in UTF-8 that was read in another"
                " encoding; save the list again as UTF-8, or give --repair"
            )
    return None


def repaired(text: str) -> str:
    """Return a cell without the damage, or as it is if what was meant is not sure."""
    text = _decoded(text)
    for codec in _MISREAD:
        if not text.isascii() and _damaged(text, codec):
            mended = _pattern(codec).sub(_undo(codec), text)
            mended = _A_GRAVE.sub("à", mended)
            # one that was damaged twice is still wrong, or a part of it was lost
            twice = find(mended) or _TWICE.search(mended)
            scripts = {
                each >= "\u0370"
                for each in mended
                if each.isalpha() and not each.isascii()
            }
            return text if twice or len(scripts) > 1 else mended
    return text


def _damaged(text: str, codec: str) -> list[tuple[str, str]]:
    """Return the damaged characters of a text, each with what is meant."""
    found = [match[0] for match in _pattern(codec).finditer(text)]
    pairs = [(each, meant) for each in found if (meant := _meant(each, codec)) != each]
    if codec == "cp1252":
        pairs += [(each, "à") for each in _A_GRAVE.findall(text)]
    if not pairs:
        return []
    if codec in _WESTERN and any(meant < "\u0100" for _, meant in pairs):
        return pairs
    return pairs if codec != "mac_roman" and _uncovered(text, pairs) <= _LEFT else []


def _uncovered(text: str, pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of characters, without ASCII, that are not damaged."""
    whole = sum(not each.isascii() for each in text)
    return 1 - sum(len(each) for each, _ in pairs) / whole


def _undo(codec: str) -> Callable[[re.Match[str]], str]:
    return lambda found: _meant(found[0], codec)


def _meant(text: str, codec: str) -> str:
    """Return the character that is meant; the text if it is none that people write."""
    octets = bytes(_octets(codec)[each] for each in text)
    meant = octets.decode("utf-8", "replace")
    return meant if _MEANT.fullmatch(meant) else text


@lru_cache(maxsize=8)
def _octets(codec: str) -> dict[str, int]:
    """Return the octet of each character; one that the codec lacks is a control."""
    return {
        bytes((octet,)).decode(codec, "ignore") or chr(octet): octet
        for octet in range(0x80, 0x100)
    }


@lru_cache(maxsize=8)
def _pattern(codec: str) -> re.Pattern[str]:
    """Return the pattern of characters of UTF-8 that were read in a codec."""
    by_octet = {octet: each for each, octet in _octets(codec).items()}

    def one_of(first: int, last: int) -> str:
        return "[" + "".join(re.escape(by_octet[n]) for n in range(first, last)) + "]"

    after = one_of(0x80, 0xC0)
    two, three = one_of(0xC2, 0xE0), one_of(0xE0, 0xF0)
    return re.compile(f"{three}{after}{after}|{two}{after}")
