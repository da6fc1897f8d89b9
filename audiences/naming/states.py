"""Folds names of countries without the words that say which form of state they are."""

import re

from audiences.naming import folding

# as folded: Republic of, Rep., Royaume du, Estado Plurinacional de
_FORM = re.compile(
    r"rep|dem|fed|republic|republique|republica|republik|республика|جمهوريه"
    r"|kingdom|royaume|reino|konigreich|reinado|королевство|مملكه"
    r"|state|etat|estado|staat|государство|دوله|socialist|socialiste|socialista"
    r"|democratic|democratique|democratica|democratico|демократическая|ديمقراطيه"
    r"|people|peoples|populaire|popular|народная|شعبيه"
    r"|islamic|islamique|islamica|исламская|اسلاميه|arab|arabe|арабская|عربيه"
    r"|federal|federale|federative|federated|federative|bolivarian|bolivarienne"
    r"|bolivariana|plurinational|plurinacional|hashemite|rb|s|lao"
)
# what is left of a United Kingdom, which is no name
_NO_NAMES = frozenset(
    ("united", "uni", "unido", "vereinigtes", "соединенное", "متحده", "south", "sud")
)


def key(name: str) -> str:
    """Return what the name of a country has in common with its official forms."""
    words = sorted(folding.words(name))
    kept = [each for each in words if not _FORM.fullmatch(each)]
    return " ".join(words if set(kept) <= _NO_NAMES else kept)
