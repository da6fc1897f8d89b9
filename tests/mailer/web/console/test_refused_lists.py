"""Why an address or the file of a list is refused is said in the page's language."""

import pytest

from audiences import addresses
from audiences.errors import AddressRefusedError
from mailer.web.console import sentences

MIXED = (
    "x.csv, line 3: found octets that are not UTF-8, perhaps é in latin-1, while line"
    " 5 is UTF-8; save it as UTF-8, or give --repair to read such lines as windows-1252"
)
LANGUAGES = ("ar", "es", "fr", "ru", "zh")
REFUSED = (
    *("nobody", "a@b@c.example", "@ngo.example", "awa@", "a b@ngo.example"),
    *("awa@[10.0.0.1]", '"awa"@ngo.example', "a..b@ngo.example", ".awa@ngo.example"),
    *("awa@.ngo.example", "awa@localhost", "awa@ngo.test", "awa@10.1.2.3"),
    *("awa@-ngo.example",),
)


def reason(address: str) -> str:
    with pytest.raises(AddressRefusedError) as refused:
        addresses.parse(address)
    return str(refused.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_an_address_is_refused_is_said_in_each_language(language: str) -> None:
    reasons = {reason(each) for each in REFUSED}
    english = {each for each in reasons if sentences.told(each, language) == each}
    half = {
        each
        for each in reasons
        if each.partition(": ")[2] in sentences.told(each, language)
    }

    assert len(reasons) > len(REFUSED) - 3
    assert (english, half) == (set(), set())


@pytest.mark.parametrize(
    ("sentence", "french"),
    [
        (
            "my list.xlsx is protected by a password; save it without one",
            "my list.xlsx est protégé par un mot de passe",
        ),
        ("a.json is JSON; export the list as CSV", "a.json est "),
        (
            MIXED,
            "x.csv, ligne 3 : des octets ne sont pas de l’UTF-8",
        ),
    ],
)
def test_why_a_file_is_refused_is_said_with_its_name(
    sentence: str, french: str
) -> None:
    told = sentences.told(sentence, "fr").replace("\xa0", " ").replace("\u202f", " ")
    assert told.startswith(french)
