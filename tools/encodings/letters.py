"""Counts pairs of letters in names of many languages.

`python -m tools.encodings.letters` reads the names of countries, languages, currencies,
cities, months and days in the locale data (CLDR, as Babel has it), the reference data
and the catalogues. The result is
audiences/intake/encodings/letters.tsv: a language, then its pairs, each with its count.
A pair is in small letters; `_` stands for the begin or end of a word.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from babel import Locale
from babel.messages.pofile import read_po

from audiences.reference.load import rows
from tools.checkout import ROOT

LANGUAGES = (
    *("en", "fr", "es", "de", "pt", "it", "nl", "sv", "da", "nb", "fi"),
    *("pl", "cs", "sk", "hu", "ro", "hr", "sl", "lt", "lv", "et", "tr", "vi"),
    *("ru", "uk", "bg", "sr", "mk", "el", "he", "ar", "fa", "th"),
    *("zh", "zh_Hant", "ja", "ko"),
)
# Letters that the names lack, or have too seldom.
ALPHABETS = {
    "hu": "áéíóöőúüű",
    "th": "".join(map(chr, [*range(0x0E01, 0x0E3B), *range(0x0E40, 0x0E4F)])),
    "vi": "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ",
}
OFTEN = 10
RARE = 2  # pairs that occur less often are left out
TABLE = ROOT / "audiences" / "intake" / "encodings" / "letters.tsv"
_LETTER = r"(?:[^\W\d_]|[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e])"  # with vowels of Thai
_WORD = re.compile(rf"{_LETTER}+(?:[’']{_LETTER}+)*")


def names(language: str) -> Iterator[str]:
    """Yield the names of the locale data, and the texts of the catalogue."""
    locale = Locale.parse(language)
    for code, name in locale.territories.items():
        if code.isalpha():
            yield name
    yield from locale.languages.values()
    yield from locale.currencies.values()
    yield from locale.scripts.values()
    yield from (str(zone.get("city", "")) for zone in locale.time_zones.values())
    for group in (locale.months, locale.days):
        yield from group["format"]["wide"].values()
    for name in ("member_states.csv", "themes.csv"):
        for row in rows(name):
            yield from (
                text for key, text in row.items() if key.endswith(f"_{language}")
            )
    catalogue = ROOT / "templates" / "locale" / language / "LC_MESSAGES" / "liaison.po"
    if catalogue.exists():
        with catalogue.open("rb") as file:
            for message in read_po(file):
                yield message.string if isinstance(message.string, str) else ""


def pairs(language: str) -> Counter[str]:
    """Return how often each pair of letters occurs in the words of a language.

    A word counts at most OFTEN times: the data repeats words such as "language".
    """
    words = Counter(
        word.lower() for name in names(language) for word in _WORD.findall(name)
    )
    found: Counter[str] = Counter()
    for word, count in words.items():
        for pair in pairwise(f"_{word}_"):
            found["".join(pair)] += min(count, OFTEN)
    return found


def main() -> None:
    """Write the table."""
    with TABLE.open("w", encoding="utf-8") as file:
        for language in LANGUAGES:
            counts = pairs(language)
            counts.update({f"_{each}": RARE for each in ALPHABETS.get(language, "")})
            counted = sorted(counts.items(), key=lambda each: (-each[1], each))
            kept = (f"{pair}{count}" for pair, count in counted if count >= RARE)
            file.write("\t".join([language, *kept]) + "\n")


if __name__ == "__main__":
    main()
