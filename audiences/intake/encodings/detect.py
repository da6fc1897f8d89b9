"""Chooses the encoding of text that is not UTF-8, by how probable its words are.

Each candidate that can read the octets gives words. Each word has a probability in the
languages of the candidate. The most probable text is taken if the next best, which is
another text, is much less probable; else the choice is doubtful.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log
from unicodedata import normalize

from audiences.intake.encodings.candidates import CANDIDATES, Candidate
from audiences.intake.encodings.letters import letters

SURE = 9.0  # nats by which the best must lead
SURE_SHARE = 0.03  # and as a share of the score of the words that differ
MAX_UNKNOWN = 0.02  # share of characters that the language does not use
_FOREIGN = 0.02  # share, at first, of a language that a candidate is not for
_ROUNDS = 4  # to find the shares of languages
_AT_LEAST = 0.02  # words in each language
# A word with an octet that is not ASCII. No octet of a character in any candidate is
# one of those between words. The comma is before the digits, which GB18030 uses, and
# the letters.
_WORD = re.compile(
    rb"(?<![^\x00-\x2f\x3a-\x3f])"
    rb"[\x30-\x39\x40-\x7f]*+[\x80-\xff][^\x00-\x2f\x3a-\x3f]*+"
)
MAX_WORD = 120  # octets; the rest of a longer one is not weighed


@dataclass(frozen=True, slots=True)
class Decoded:
    """The words as one candidate reads them, and how probable they are, in nats."""

    candidate: Candidate
    words: tuple[str, ...]
    score: float

    @property
    def poor(self) -> bool:
        """Whether the words are of no language that we know."""
        unknown = sum(
            min(letters(each).unknown(word) for each in self.candidate.all_languages)
            for word in self.words
        )
        return unknown > MAX_UNKNOWN * sum(map(len, self.words))


def words(lines: Iterable[bytes]) -> list[bytes]:
    """Return the distinct words with an octet that is not ASCII, in order."""
    found: dict[bytes, None] = {}
    for line in lines:
        for word in _WORD.findall(line):
            found.setdefault(word[:MAX_WORD])
    return list(found)


def readings(
    octets: Sequence[bytes], candidates: Sequence[Candidate] = CANDIDATES
) -> list[Decoded]:
    """Return the readings of words, the best first; of equal texts only the first."""
    found: dict[tuple[str, ...], Decoded] = {}
    for candidate in candidates:
        read = _read(octets, candidate.codec)
        if read is not None and read not in found:
            score = _score(read, candidate) - candidate.unusual
            found[read] = Decoded(candidate, read, score)
    return sorted(found.values(), key=lambda each: -each.score)


def is_sure(ranked: Sequence[Decoded]) -> bool:
    """Whether the first reading may be taken."""
    if not ranked or not ranked[0].words or ranked[0].poor:
        return False
    if len(ranked) == 1:
        return True
    best, second = ranked[:2]
    lead = best.score - second.score
    other = [
        one for one, two in zip(best.words, second.words, strict=True) if one != two
    ]
    return lead >= max(SURE, -SURE_SHARE * _score(other, best.candidate))


def _read(octets: Sequence[bytes], codec: str) -> tuple[str, ...] | None:
    decoder = getincrementaldecoder(codec)
    try:
        return tuple(
            normalize("NFC", decoder().decode(word, final=len(word) < MAX_WORD))
            for word in octets
        )
    except UnicodeDecodeError:
        return None


def _score(read: Sequence[str], candidate: Candidate) -> float:
    """Return how probable words are, if each is in one of the candidate's languages.

    The share of each language is what fits the words best: in a list, most words are
    in one or two.
    """
    languages = candidate.all_languages
    own, foreign = len(candidate.languages), len(candidate.foreign)
    shares = [1 / own] * own + [_FOREIGN] * foreign
    rows = [[letters(each).score(word) for each in languages] for word in read]
    total = 0.0
    for _ in range(_ROUNDS):
        total, counts = 0.0, [_AT_LEAST] * len(languages)
        for row in rows:
            top = max(row)
            parts = [
                share * exp(score - top)
                for share, score in zip(shares, row, strict=True)
            ]
            whole = sum(parts)
            total += top + log(whole)
            counts = [n + part / whole for n, part in zip(counts, parts, strict=True)]
        shares = [count / sum(counts) for count in counts]
    return total
