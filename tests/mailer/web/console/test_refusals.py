"""Every sentence that a page may show of an error, a check or a list is in French."""

import ast
import re
from functools import cache

import pytest
from babel.messages.pofile import read_po

from mailer.delivery.smtp.fault_classes import ReplyFault
from mailer.settings.sections import Settings
from mailer.users.acts import ACTS, Right
from mailer.users.roles import UserRole
from mailer.web.console import sentences, strings
from mailer.web.console.site.described import described
from tests.house.modules import Module, reached
from tests.house.refusals import PLACE, refusals, with_places
from tests.mailer.web.console.test_in_french import catalogue
from tests.mailer.web.console.test_strings import PLACEHOLDER, of_modules, of_pages
from tools.checkout import ROOT

# What these say is for who runs the machine: it stands in the log, at the terminal, in
# the metrics and on the page of the site's state.
OF_THE_MACHINE = {
    *("ConfigError", "StoreError", "RelayError", "LoginRefusedError"),
    *("MalformedError", "Metric", "Finding"),
}
# what may be in places: names, and words that are translated with them
ONE = re.compile(r"\S*|\S*X\S*(?: (?:\S*X\S*|and|for|more))*")
WORDS = re.compile(r"[a-z]{2}.* |  *[a-z]{2}")


@cache
def parts(known: frozenset[str]) -> list[list[str]]:
    return [sentences._parts(each) for each in known]


def is_said(sentence: str, known: frozenset[str]) -> bool:
    """Whether a catalogue says a sentence whole, by one entry or by two."""
    if sentence in known:
        return True
    shown = PLACEHOLDER.sub("X", sentence)
    values = (sentences._values(shown, each) for each in parts(known))
    if any(found and all(map(ONE.fullmatch, found)) for found in values):
        return True
    for cut in re.finditer(": |; ", sentence):  # why, or what to do, is a sentence
        first, rest = sentence[: cut.end()], sentence[cut.end() :]
        begins = {f"{first}%({len(PLACEHOLDER.findall(first)) + 1})s"}
        begins |= {first.removesuffix(": ")}
        if begins & known or (PLACEHOLDER.fullmatch(first.removesuffix(": "))):
            return is_said(with_places(PLACEHOLDER.sub(PLACE, rest)), known)
    return False


@pytest.mark.prove
def test_every_sentence_that_a_page_may_show_is_in_french() -> None:
    known = frozenset({*catalogue("fr"), *of_pages(), *of_modules()})
    shown = refusals(reached("mailer.web.console"))
    lacking = [
        f"{each.module}:{each.line} {each.sentence}"
        for each in shown
        if each.kind not in OF_THE_MACHINE
        and WORDS.search(PLACEHOLDER.sub("", each.sentence))
        and not is_said(each.sentence, known)
    ]

    assert len(shown) > 800
    assert lacking == []


@pytest.mark.parametrize("language", sorted({*strings.LANGUAGES} - {strings.SOURCE}))
def test_why_a_message_was_refused_is_said_in_every_language(language: str) -> None:
    assert {str(each) for each in ReplyFault} <= set(catalogue(language))


def test_each_setting_is_described_in_french() -> None:
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    said = {each.sentence for each in described(Settings.model_construct(), text)}

    assert said - {""} - set(catalogue("fr")) == set()


SOURCE = """
from mailer.errors import RefusedError, counted

HINT = "; look at it"

def what(ready: bool) -> str:
    return "is ready" if ready else "is not ready"

def refused(reason: str, where: str = "here") -> RefusedError:
    return RefusedError(f"{reason} {where}")

def verb(name: str, many: int, ready: bool) -> None:
    said = "nothing"
    if many:
        said = f"{counted(many, 'letter')} left"
    notes = []
    notes.append(f"row {many} is read")
    if ready:
        raise RefusedError(f"{name!r} {what(ready)}{HINT}")
    if many > 2:
        raise refused("it is", where="nowhere")
    said = f"{name}: {said}"
    raise RefusedError(said)
"""


def test_sentences_are_collected_with_their_places_branches_and_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = Module("mailer.invented", ast.parse(SOURCE))
    known = {each.name: each for each in (module, *reached("mailer.errors"))}
    for each in ("modules", "refusals"):
        monkeypatch.setattr(f"tests.house.{each}.read", known.get)

    assert {each.sentence for each in refusals([module])} == {
        "%(1)s is ready; look at it",
        "%(1)s is not ready; look at it",
        "row %(1)s is read",
        "it is nowhere",
        "%(1)s %(2)s",
        "%(1)s: nothing",
        "%(1)s: %(2)s left",
    }


@pytest.mark.parametrize("language", sorted({*strings.LANGUAGES} - {strings.SOURCE}))
def test_no_sentence_of_a_catalogue_stands_in_the_way_of_another(language: str) -> None:
    shadowed = []
    for english, translation in in_context(language, "").items():
        said = sentences._found(PLACEHOLDER.sub("X", english), language)
        isolated = (said or "").replace("\u2068", "").replace("\u2069", "")
        if isolated != PLACEHOLDER.sub("X", translation):
            shadowed.append((english, said))

    assert shadowed == []


OF_LETTERS = (  # acts whose refusal names the letter
    *(Right.NAMES, Right.WRITE, Right.TRANSLATE, Right.SIGN_OFF, Right.APPROVE),
    *(Right.SCHEDULE, Right.UNSCHEDULE, Right.SEND, Right.PAUSE),
)


def in_context(language: str, context: str) -> dict[str, str]:
    path = strings.FOLDER / sentences.NAME / f"{language}.po"
    with path.open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    return {
        str(x.id): str(x.string) for x in read if x.id and (x.context or "") == context
    }


def test_four_languages_have_the_same_sentences_which_are_the_most_frequent() -> None:
    known = [set(catalogue(each)) for each in ("ar", "es", "ru", "zh")]

    assert all(each == known[0] for each in known)
    assert len(known[0]) > 150


@pytest.mark.parametrize("language", sorted({*strings.LANGUAGES} - {strings.SOURCE}))
def test_a_refusal_names_acts_and_roles_in_the_language_of_the_page(
    language: str,
) -> None:
    acts, roles = in_context(language, "act"), in_context(language, "role")
    assert set(UserRole) <= set(roles)
    for right, row in ACTS.items():
        first, *others = row.roles
        needed = f"{', '.join(others)} and {first}" if others else first
        these = "one of the roles" if others else "the role"
        refused = f"lea may not {row.words}: this needs {these} {needed}, which bo has"
        said = sentences.told(refused, language)
        assert acts[row.words] in said
        assert all(roles[each] in said for each in row.roles)
        if right in OF_LETTERS:
            named = acts[f"{row.words} %(1)s"]
            said = sentences.told(refused.replace(":", " May 5:", 1), language)
            assert all(part in said for part in (*named.split("%(1)s"), "May 5"))


@pytest.mark.parametrize(
    ("sentence", "french"),
    [
        (
            (
                "x may not approve May: this needs the role approver for a, which ed"
                " and 3 more have"
            ),
            (
                "x ne peut pas approuver May : il faut le rôle « approbation » pour a,"
                " que ed et 3 autres ont"
            ),
        ),
        (
            "column 5: no sector is called 'x'; did you mean 'y'?\n  sector = x\n    ^",
            (
                "colonne 5\xa0: aucun secteur ne s’appelle «\xa0x\xa0» ; vouliez-vous"
                " dire «\xa0y\xa0» ?\n  sector = x\n    ^"
            ),
        ),
        (
            "no topic is called 'x'; did you mean 'y'?",
            (
                "aucun élément (thème) ne s’appelle «\xa0x\xa0» ; vouliez-vous dire"
                " «\xa0y\xa0» ?"
            ),
        ),
        (
            "fr.md, line 2: title is missing\nfr.md, line 9: something else",
            "fr.md, ligne 2\xa0: title manque\nfr.md, ligne 9\xa0: something else",
        ),
        ("approver is missing", "approver manque"),
    ],
)
def test_what_stands_in_a_sentence_is_translated_where_it_is_no_name(
    sentence: str, french: str
) -> None:
    assert sentences.told(sentence, "fr") == french


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "la lettre est datée du 1er avril 2027, avant le 28 novembre 2027"),
        ("es", "la carta lleva la fecha 1 de abril de 2027"),
        ("en", "the letter is dated 1 April 2027, which is before 28 November 2027"),
    ],
)
def test_a_day_within_a_sentence_is_in_the_language(language: str, said: str) -> None:
    sentence = "the letter is dated 2027-04-01, which is before 2027-11-28"

    assert said in sentences.told(sentence, language)
    assert "2027-13-01" in sentences.told(f"{sentence[:21]} 2027-13-01", language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "lea a été modifié le 4 mai 2027, 15 h 30 UTC, après"),
        ("en", "lea was changed at 4 May 2027, 15:30 UTC, after"),
    ],
)
def test_an_hour_within_a_sentence_is_in_the_language(language: str, said: str) -> None:
    found = sentences.told(
        "lea was changed at 2027-05-04 15:30:12 UTC, after you looked; look at the"
        " change, then try again",
        language,
    )

    assert said in found.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "May n’est pas traduite en français"),
        ("en", "May is not translated into French; its translations: Arabic, Russian"),
    ],
)
def test_a_language_within_a_sentence_has_its_name(language: str, said: str) -> None:
    sentence = "May is not translated into fr; its translations: ar, ru"

    assert said in sentences.told(sentence, language)


def test_a_warning_of_fewer_readers_is_wholly_french() -> None:
    english = "readers: 10; the last one, Juin of 2027-06-01, had 26"

    assert sentences.told(english, "fr") == (
        "destinataires : 10 ; la dernière lettre, Juin, du 1er juin 2027, en avait 26"
    )


def test_what_is_typed_as_it_is_stands_as_code_and_is_escaped() -> None:
    shown = sentences.coded("run `mailer keys dkim <x>`, or say `no")

    assert shown == "run <code>mailer keys dkim &lt;x&gt;</code>, or say `no"
