"""Names of countries: without the words of their form of state, or with them first.

A list has the form after the name: `Iran (Islamic Republic of)`. A sentence has it
before the name.
"""

import re

from audiences.naming import folding

_LISTED = re.compile(r"(?P<name>[^()]+) \((?P<form>[^()]+)\)")
_GENITIVES = {"Микронезия": "Микронезии"}  # after a plural form: Штаты Микронезии

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


def form_first(name: str) -> str:
    """Return a country's name of a list as a sentence has it: Islamic Republic of Iran.

    In Arabic a dash in the form is the place of the name.
    """
    listed = _LISTED.fullmatch(name)
    if listed is None:
        return name
    short, form = listed["name"], listed["form"]
    if " - " in form:
        return form.replace("-", short, 1)
    short = _GENITIVES.get(short, short)
    return f"{form}{'' if form.endswith('’') else ' '}{short}"
