"""Makes lists of contacts in many languages and encodings, with what they say."""

import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from audiences.intake.encodings.candidates import CANDIDATES
from tools import dice

_NAMES = tomllib.loads(
    Path(__file__).with_name("names.toml").read_text(encoding="utf-8")
)
LANGUAGES = tuple(_NAMES)
CODECS = ("utf-8", "utf-8-sig", "utf-16", *(each.codec for each in CANDIDATES))
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # windows-1258 has them as characters


@dataclass(frozen=True, slots=True)
class MadeList:
    """A list as octets, and its text."""

    language: str
    codec: str
    octets: bytes
    text: str


def lists(*, rows: int, seeds: range) -> Iterator[MadeList]:
    """Yield a list for each seed, language, and codec that has all its characters."""
    for language in LANGUAGES:
        for seed in seeds:
            text = _text(language, rows, dice.of(rows * 1_000 + seed))
            for codec in CODECS:
                octets = _encoded(text, codec)
                if octets is not None:
                    yield MadeList(language, codec, octets, text)


def _text(language: str, rows: int, thrown: Random) -> str:
    names = _NAMES[language]
    given, family, places = (names[n].split() for n in ("given", "family", "places"))
    lines = ["email,name,organisation_name,city"]
    for row in range(rows):
        body = thrown.choice(names["bodies"]).format(thrown.choice(places))
        person = f"{thrown.choice(given)} {thrown.choice(family)}"
        cell = f'"{body}"' if "," in body else body
        lines.append(f"reader{row}@ngo.example,{person},{cell},{thrown.choice(places)}")
    return "\r\n".join(lines) + "\r\n"


def _encoded(text: str, codec: str) -> bytes | None:
    """Return a text in a codec; None if it is ASCII or has other characters."""
    if codec == "cp1258":
        text = _with_tones_apart(text)
    try:
        return None if text.isascii() else text.encode(codec)
    except UnicodeEncodeError:
        return None


def _with_tones_apart(text: str) -> str:
    """Return a text as windows-1258 writes it: letters, then their tones."""
    parts = []
    for letter in text:
        whole = unicodedata.normalize("NFD", letter)
        tones = "".join(each for each in whole if each in _TONES)
        rest = "".join(each for each in whole if each not in _TONES)
        alone = letter.encode("cp1258", "ignore") != b""
        parts.append(letter if alone else unicodedata.normalize("NFC", rest) + tones)
    return "".join(parts)
