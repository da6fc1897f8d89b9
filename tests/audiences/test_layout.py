"""The columns of lists as people have them are understood, or asked about."""

import time
from pathlib import Path

import pytest

from audiences.errors import FileRefusedError
from audiences.intake import columns, read
from audiences.intake.mapping import plan, synonyms
from audiences.intake.mapping.plan import Chosen, Mapping
from tests.audiences import real_exports, real_lists
from tests.audiences.opened import cells, opened, write
from tests.audiences.real_exports import MAILCHIMP
from tests.audiences.real_lists import RealList

LISTS = (*real_lists.LISTS, *real_exports.LISTS)
LANGUAGES = ("en", "fr", "es", "ar", "ru", "zh", "de", "pt")


@pytest.mark.parametrize("real", LISTS, ids=[each.name for each in LISTS])
def test_a_real_list_is_understood_with_one_command_more_at_most(
    tmp_path: Path, real: RealList
) -> None:
    mapping = plan.combined(None, Chosen(values=real.options))
    table = read.open_table(write(tmp_path, real.text), mapping=mapping)
    rows = list(cells(table))

    assert table.layout is not None
    assert table.layout.questions == ()
    assert len(rows) == len(real.truth)
    right = sum(
        all(row.get(name, "") == cell for name, cell in true.items())
        for row, true in zip(rows, real.truth, strict=True)
    )
    assert right >= 0.95 * len(rows), rows


def test_every_column_is_known_in_the_languages_of_lists() -> None:
    data = synonyms._data("headings.toml")

    for column in ("address", "given_name", "family_name", "organisation", "country"):
        assert set(LANGUAGES) <= set(data[column]), column
    for column in ("opt_out", "telephones", "postal_address", "function", "notes"):
        assert set(LANGUAGES) <= set(data[column]), column
    assert set(columns.NAMES) <= set(data)


def test_no_heading_names_two_columns() -> None:
    data = synonyms._data("headings.toml")
    listed = [
        (synonyms.fold(heading), target)
        for target, lists in data.items()
        for key, headings in lists.items()
        if key != "part_of"
        for heading in headings
    ]
    targets: dict[str, set[str]] = {}
    for folded, target in listed:
        targets.setdefault(folded, set()).add(target)

    assert {key: value for key, value in targets.items() if len(value) > 1} == {}


def test_presets_name_columns_that_exist() -> None:
    known = set(plan.known_columns())

    for preset in synonyms.presets():
        assert set(preset.columns) <= known, preset.name


@pytest.mark.parametrize(
    "heading", ["Newsletter", "RGPD", "Subscribed", "Согласие на рассылку"]
)
def test_a_column_that_may_be_about_opt_outs_is_asked_about(
    tmp_path: Path, heading: str
) -> None:
    table = opened(tmp_path, f"E-mail,{heading}\na@x.example,yes\n")

    assert table.layout is not None
    (question,) = table.layout.questions
    assert f"--ignore {heading!r}" in question


def test_a_question_is_asked_again_with_the_mapping_that_was_written(
    tmp_path: Path,
) -> None:
    text = "E-mail,Newsletter\na@x.example,yes\n"
    first = opened(tmp_path, text)
    assert first.layout is not None
    path = tmp_path / "map.toml"
    path.write_text(plan.text(first.layout.mapping, name="list.csv"), "utf-8")
    again = opened(tmp_path, text, mapping=plan.read(path))

    assert again.layout is not None
    assert again.layout.questions == first.layout.questions


def test_two_headings_for_a_fact_are_asked_about(tmp_path: Path) -> None:
    text = "E-mail;Pays;Pays du siège\na@x.example;FR;CH\n"
    table = opened(tmp_path, text)
    chosen = opened(tmp_path, text, chosen=("country=Pays du siège",))

    assert table.layout is not None
    assert chosen.layout is not None
    assert "--column country='Pays'" in table.layout.questions[0]
    assert chosen.layout.questions == ()
    assert next(cells(chosen))["country"] == "CH"


def test_two_columns_of_addresses_without_a_known_heading_are_asked_about(
    tmp_path: Path,
) -> None:
    text = "Organisation;One;Two\nicom;a@x.example;b@x.example\n"
    table = opened(tmp_path, text)

    assert table.layout is not None
    assert "--column address='One'" in table.layout.questions[0]
    answered = opened(tmp_path, text, chosen=("address=One",))
    assert answered.layout is not None
    assert answered.layout.questions == ()
    assert [each["address"] for each in cells(answered)] == ["a@x.example"]


def test_a_list_that_two_presets_fit_is_asked_about(tmp_path: Path) -> None:
    head = "Email Address,MEMBER_RATING,LEID,E-mail 1 - Value"
    path = write(tmp_path, f"{head}\na@x.example,1,2,b@x.example\n")
    table = read.open_table(path)
    chosen = read.open_table(path, preset="Google")

    assert table.layout is not None
    assert chosen.layout is not None
    assert "Mailchimp and Google" in table.layout.questions[0]
    assert chosen.layout.questions == ()
    assert next(cells(chosen))["address"] == "b@x.example"


def test_a_written_mapping_gives_the_same_rows(tmp_path: Path) -> None:
    first = opened(tmp_path, MAILCHIMP.text)
    assert first.layout is not None
    path = tmp_path / "map.toml"
    path.write_text(plan.text(first.layout.mapping, name="list.csv"), "utf-8")
    again = opened(tmp_path, MAILCHIMP.text, mapping=plan.read(path))

    assert list(cells(again)) == list(cells(first))


def test_a_mapping_joins_translates_and_fills_cells(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        'ignored = ["Newsletter"]\n'
        '[columns]\naddress = "Mail"\nname = ["A", "B"]\ncountry = "C"\n'
        '[defaults]\nkind = "ngo"\ncountry = "FR"\n'
        '[values.country]\n"Ivory Coast" = "CI"\n',
        "utf-8",
    )
    text = "Mail,A,B,C,Newsletter\na@x.example,Ada,,Ivory Coast,\nb@x.example,,,,\n"
    rows = list(cells(opened(tmp_path, text, mapping=plan.read(path))))

    assert [(each["name"], each["country"], each["kind"]) for each in rows] == [
        ("Ada", "CI", "ngo"),
        ("", "FR", "ngo"),
    ]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ('[columns]\naddress = "Mial"', "no column 'Mial'; did you mean 'Mail'?"),
        ('[columns]\nadress = "Mail"', "did you mean address?"),
        ('[columns]\naddress = "Mail"\nname = "Mail"', "to address and to name"),
        ('ignored = ["Mail"]\n[columns]\naddress = "Mail"', "and ignored"),
        (
            '[columns]\naddress = "Mail"\n[instead]\nname = "Name"',
            "instead has name, which has no heading",
        ),
        (
            '[columns]\naddress = "Mail"\n[instead]\naddress = "Mail"',
            "is mapped to address and instead for address; keep one",
        ),
        (
            (
                'ignored = ["Name"]\n[columns]\naddress = "Mail"\n'
                '[instead]\naddress = "Name"'
            ),
            "is left out and instead for address; keep one",
        ),
        ("[colums]\n", "found 'colums'; a mapping has columns, instead, defaults"),
        ("[columns]\naddress = 3", "expected a heading"),
        ("[defaults]\nkind = 3", "expected a text"),
        ("address =", "not a mapping in TOML"),
        ("address = " + "[" * 9_000, "not a mapping in TOML"),
        ("#" * 300_000, "more than 262,144 octets"),
    ],
)
def test_a_mapping_that_contradicts_its_list_is_refused(
    tmp_path: Path, mapping: str, sentence: str
) -> None:
    path = tmp_path / "map.toml"
    path.write_text(mapping, "utf-8")

    with pytest.raises(FileRefusedError) as refused:
        opened(tmp_path, "Mail,Name\na@x.example,A\n", mapping=plan.read(path))
    assert sentence in str(refused.value)


def test_an_opt_out_that_a_mapping_leaves_out_is_asked_about(tmp_path: Path) -> None:
    mapping = Mapping(columns={"address": ("Mail",)}, whole=True)
    table = opened(tmp_path, "Mail,Unsubscribed\na@x.example,\n", mapping=mapping)

    assert table.layout is not None
    assert "'Unsubscribed' may say who opted out" in table.layout.questions[0]


def test_ten_thousand_rows_are_understood_within_a_second(tmp_path: Path) -> None:
    rows = "".join(f"Person {n};p{n}@x.example;Mali;oui\n" for n in range(10_000))
    path = write(tmp_path, "Qui;Où écrire;Lieu;Adhérent\n" + rows)
    began = time.process_time()
    table = read.open_table(path)

    assert time.process_time() - began < 1
    assert set(table.positions) == {"address", "country"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("BEGIN:VCARD\nFN:A\n", "ends inside an entry"),
        ("BEGIN:VCARD\nEND:VCARD\nFN:A\n", "line 3: found 'FN'; expected BEGIN:VCARD"),
        ("BEGIN:VCARD\nno colon\nEND:VCARD\n", "line 2: found"),
        ("BEGIN:VCARD\nFN;CHARSET=none:A\nEND:VCARD\n", "line 2: the text is not none"),
    ],
)
def test_a_broken_address_book_is_refused_with_its_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    path = write(tmp_path, text, "book.vcf")

    with pytest.raises(FileRefusedError) as refused:
        list(read.open_table(path).rows)
    assert sentence in str(refused.value)
