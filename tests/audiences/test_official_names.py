"""Delegations and offices have their official form of name in each language."""

import pytest

from audiences.intake.lists import sample
from audiences.languages import OFFERED
from audiences.reference import official_names
from audiences.reference.load import rows

COUNTRIES = {row["iso2"]: row for row in rows("member_states.csv")}
DELEGATIONS = [
    ("PE", "en", "Permanent Delegation of Peru to UNESCO"),
    ("NE", "en", "Permanent Delegation of the Niger to UNESCO"),
    ("IR", "en", "Permanent Delegation of the Islamic Republic of Iran to UNESCO"),
    ("PE", "fr", "Délégation permanente du Pérou auprès de l’UNESCO"),
    ("IN", "fr", "Délégation permanente de l’Inde auprès de l’UNESCO"),
    ("US", "fr", "Délégation permanente des États-Unis d’Amérique auprès de l’UNESCO"),
    ("OM", "fr", "Délégation permanente d’Oman auprès de l’UNESCO"),
    ("HT", "fr", "Délégation permanente d’Haïti auprès de l’UNESCO"),
    ("FO", "fr", "Délégation permanente des Îles Féroé auprès de l’UNESCO"),
    ("PE", "es", "Delegación Permanente del Perú ante la UNESCO"),
    ("SA", "es", "Delegación Permanente de la Arabia Saudita ante la UNESCO"),
    ("TN", "ar", "الوفد الدائم لتونس لدى اليونسكو"),
    ("IN", "ar", "الوفد الدائم للهند لدى اليونسكو"),
    ("VE", "ar", "الوفد الدائم لجمهورية فنزويلا البوليفارية لدى اليونسكو"),
    ("PE", "ru", "Постоянное представительство Перу при ЮНЕСКО"),
    ("RU", "ru", "Постоянное представительство Российской Федерации при ЮНЕСКО"),
    ("IR", "ru", "Постоянное представительство Исламской Республики Иран при ЮНЕСКО"),
    ("PE", "zh", "秘鲁常驻教科文组织代表团"),
]


@pytest.mark.parametrize(("country", "language", "name"), DELEGATIONS)
def test_a_delegation_has_its_official_name(
    country: str, language: str, name: str
) -> None:
    assert official_names.delegation(COUNTRIES[country])[language] == name


def test_every_country_has_a_russian_name_after_the_name_of_its_delegation() -> None:
    for row in COUNTRIES.values():
        assert row["ru_of"], row["iso2"]
        assert "(" not in row["ru_of"].removesuffix(" (Китай)")  # the form comes first


def test_every_office_has_a_name_in_every_language() -> None:
    offices = {
        row["code"]: official_names.office(row) for row in rows("field_offices.csv")
    }

    assert {len(set(names.values())) for names in offices.values()} == {len(OFFERED)}
    assert offices["cairo"]["fr"] == "Bureau de l’UNESCO au Caire"
    assert offices["geneva"]["ru"] == "Бюро ЮНЕСКО в Женеве"


def test_a_commission_is_named_in_the_language_of_its_letter() -> None:
    table = sample.sample()
    code = table.positions["organisation"]
    found = {row[code]: row for row in table.rows}

    def name(organisation: str, language: str) -> str:
        place = table.positions[f"organisation_name_{language}"]
        return found[organisation][place]

    assert name("natcom-ad", "fr") == "Commission nationale pour l’UNESCO – Andorre"
    assert name("natcom-ad", "zh") == "安道尔教科文组织全国委员会"
    assert (
        name("natcom-ae", "ar") == "اللجنة الوطنية الإماراتية للتربية والثقافة والعلوم"
    )
    assert name("natcom-ae", "es").endswith(" – Emiratos Árabes Unidos")


def test_an_ngo_has_its_name_in_the_language_of_that_name() -> None:
    table = sample.sample()
    code = table.positions["organisation"]
    french = table.positions["organisation_name_fr"]
    names = {row[code]: row[french] for row in table.rows}

    assert names["icom"] == "Conseil international des musées"


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("IR", "en", "Islamic Republic of Iran"),
        ("IR", "fr", "République islamique d’Iran"),
        ("IR", "es", "República Islámica del Irán"),
        ("IR", "ar", "جمهورية إيران الإسلامية"),
        ("IR", "ru", "Исламская Республика Иран"),
        ("IR", "zh", "伊朗伊斯兰共和国"),
        ("FM", "ru", "Федеративные Штаты Микронезии"),
        ("GW", "ar", "غينيا - بيساو"),
        ("PE", "fr", "Pérou"),
    ],
)
def test_a_sentence_has_the_form_of_a_state_before_its_name(
    country: str, language: str, name: str
) -> None:
    assert official_names.form_first(COUNTRIES[country][f"name_{language}"]) == name
