"""Folds names, so that those which people write differently are equal."""

import re
import unicodedata

# Words that the same name has or lacks, in the languages that lists are in.
_SMALL = re.compile(
    r"the|of|and|a|la|le|les|l|d|de|du|des|et|el|los|las|del|y|e|da|do|das|dos|o|os|as"
    r"|der|die|den|und|von|al|и|в"
)
_NAMED = re.compile(r"\s[A-Z]\s*$")  # House A and House D are two
_WORD = re.compile(r"[^\W_]+")
_ARABIC = str.maketrans({**dict.fromkeys("أإآٱ", "ا"), "ة": "ه", "ى": "ي", "ـ": None})
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "œ": "oe"})
_ARTICLE = "ال"  # of Arabic; a word of two letters is not one


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in order, without case, accents and articles."""
    bare = alphabetical(name.casefold().translate(_LETTERS))
    found = [_bare(each) for each in _WORD.findall(bare.translate(_ARABIC))]
    named = found[-1:] if _NAMED.search(name) else []
    kept = [each for each in found if not _SMALL.fullmatch(each)]
    if named and kept[-1:] != named:
        kept += named
    return tuple(kept or found)


def key(name: str) -> str:
    """Return what equal names share, whatever the order of their words."""
    return " ".join(sorted(words(name)))


def alphabetical(name: str) -> str:
    """Return what names are sorted by, without case and accents: é beside e."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def _bare(word: str) -> str:
    article = word.startswith(_ARTICLE) and len(word) > len(_ARTICLE) + 1
    return word.removeprefix(_ARTICLE) if article else word
