"""A translation is compared with its source: what was lost, and which numbers."""

import pytest

from mailer.campaigns.writing.translation import comparing, glossary
from mailer.campaigns.writing.translation.comparing import FaultKind
from mailer.campaigns.writing.translation.glossary import OfficialName
from mailer.campaigns.writing.translation.units import TranslationUnit


def unit(text: str, kind: str = "paragraph") -> TranslationUnit:
    return TranslationUnit(context="x", text=text, block=None, field="x", kind=kind)


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("Dear {organisation}", "Madame", {FaultKind.PLACEHOLDER_LOST}),
        ("Dear", "Chère {name}", {FaultKind.PLACEHOLDER_ADDED}),
        ("See 217 EX/12", "Voir 217\u00a0EX/12", set()),
        ("See 217 EX/12", "Voir 217 EX/13", {FaultKind.SYMBOL_LOST, "symbol_added"}),
        ("[a](https://a.int)", "[a](https://a.int/fr)", set()),
        ("[a](https://a.int)", "a", {FaultKind.ADDRESSES}),
        ("a", "<b>a</b>", {FaultKind.HTML}),
        ("a", "a\n# b", {FaultKind.OPENS_BLOCK}),
        ("a", "a\u202eb", {FaultKind.CONTROL}),
    ],
)
def test_what_a_translation_lost_or_added_is_found(
    source: str, text: str, kinds: set[str]
) -> None:
    assert {each.kind for each in comparing.faults(text, unit(source))} == kinds


def test_a_line_stays_one_line() -> None:
    (fault,) = comparing.faults("a\nb", unit("a", "text"))
    assert fault.kind is FaultKind.LINE_BREAK


@pytest.mark.parametrize(
    ("source", "text", "missing"),
    [
        ("2,500 people", "2 500 personnes", []),
        ("2,500 people", "2\u202f500 personnes", []),
        ("2500 people", "٢٬٥٠٠ شخص", []),
        ("1,234,567", "1.234.567", []),
        ("by 31 May 2027", "avant le 30 mai 2027", ["31"]),
        ("three of 12", "trois sur douze", []),  # often written as words
        ("007 and 40", "7", ["40"]),
        ("see https://a.int/2030", "voir https://a.int/fr", []),
        ("15 and 15", "15", ["15"]),
        ("the 201st session (201 EX/15.INF)", "la 201e session", []),
        ("3.75 %", "3,75 %", []),
    ],
)
def test_a_number_of_the_source_is_missed(
    source: str, text: str, missing: list[str]
) -> None:
    assert comparing.missing_numbers(text, source) == missing


def test_an_official_name_is_found_whole_and_once() -> None:
    known = [
        OfficialName(source="Guinea-Bissau", target="Guinée-Bissau"),
        OfficialName(source="Guinea", target="Guinée"),
        OfficialName(source="Niger", target="Niger"),
    ]
    found = glossary.within("Guinea-Bissau and Nigeria, not Guinean", known)

    assert [each.target for each in found] == ["Guinée-Bissau"]
    assert glossary.is_used(found[0], "la guinee-bissau et le Nigéria")
    assert not glossary.is_used(found[0], "la Guinée")
