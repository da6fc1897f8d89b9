"""Finds words in UTF-8 that a program has read in another encoding: `Ã©` for é.

Two or three characters stand for one there. A single one is certain only where it
begins with what Â or Ã is; of others two must follow each other: РџСЂ for Пр.
"""

import re
from collections.abc import Iterator
from functools import cache

_WESTERN = ("cp1252", "mac_roman", "cp850")
_CHINESE = "gb18030"
_CODECS = (*_WESTERN, "cp1251", "cp1256", _CHINESE)
_LOST = re.compile("锟斤拷|烫烫烫|屯屯屯|пїЅ|ï¿½|ï»¿")
_MARKS = re.compile("â[€‚„ˆ†]|вЂ|鈥|ÔÇ|‚Ä")  # with what follows, ’ “ – and others
_ADVICE = "type it again, or save the text as UTF-8"


def faults(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield where each fault begins in a text, what was found, and a sentence."""
    if text.isascii():
        return
    for match in _LOST.finditer(text):
        what = f"found {match[0]!r}, where characters were lost when the text was saved"
        yield match.start(), match[0], f"{what}; type them again"
    for codec in _CODECS:
        for match in _pattern(codec).finditer(text):
            if meant := _meant(match[0], codec):
                what = f"found {match[0][:60]!r}, which is {meant[:60]!r} in another"
                yield match.start(), match[0], f"{what} encoding; {_ADVICE}"
    for match in _MARKS.finditer(text):
        what = f"found {match[0]!r}, which is a mark in another encoding"
        yield match.start(), match[0], f"{what}; {_ADVICE}"


def _meant(found: str, codec: str) -> str:
    """Return what was meant; "" if it is nothing that people write."""
    if codec == _CHINESE:
        meant = found.encode(codec).decode("utf-8", "replace")
        return meant if meant.isprintable() and "\ufffd" not in meant else ""
    octets = b"".join(_octets(codec)[each] for each in found)
    meant = octets.decode("utf-8", "replace")
    return meant if meant.isprintable() or "\u00a0" in meant else ""


@cache
def _octets(codec: str) -> dict[str, bytes]:
    """Return the octet of each character; one that the codec lacks is a control."""
    every = (bytes((octet,)) for octet in range(0x80, 0x100))
    return {each.decode(codec, "ignore") or chr(each[0]): each for each in every}


@cache
def _pattern(codec: str) -> re.Pattern[str]:
    """Return the pattern of characters of UTF-8 that were read in a codec."""
    if codec == _CHINESE:
        return re.compile("[\u3040-\u30ff\u4e00-\u9fff]{3,}")
    of = {octet[0]: re.escape(each) for each, octet in _octets(codec).items()}

    def one_of(first: int, last: int) -> str:
        return "[" + "".join(of[number] for number in range(first, last)) + "]"

    after = one_of(0x80, 0xC0)
    character = f"(?:{one_of(0xE0, 0xF0)}{after}{after}|{one_of(0xC2, 0xE0)}{after})"
    alone = f"|{one_of(0xC2, 0xC4)}{after}" if codec in _WESTERN else ""
    return re.compile(f"{character}{{2,}}{alone}")
