"""How probable a word is in a language, by its pairs of letters.

The counts are in letters.tsv, which tools/encodings/letters.py makes from names of the
locale data and from the catalogues. Languages with thousands of characters are read one
character at a time: the tables of their standards say which are frequent.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from math import log

_SEEN = 0.9  # weight of the pairs against that of single letters
_FLOOR = log(1e-7)  # a character that the language does not use
_MARKS = dict.fromkeys("’‘“”«»‹›–—…·°№€„ª´•º\xa0", log(2e-3))
_CLOSING = "’”»›…"  # rare at the begin of a word
_CLOSING_FIRST = log(2e-5)
_PLAIN = "abcdefghijklmnopqrstuvwxyz"  # also in names of other scripts
_PLAIN_COUNT = 0.5
# Standards of East Asia: codec, first octets of the
# characters that the standard calls frequent, and of the others.
_STANDARDS = {
    "zh": ("gb2312", range(0xB0, 0xD8), range(0xD8, 0xF8)),
    "zh_Hant": ("big5", range(0xA4, 0xC7), range(0xC9, 0xFA)),
    "ja": ("euc_jp", (0xA4, 0xA5, *range(0xB0, 0xD0)), range(0xD0, 0xF5)),
    "ko": ("euc_kr", range(0xB0, 0xC9), ()),
}
_FREQUENT, _OTHER = 0.2, 0.005  # counts that are added to each of these
# What a capital or a small letter costs, by the letter before.
_CAPITAL_FIRST, _CAPITAL_AFTER_SMALL, _CAPITAL_AGAIN = log(0.7), log(0.002), log(0.3)
_SMALL_FIRST, _SMALL_AGAIN = log(0.3), log(0.998)


class Letters:
    """The letters of one language."""

    def __init__(self, language: str, counts: dict[str, int]) -> None:
        """Read the count of each pair; of those with a standard, only the letters."""
        single = dict.fromkeys(_PLAIN, _PLAIN_COUNT)
        firsts: Counter[str] = Counter()
        for pair, count in counts.items():
            single[pair[1]] = single.get(pair[1], 0) + count
            firsts[pair[0]] += count
        self._by_pair = language not in _STANDARDS
        if not self._by_pair:
            _add_standard(single, *_STANDARDS[language])
        total = sum(single.values())
        seen = _SEEN if self._by_pair else 0
        self._single = {
            each: log((1 - seen) * count / total) for each, count in single.items()
        }
        self._pairs = {
            pair: log(
                seen * count / firsts[pair[0]] + (1 - seen) * single[pair[1]] / total
            )
            for pair, count in counts.items()
            if self._by_pair
        }

    def score(self, word: str) -> float:
        """Return the logarithm of the probability of a word, in nats."""
        total, before, capital = 0.0, "_", False
        for letter in word:
            mark = _MARKS.get(letter)
            if mark is not None:
                first = before == "_" and letter in _CLOSING
                total += _CLOSING_FIRST if first else mark
                before = "_"
                continue
            small = letter.lower()[:1]
            upper = small != letter
            if upper or letter.upper() != letter:
                total += _cost_of_case(before, capital=capital, upper=upper)
            total += self._follows(before, small)
            before, capital = small, upper
        return total + self._follows(before, "_") if self._by_pair else total

    def unknown(self, word: str) -> int:
        """Return how many characters of a word the language does not use."""
        return sum(
            letter.lower()[:1] not in self._single and letter not in _MARKS
            for letter in word
        )

    def _follows(self, before: str, letter: str) -> float:
        found = self._pairs.get(before + letter)
        return self._single.get(letter, _FLOOR) if found is None else found


def _cost_of_case(before: str, *, capital: bool, upper: bool) -> float:
    if before == "_":
        return _CAPITAL_FIRST if upper else _SMALL_FIRST
    if upper:
        return _CAPITAL_AGAIN if capital else _CAPITAL_AFTER_SMALL
    return 0.0 if capital else _SMALL_AGAIN


def _add_standard(
    single: dict[str, float], codec: str, frequent: Iterable[int], others: Iterable[int]
) -> None:
    """Add to the count of each character of a standard."""
    for rows, count in ((frequent, _FREQUENT), (others, _OTHER)):
        for first in rows:
            for last in range(0x40, 0xFF):
                character = bytes((first, last)).decode(codec, "ignore")
                if len(character) == 1 and character > "\x7f":
                    single[character] = single.get(character, 0) + count


@lru_cache(maxsize=1)
def _counts() -> dict[str, dict[str, int]]:
    """Return the counts of pairs by language."""
    table = resources.files("audiences.intake.encodings").joinpath("letters.tsv")
    counts = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        language, *pairs = line.split("\t")
        counts[language] = {each[:2]: int(each[2:]) for each in pairs}
    return counts


@lru_cache(maxsize=64)
def letters(language: str) -> Letters:
    """Return the letters of a language of the table."""
    return Letters(language, _counts()[language])
