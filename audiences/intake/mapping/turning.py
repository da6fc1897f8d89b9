"""Turns names that a list writes with the family name first: DUPONT, Jean."""

import re
from collections.abc import Sequence

from audiences.intake.mapping import evidence

OURS = "name"  # the heading of our own exports, whose names stand as they are
_TURNED = re.compile(r"(?P<family>[^,;()@\d]+),\s*(?P<given>[^,;()@\d]+)")
_MOST_GIVEN = 3  # words
_TITLES = frozenset(
    (
        *("dr", "dra", "prof", "m", "mme", "mlle", "me", "mr", "mrs", "ms", "mx", "h"),
        *("e", "he", "se", "herr", "frau", "sr", "sra", "srta", "don", "doña", "sir"),
        *("amb", "hon", "rev"),
    )
)
# what follows a name and a comma, and is no given name
_AFTER = frozenset(
    (
        *("jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "esq", "dds", "sj", "op"),
        *("director", "directora", "directrice", "directeur", "president", "chair"),
        *("présidente", "président", "presidente", "secretary", "secrétaire", "ceo"),
        *("secretario", "secretaria", "chairperson", "manager", "coordinator", "mp"),
        *(
            "ambassador",
            "ambassadeur",
            "ambassadrice",
            "delegate",
            "leiter",
            "leiterin",
        ),
        *("inc", "ltd", "llc", "gmbh", "ong", "ngo", "asbl", "sa"),
    )
)


def is_turned(heading: str, cells: Sequence[str]) -> bool:
    """Whether most cells of a column have the family name, a comma and the given."""
    return heading != OURS and evidence.share(cells, _has_turned) >= evidence.MOST


def turned(name: str) -> str:
    """Return a name in the order in which it is said; another one as it stands."""
    match = _TURNED.fullmatch(name.strip())
    if match is None or not _is_given(match["given"]):
        return name
    titles, family = [], match["family"].split()
    while len(family) > 1 and _bare(family[0]) in _TITLES:
        titles.append(family.pop(0))
    return " ".join((*titles, *match["given"].split(), *family))


def _has_turned(cell: str) -> bool:
    """Whether a cell is surely turned: its family name is one word, or in capitals."""
    match = _TURNED.fullmatch(cell.strip())
    if match is None or not _is_given(match["given"]):
        return False
    family = [each for each in match["family"].split() if _bare(each) not in _TITLES]
    small = [each for each in family if not each[:1].islower()]  # without “de la”
    return len(small) == 1 or match["family"].isupper()


def _is_given(text: str) -> bool:
    words = text.split()
    named = all(each[:1].isalpha() and not each[:1].islower() for each in words)
    return (
        0 < len(words) <= _MOST_GIVEN and named and _AFTER.isdisjoint(map(_bare, words))
    )


def _bare(word: str) -> str:
    return word.replace(".", "").casefold()
