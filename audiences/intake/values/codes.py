"""Understands cells that hold codes of one vocabulary, or names of what they mean.

Whether a text is understood is found first; its error is worded only when it is
refused, for that compares the text with the whole vocabulary.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from audiences.errors import RuleError
from audiences.intake.values.cell import CellError
from audiences.naming.names import language
from audiences.naming.values import Values
from audiences.segments.vocabularies import Vocabulary

CACHED = 10_000  # texts of one vocabulary
Join = Callable[[list[str]], Any]
_SEPARATORS = re.compile(r"[,;|/、،\n]")
_JOINED = re.compile(  # between two names, as in “français et anglais”
    r"\s{1,9}(?:and|et|y|e|und|и)\s{1,9}|\s{0,9}[&+和与及]\s{0,9}|\s{1,9}و\s{0,9}"
)
_CODES = re.compile(r"[A-Za-z]{2,3}(?: [A-Za-z]{2,3})+")  # of countries, for example


class Codes(Protocol):
    """The codes that the texts of a column may mean."""

    def find(self, raw: str) -> str | None:
        """Return the code of a text; None if it is not understood."""
        ...

    def refused(self, raw: str) -> str:
        """Return why a text is not understood."""
        ...

    def is_code(self, raw: str) -> bool:
        """Whether a text is a code as the store spells it."""
        ...


class CodesOf:
    """The codes of one vocabulary that are in use."""

    def __init__(self, vocabulary: Vocabulary, values: Values) -> None:
        self._vocabulary, self._values = vocabulary, values
        self._known = vocabulary.spelled(values)
        self.find = lru_cache(maxsize=CACHED)(self._find)

    def _find(self, raw: str) -> str | None:
        codes = self._vocabulary.codes(raw, self._values)
        return codes[0] if len(codes) == 1 and self._retired(codes[0]) is None else None

    def _retired(self, code: str) -> str | None:
        """Return why a code is not for new use, if it retired.

        A retired topic or role is for who has it; known when the row is matched.
        """
        day = self._vocabulary.retired_on(code, self._values)
        if day is None or self._values in {Values.TOPIC, Values.ROLE}:
            return None
        return f"the {self._values} {code} retired on {day:%Y-%m-%d}"

    def refused(self, raw: str) -> str:
        """Return why a text is not understood."""
        try:
            code = self._vocabulary.resolve(raw, self._values, rule=raw, column=1)
        except RuleError as fault:
            return fault.sentence
        return self._retired(code) or ""

    def is_code(self, raw: str) -> bool:
        """Whether a text is a code as the store spells it, in use."""
        return self._known.get(raw) == raw and self._retired(raw) is None


class LanguageTags:
    """The tags of languages."""

    find = staticmethod(lru_cache(maxsize=CACHED)(language))

    def refused(self, raw: str) -> str:
        """Return why a text is not understood."""
        return f"{raw!r} is not a language such as fr, zh-Hant or French"

    def is_code(self, _raw: str) -> bool:
        """Return False: some tags are words between names, as in “fr et en”."""
        return False


def one(codes: Codes, raw: str) -> str:
    """Return the code of a cell; raise CellError if it is not understood."""
    found = codes.find(raw)
    if found is None:
        raise CellError(codes.refused(raw))
    return found


def several(codes: Codes, raw: str, join: Join) -> Any:
    """Return the joined codes of a cell with several codes or names.

    Raises CellError with the codes of the others when one is not understood.
    """
    words = raw.split(" ")
    if all(map(codes.is_code, words)):
        return join(list(dict.fromkeys(words)))
    whole = codes.find(raw)
    if whole is not None:
        return join([whole])
    found: dict[str, None] = {}
    faults: list[str] = []
    for part in _SEPARATORS.split(raw):
        if part.strip():
            _understand(part.strip(), codes, found, faults)
    if faults:
        raise CellError(faults[0], rest=join(list(found)) if found else None)
    return join(list(found))


def _understand(
    part: str, codes: Codes, found: dict[str, None], faults: list[str]
) -> None:
    """Add the codes of a name, or of words with spaces between them."""
    whole = codes.find(part)
    if whole is not None:
        found[whole] = None
        return
    unknown = part
    for words in (_JOINED.split(part.casefold()), part.split()):
        if len(words) == 1:
            continue
        each = {word: codes.find(word) for word in words}
        if None not in each.values():
            found.update(dict.fromkeys(filter(None, each.values())))
            return
        if _CODES.fullmatch(part):
            unknown = next(word for word, code in each.items() if code is None)
    faults.append(codes.refused(unknown))
