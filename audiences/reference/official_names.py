"""Names of delegations, commissions and offices in six languages, from places.

A list has the form of a State after its name: `Iran (Islamic Republic of)`. A sentence
has it before the name. Russian has a column for the genitive case.
"""

import re
from collections.abc import Mapping

from audiences.reference.load import in_languages

_LISTED = re.compile(r"(?P<name>[^()]+) \((?P<form>[^()]+)\)")
_GENITIVES = {"Микронезия": "Микронезии"}  # after a plural form: Штаты Микронезии
_VOWEL = re.compile(r"[AEIOUYÀÂÉÈÊËÎÏÔÙÛaeiouyàâéèêëîïôùû]|Haï")
_OFFICES = {
    "en": "UNESCO Office in {}",
    "fr": "Bureau de l’UNESCO {}",
    "es": "Oficina de la UNESCO en {}",
    "ar": "مكتب اليونسكو في {}",
    "ru": "Бюро ЮНЕСКО в {}",
    "zh": "教科文组织驻{}办事处",
}
_COMMISSIONS = {
    "en": "National Commission for UNESCO – {}",
    "fr": "Commission nationale pour l’UNESCO – {}",
    "es": "Comisión Nacional de Cooperación con la UNESCO – {}",
    "ar": "اللجنة الوطنية لليونسكو – {}",
    "ru": "Национальная комиссия по делам ЮНЕСКО — {}",
    "zh": "{}教科文组织全国委员会",
}


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


def delegation(country: Mapping[str, str]) -> dict[str, str]:
    """Return a delegation's names by language; `country` is of member_states.csv."""
    english = form_first(country["name_en"])
    spanish = form_first(country["name_es"])
    return {
        "en": f"Permanent Delegation of {_with(country['en_article'], english)}"
        " to UNESCO",
        "fr": f"Délégation permanente {_of_in_french(country)} auprès de l’UNESCO",
        "es": f"Delegación Permanente {_of_in_spanish(country['es_article'], spanish)}"
        " ante la UNESCO",
        "ar": f"الوفد الدائم {_to_in_arabic(country['name_ar'])} لدى اليونسكو",
        "ru": f"Постоянное представительство {country['ru_of']} при ЮНЕСКО",
        "zh": f"{country['name_zh']}常驻教科文组织代表团",
    }


def commission(country: Mapping[str, str]) -> dict[str, str]:
    """Return a commission's names by language where its own name is not known."""
    return {
        each: form.format(country[f"name_{each}"])
        for each, form in _COMMISSIONS.items()
    }


def office(row: dict[str, str]) -> dict[str, str]:
    """Return a field office's names by language; `row` is of field_offices.csv."""
    places = {"en": row["city"]} | in_languages(row, "in")
    return {each: form.format(places[each]) for each, form in _OFFICES.items()}


def _with(article: str, name: str) -> str:
    return f"{article} {name}" if article else name


def _of_in_french(country: Mapping[str, str]) -> str:
    """Return du Pérou, de l’Inde, des Fidji, d’Haïti, de Cuba."""
    name = form_first(country["name_fr"])
    match country["fr_article"]:
        case "le":
            return f"du {name}"
        case "les":
            return f"des {name}"
        case "la":
            return f"de la {name}"
        case "l'":
            return f"de l’{name}"
    return f"d’{name}" if _VOWEL.match(name) else f"de {name}"


def _of_in_spanish(article: str, name: str) -> str:
    """Return del Perú, de la India, de Cuba."""
    return f"del {name}" if article == "el" else f"de {_with(article, name)}"


def _to_in_arabic(name: str) -> str:
    """Return a name after the preposition ل, which replaces the alif of its article."""
    name = form_first(name)
    return f"لل{name[2:]}" if name.startswith("ال") else f"ل{name}"
