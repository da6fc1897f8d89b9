"""Names of countries without the words of their form of state."""

from audiences.naming import folding

# as folded: Republic of, Rep., Royaume du, Estado Plurinacional de
_FORMS = frozenset(
    (
        *("rep", "dem", "fed", "republic", "republique", "republica", "republik"),
        *("республика", "جمهوريه", "kingdom", "royaume", "reino", "konigreich"),
        *("reinado", "королевство", "مملكه", "state", "etat", "estado", "staat"),
        *("государство", "دوله", "socialist", "socialiste", "socialista"),
        *("democratic", "democratique", "democratica", "democratico"),
        *("демократическая", "ديمقراطيه", "people", "peoples", "populaire"),
        *("popular", "народная", "شعبيه", "islamic", "islamique", "islamica"),
        *("исламская", "اسلاميه", "arab", "arabe", "арабская", "عربيه", "federal"),
        *("federale", "federative", "federated", "bolivarian", "bolivarienne"),
        *("bolivariana", "plurinational", "plurinacional", "hashemite", "rb", "s"),
        *("lao",),
    )
)
# what is left of a United Kingdom, which is no name
_NO_NAMES = frozenset(
    ("united", "uni", "unido", "vereinigtes", "соединенное", "متحده", "south", "sud")
)


def key(name: str) -> str:
    """Return what the name of a country has in common with its official forms."""
    words = sorted(folding.words(name))
    kept = [each for each in words if each not in _FORMS]
    return " ".join(words if set(kept) <= _NO_NAMES else kept)
