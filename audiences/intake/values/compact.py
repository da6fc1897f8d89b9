"""Keeps many texts in little memory: a number for each, and the texts themselves.

A list may name hundreds of thousands of organisations. A dictionary of them takes about
400 octets for each; these take 20 and the text.
"""

import secrets
from array import array
from hashlib import blake2b

_OCTETS = 8  # of the keyed hash that stands for a text
_FIRST = 1 << 10  # places at first; always a power of two
_FULL = 0.6  # the share of places that may be taken
_EMPTY = 0  # of a hash; one that is 0 counts as 1
_LENGTH = 4  # octets that say how long a text is


class Numbers:
    """A number for each text; only a hash of the text is kept.

    The hash is keyed, so that no list can be made in which two texts have the same.
    Of a million texts two have the same with a probability of 10⁻⁸.
    """

    def __init__(self) -> None:
        """Keep nothing at first."""
        self._key = secrets.token_bytes(16)
        self._hashes = array("Q", bytes(8 * _FIRST))
        self._numbers = array("I", bytes(array("I").itemsize * _FIRST))
        self._count = 0

    def get(self, text: str) -> int | None:
        """Return the number of a text, or None."""
        place, there = self._place(self._hash(text))
        return self._numbers[place] if there else None

    def set(self, text: str, number: int) -> None:
        """Give a text a number."""
        hashed = self._hash(text)
        place, there = self._place(hashed)
        if not there:
            self._count += 1
            self._hashes[place] = hashed
        self._numbers[place] = number
        if self._count > _FULL * len(self._hashes):
            self._grow()

    def _hash(self, text: str) -> int:
        octets = text.encode("utf-8", "surrogatepass")
        digest = blake2b(octets, digest_size=_OCTETS, key=self._key).digest()
        return int.from_bytes(digest, "little") or 1

    def _place(self, hashed: int) -> tuple[int, bool]:
        """Return where a hash is, or the empty place where it would be."""
        hashes = self._hashes
        last = len(hashes) - 1
        place = hashed & last
        while (found := hashes[place]) != _EMPTY:
            if found == hashed:
                return place, True
            place = (place + 1) & last
        return place, False

    def _grow(self) -> None:
        old = zip(self._hashes, self._numbers, strict=True)
        size = 2 * len(self._hashes)
        self._hashes = array("Q", bytes(8 * size))
        self._numbers = array("I", bytes(self._numbers.itemsize * size))
        for hashed, number in old:
            if hashed != _EMPTY:
                place, _ = self._place(hashed)
                self._hashes[place] = hashed
                self._numbers[place] = number


class Texts:
    """Texts that are added once and read by the number that this gives."""

    def __init__(self) -> None:
        """Keep nothing at first."""
        self._octets = bytearray()

    def add(self, text: str) -> int:
        """Keep a text; return its number."""
        octets = text.encode("utf-8", "surrogatepass")
        number = len(self._octets)
        self._octets += len(octets).to_bytes(_LENGTH, "little") + octets
        return number

    def at(self, number: int) -> str:
        """Return the text of a number."""
        begin = number + _LENGTH
        length = int.from_bytes(self._octets[number:begin], "little")
        return self._octets[begin : begin + length].decode("utf-8", "surrogatepass")

    def after(self, number: int) -> str:
        """Return the text that was added after that of a number."""
        begin = number + _LENGTH
        length = int.from_bytes(self._octets[number:begin], "little")
        return self.at(begin + length)
