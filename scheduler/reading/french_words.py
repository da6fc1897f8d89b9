"""The French words of a cadence, and what each means."""

from collections.abc import Mapping
from typing import Any

from scheduler.cadences import LAST, Shift
from scheduler.reading.lexicon import PhraseKind, PhraseMeaning

NUMBERS = "un deux trois quatre cinq six sept huit neuf dix onze douze"
# What a cadence counts from, by its name in Cadence.
EVENTS: Mapping[str, Any] = {
    "evenement": "event",
    "forum": "forum",
    "session": "session",
    "reunion": "meeting",
    "conference": "conference",
    "consultation": "consultation",
    "echeance": "deadline",
    "envoi": "release",
}
MORE_NUMBERS: Mapping[str, Any] = {
    "une": 1,
    "quatorze": 14,
    "quinze": 15,
    "vingt": 20,
    "vingt et un": 21,
    "vingt-et-un": 21,
    "trente": 30,
    "trente et un": 31,
    "trente-et-un": 31,
    "quatre-vingt-dix": 90,
}
ORDINALS = (
    "premier deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme"
    " neuvieme dixieme"
)
MORE_ORDINALS: Mapping[str, Any] = {
    "premiere": 1,
    "second": 2,
    "seconde": 2,
    "dernier": LAST,
    "derniere": LAST,
    "avant-dernier": -2,
    "avant-derniere": -2,
}
WEEKDAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche"
SHORT_WEEKDAYS: Mapping[str, Any] = {
    "lun": 0,
    "mer": 2,
    "jeu": 3,
    "ven": 4,
    "sam": 5,
    "dim": 6,
}
MONTHS = (
    "janvier fevrier mars avril mai juin juillet aout septembre octobre"
    " novembre decembre"
)
SHORT_MONTHS: Mapping[str, Any] = {
    "janv": 1,
    "fev": 2,
    "fevr": 2,
    "avr": 4,
    "juil": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
SHIFTS: Mapping[str, Any] = {
    **dict.fromkeys(
        [
            *("ou le jour ouvrable suivant", "ou le jour ouvre suivant"),
            *(
                "ou le prochain jour ouvrable",
                "ou le premier jour ouvrable suivant",
            ),
            "reporte",
        ],
        Shift.BACK,
    ),
    **dict.fromkeys(
        [
            *("ou le jour ouvrable precedent", "ou le jour ouvre precedent"),
            *("ou le dernier jour ouvrable precedent", "avance"),
            "ou le jour ouvrable d'avant",
        ],
        Shift.FORWARD,
    ),
    **dict.fromkeys(
        [
            *("sauf si le bureau est ferme", "sauf les jours feries"),
            *("sauf jours feries", "hors jours feries", "sauf jour ferie"),
            "si le bureau est ouvert",
        ],
        Shift.SKIP,
    ),
}
UNITS: Mapping[str, Any] = {
    "jour": "day",
    "semaine": "week",
    "mois": "month",
    "trimestre": "quarter",
    "an": "year",
    "annee": "year",
    "heure": "hour",
    "minute": "minute",
    "seconde": "second",
    "semestre": "half",
    "j": "day",
    "sem": "week",
}
PERIODS: Mapping[str, Any] = {
    "quotidien": ("day", 1),
    "hebdomadaire": ("week", 1),
    "mensuel": ("month", 1),
    "trimestriel": ("month", 3),
    "semestriel": ("month", 6),
    "annuel": ("month", 12),
    "quotidienne": ("day", 1),
    "mensuelle": ("month", 1),
    "trimestrielle": ("month", 3),
    "semestrielle": ("month", 6),
    "annuelle": ("month", 12),
    "chaque semestre": ("month", 6),
}
KINDS: Mapping[PhraseKind, str] = {
    PhraseKind.FILLER: "le|la|les|l'|du|de|d'|des|a|au|aux|en|par|a la|de la",
    PhraseKind.EVERY: "chaque|tous|toutes|tout|toute",
    PhraseKind.AND: "et|&",
    PhraseKind.SPAN: "jusqu'en",
    PhraseKind.EXCEPT: "sauf|sauf en|hormis|hors|excepte",
    PhraseKind.BEFORE: "avant",
    PhraseKind.AFTER: "apres|suivant",
    PhraseKind.WORKING_DAY: "jour ouvrable|jours ouvrables|jour ouvre|jours ouvres|j.o",
    PhraseKind.ELSE_LAST: "ou son dernier jour|ou le dernier jour",
    PhraseKind.STARTS: "a partir du|a partir de|a compter du|des le|depuis|depuis le",
    PhraseKind.ENDS: "jusqu'au|jusqu'a",
    PhraseKind.UNCLEAR: "bimensuel|bimestriel|bihebdomadaire|biannuel",
}
OTHERS: Mapping[str, PhraseMeaning] = {
    "fois": PhraseMeaning(PhraseKind.TIMES),
    "sur": PhraseMeaning(PhraseKind.ONE_IN),
    "une fois": PhraseMeaning(PhraseKind.TIMES, 1),
    "deux fois": PhraseMeaning(PhraseKind.TIMES, 2),
    "le jour avant": PhraseMeaning(PhraseKind.NEXT_TO, -1),
    "le jour apres": PhraseMeaning(PhraseKind.NEXT_TO, 1),
    "la veille": PhraseMeaning(PhraseKind.NEXT_TO, -1),
    "veille": PhraseMeaning(PhraseKind.NEXT_TO, -1),
    "l'avant-veille": PhraseMeaning(PhraseKind.NEXT_TO, -2),
    "le lendemain": PhraseMeaning(PhraseKind.NEXT_TO, 1),
    "lendemain": PhraseMeaning(PhraseKind.NEXT_TO, 1),
    "le surlendemain": PhraseMeaning(PhraseKind.NEXT_TO, 2),
}
