"""Finds how the octets of a text file are to be read, and cells that show it.

The whole file is read once. UTF-8 is taken when all of it is UTF-8; else the words that
are not ASCII are weighed (detect.py). A choice that is doubtful, and a file in two
encodings, are refused with the cells as they would be and with what to type.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audiences.errors import FileRefusedError
from audiences.intake.encodings import detect
from audiences.intake.encodings.candidates import CANDIDATES, UTF8, named
from audiences.intake.encodings.detect import Decoded

BLOCK = 1 << 20
MAX_LINE = 1_000_000  # octets; a longer line is weighed in parts
MAX_WORDS = 800  # that are weighed; more say nothing new
FEW_WORDS = 10  # that are UTF-8 could be so by chance
SHOWN = 5  # cells
ELSE_1252 = "liaison.windows-1252"  # the name of an error handler
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# encodings of octets below 128 that change the characters by a mark
_SHIFTED = (
    (re.compile(rb"\x1b\$[@B]|\x1b\$\([@BDOPQ]|\x1b\([IJ]"), "iso2022_jp_2004"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}"), "hz"),
)
_CELLS = re.compile(r"[,;\t|\r\n]")
_THREE = 0xE0  # from here an octet of UTF-8 begins a character of three octets
_NOT_ASCII = 0x80
_USUAL_MARKS = frozenset("¹²³°ºª®©±·§½«»\xa0\xad")  # beside letters and digits
_REMEDY = "save it as UTF-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoding:
    """How to read a file: the codec and error handler of Python, and what that gives.

    `cells` are some that are not ASCII, for a person to look at.
    """

    codec: str
    name: str  # for the report
    errors: str = "strict"
    cells: tuple[str, ...] = ()


@dataclass(slots=True)
class _Lines:
    """Lines that are not ASCII: those that are UTF-8, and the others."""

    utf8: dict[bytes, int] = field(default_factory=dict)  # words, with their lines
    other: dict[bytes, int] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)  # octets

    def add(self, number: int, line: bytes) -> None:
        """Keep the words of a line, unless there are many and it has no new octet."""
        words = self.utf8 if _is_utf8(line) else self.other
        if len(words) < MAX_WORDS or not self.seen.issuperset(line):
            self.seen.update(line)
            for word in detect.words([line]):
                words.setdefault(word, number)


def decoding(path: Path, encoding: str | None, *, repair: bool) -> Decoding:
    """Return how to read a file, in the encoding that a person named, or found.

    With `repair`, a file with lines in UTF-8 and others is read line by line.
    """
    return _given(path, encoding) if encoding else _found(path, repair=repair)


def _given(path: Path, encoding: str) -> Decoding:
    """Return how to read a file in an encoding that a person named.

    Raises FileRefusedError when Python does not know it, or the file is not in it.
    """
    try:
        codec = codecs.lookup(encoding).name
        cells = _shown(path, codec)
    except (LookupError, UnicodeError, ValueError):
        raise FileRefusedError(
            f"{path.name} is not a text in the encoding {encoding}"
        ) from None
    return Decoding(codec=codec, name=named(codec), cells=cells)


def _found(path: Path, *, repair: bool) -> Decoding:
    """Return how to read a file; raise FileRefusedError when that is doubtful."""
    with path.open("rb") as file:
        start = file.read(BLOCK)
    marked = _marked(start)
    if marked:
        return _decoding(path, *marked)
    lines = _Lines()
    for number, line in _lines(path):
        if not line.isascii():
            lines.add(number, line)
    if not lines.other:
        if _by_chance(lines):
            ranked = detect.readings(list(lines.utf8), (*CANDIDATES, UTF8))
            raise FileRefusedError(_doubtful(path, ranked))
        return _decoding(path, "utf-8", "UTF-8")
    if _two_encodings(lines):
        if repair:
            return _decoding(path, "utf-8", "UTF-8 and windows-1252", errors=ELSE_1252)
        raise FileRefusedError(_mixed(path, lines))
    ranked = detect.readings([*lines.other, *lines.utf8])
    if not detect.is_sure(ranked):
        raise FileRefusedError(_doubtful(path, ranked))
    best = ranked[0].candidate
    return _decoding(path, best.codec, best.name)


def _decoding(path: Path, codec: str, name: str, *, errors: str = "strict") -> Decoding:
    try:
        cells = _shown(path, codec, errors)
    except UnicodeError:
        raise FileRefusedError(
            f"{path.name} begins as {name}, and is not {name} further down; {_REMEDY}"
        ) from None
    return Decoding(codec=codec, name=name, errors=errors, cells=cells)


def _as_windows_1252(fault: UnicodeError) -> tuple[str, int]:
    """Return octets that are not UTF-8 as windows-1252: an error handler of Python."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return fault.object[fault.start : fault.end].decode("cp1252", "replace"), fault.end


codecs.register_error(ELSE_1252, _as_windows_1252)


def _marked(start: bytes) -> tuple[str, str] | None:
    """Return the codec and name of a Unicode encoding that shows at the start."""
    for mark, codec, name in _BOMS:
        if start.startswith(mark):
            return codec, name
    wide = _wide(start)
    if wide:
        return wide, wide.upper()
    for pattern, shifted in _SHIFTED if start.isascii() else ():
        if pattern.search(start):
            return shifted, named(shifted)
    return None


def _wide(start: bytes) -> str | None:
    """Return the UTF-16 without a mark of a text whose ASCII has a NUL beside it."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 8 < len(start) or 10 * min(even, odd) > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers; a long one in several parts."""
    number, tail = 1, b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            block = (tail + block).replace(b"\r\n", b"\n")
            tail = b"\r" if block.endswith(b"\r") else b""
            block = block.removesuffix(b"\r").replace(b"\r", b"\n")
            *whole, last = block.split(b"\n")
            for line in whole:
                yield number, line
                number += 1
            tail = last + tail
            if len(tail) > MAX_LINE:
                yield number, tail
                tail = b""
    yield number, tail.removesuffix(b"\r")


def _shown(path: Path, codec: str, errors: str = "strict") -> tuple[str, ...]:
    """Return the first cells that are not ASCII; raise UnicodeError when one is wrong.

    Only the first part of the file is read.
    """
    cells: dict[str, None] = {}
    with path.open(encoding=codec, errors=errors, newline="") as file:
        read = 0
        while read < 4 * BLOCK and len(cells) < SHOWN:
            line = file.readline(MAX_LINE)
            if not line:
                break
            read += len(line)
            if not line.isascii():
                cells.update(dict.fromkeys(_not_ascii(line)))
    return tuple(cells)[:SHOWN]


def _not_ascii(line: str) -> Iterator[str]:
    for cell in _CELLS.split(line):
        text = cell.strip().strip('"')
        if text and not text.isascii():
            yield text[:60]


def _by_chance(lines: _Lines) -> bool:
    """Whether the few words of a list are UTF-8, and more probable in another encoding.

    In two octets, a character of Chinese or Korean may look like one of UTF-8.
    """
    words = list(lines.utf8)
    if not words or len(words) > FEW_WORDS or any(max(w) >= _THREE for w in words):
        return False
    if all(map(_has_marks, words)) and any(word[0] < _NOT_ASCII for word in words):
        return False
    best = detect.readings(words, (*CANDIDATES, UTF8))[0]
    return best.candidate is not UTF8 and not best.poor


def _has_marks(word: bytes) -> bool:
    """Whether what is not ASCII in a word of UTF-8 are marks such as House¹ and n°."""
    return all(each.isascii() or each in _USUAL_MARKS for each in word.decode())


def _two_encodings(lines: _Lines) -> bool:
    """Whether lines are UTF-8 on purpose, beside others that are not."""
    words = list(lines.utf8)
    if not words:
        return False
    best = detect.readings(words, (*CANDIDATES, UTF8))[0]
    return best.candidate is UTF8 and not best.poor


def _mixed(path: Path, lines: _Lines) -> str:
    word, number = next(iter(lines.other.items()))
    best = next(iter(detect.readings(list(lines.other))), None)
    read = ""
    if best is not None:
        text = word.decode(best.candidate.codec, "ignore")
        read = f", perhaps {text} in {best.candidate.name}"
    return (
        f"{path.name}, line {number}: found octets that are not UTF-8{read}, while"
        f" line {min(lines.utf8.values())} is UTF-8; {_REMEDY}, or give --repair to"
        " read such lines as windows-1252"
    )


def _doubtful(path: Path, ranked: Sequence[Decoded]) -> str:
    """Return the sentence for a doubtful choice: the two best, what to type."""
    if not ranked:
        return f"{path.name} is a text in no encoding that we know; {_REMEDY}"
    best = ranked[:2]
    told = [f"{_differing(each, best)} in {each.candidate.name}" for each in best]
    options = [f"--encoding {each.candidate.codec}" for each in best]
    return (
        f"{path.name}: the encoding is not sure; it may read {' or '.join(told)};"
        f" give {' or '.join(options)}, or {_REMEDY}"
    )


def _differing(reading: Decoded, among: Sequence[Decoded]) -> str:
    """Return the first words that differ between readings."""
    different = [
        word
        for word, *others in zip(
            reading.words, *(each.words for each in among), strict=True
        )
        if len(set(others)) > 1
    ]
    return ", ".join((different or list(reading.words))[:3])
