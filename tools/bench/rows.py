"""Writes lists of contacts as large as wished that look like a real directory.

The same number of rows is always the same file. Organisations of every kind have one
to seven contacts; each row repeats what is known of its organisation, as such lists
do. One row in a thousand has a fault.
"""

import csv
import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel import Locale

from tools import dice
from tools.checkout import ROOT

HEAD = (
    *("E-mail", "Nom", "role", "language", "time zone", "organisation"),
    *("organisation_name", "kind", "status", "level", "country"),
    *("organisation_languages", "fields", "acts_in", "topics"),
)
NAMED_HEAD = (
    *("Courriel", "Prénom", "Nom de famille", "Langue", "Nom de l'organisation"),
    *("Type d'organisation", "Statut", "Niveau", "Pays"),
    *("Langues de l'organisation", "Abonnements"),
)
FAULTY = 1_000  # one row in so many
_COUNTRIES = ("member_states.csv", "other_countries.csv")
_KINDS = ("ngo",) * 90 + ("natcom",) * 4 + ("delegation",) * 3 + ("observer",) * 3
_STATUSES = ("associate", "consultative", "consultative", "unconfirmed", "")
_LEVELS = ("international", "regional", "national", "national")
_SECTORS = ("ED", "SC", "SHS", "CLT", "CI", "IOC")
_LANGUAGES = ("fr", "en", "es", "ar", "ru", "zh", "fr en", "ar fr", "")
_ZONES = ("Africa/Dakar", "Europe/Paris", "Asia/Beirut", "", "", "")
_ROLES = ("representative", "focal_point", "head press", "representative head", "")
_TOPICS = (
    "monthly-letter",
    "monthly-letter",
    "monthly-letter field-news",
    "monthly-letter consultations",
    "field-news focal-points monthly-letter",
)
_GIVEN = (
    "Awa",
    "Jean-Luc",
    "María José",
    "Ольга",
    "明",
    "سلمى",
    "Zoë",
    "Liam",
    "Ngozi",
)
_FAMILY = ("Ndiaye", "Lefèvre", "García Márquez", "Иванова", "王", "حداد", "O’Neill")
_WORDS = ("Peace", "Éducation", "Patrimonio", "Ocean", "Jeunesse", "Science", "Media")


def write(path: Path, count: int) -> None:
    """Write a list of `count` rows below its heading."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(_rows(count))


def write_named(path: Path, count: int) -> None:
    """Write the same list as an office has it: with names where the other has codes.

    Given and family names have columns of their own, and organisations no codes.
    """
    french = Locale("fr")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(NAMED_HEAD)
        for address, person, _, language, _, _, name, kind, *about in _rows(count):
            status, level, country, languages, *_, topics = about
            given, _, family = person.partition(" ")
            writer.writerow(
                (
                    *(address, given, family, _named(french.languages, language)),
                    *(name, kind, status, level, french.territories[country]),
                    *(_named(french.languages, languages), topics),
                )
            )


def _named(names: Mapping[str, str], codes: str) -> str:
    return ", ".join(names[code] for code in codes.split())


def _rows(count: int) -> Iterator[tuple[str, ...]]:
    drawn = dice.of(count)
    countries = sorted(_countries())
    made = organisation = 0
    while made < count:
        organisation += 1
        body = _body(drawn, organisation, countries)
        for _ in range(min(drawn.randint(1, 7), count - made)):
            made += 1
            yield _row(drawn, made, body)


def _countries() -> Iterator[str]:
    for name in _COUNTRIES:
        path = ROOT / "audiences" / "reference" / name
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row["iso2"] for row in csv.DictReader(file))


def _body(drawn: random.Random, number: int, countries: list[str]) -> tuple[str, ...]:
    kind = drawn.choice(_KINDS)
    return (
        f"{kind}-{number}",
        f"{drawn.choice(_WORDS)} – {drawn.choice(_WORDS)} {number}",
        kind,
        drawn.choice(_STATUSES) if kind == "ngo" else "",
        drawn.choice(_LEVELS) if kind == "ngo" else "",
        drawn.choice(countries),
        drawn.choice(_LANGUAGES),
        " ".join(drawn.sample(_SECTORS, drawn.randint(1, 3))),
        " ".join(drawn.sample(countries, drawn.randint(0, 3))),
    )


def _row(drawn: random.Random, number: int, body: tuple[str, ...]) -> tuple[str, ...]:
    given, family = drawn.choice(_GIVEN), drawn.choice(_FAMILY)
    local = drawn.choice(("contact", "Liaison", "j.doe", "info+unesco", "presidence"))
    address = f"{local}.{number}@{body[0]}.example"
    return (
        address if number % FAULTY else address.replace("@", " at "),
        f"{given} {family}",
        drawn.choice(_ROLES),
        drawn.choice(_LANGUAGES),
        drawn.choice(_ZONES),
        *body,
        drawn.choice(_TOPICS),
    )
