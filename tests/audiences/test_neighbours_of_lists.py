"""Lists as people send them: two rows of headings, totals, rosters, notes, covers."""

from pathlib import Path

import pytest
import xlsxwriter

from audiences.errors import FileRefusedError
from audiences.intake import read
from mailer.sites.site import Site
from tests.audiences import importing
from tests.audiences.opened import cells, opened, write

WHO = {"address": "a@x.example", "name": "Ann Lee", "organisation_name": "Blue House"}
ROW = "Ann Lee;Blue House;a@x.example\n"
UNDERSTOOD = {
    "headings in two languages": f"Nom / Name;Organisme | Body;Mél / E-mail\n{ROW}",
    "headings in two scripts": f"الاسم Name;الجهة Organization;البريد Email\n{ROW}",
    "headings with a remark": f"Name*;Organisation name (1);E-mail (required)\n{ROW}",
    "headings in two rows": f"Contact;Organisation;Contact\nName;Name;E-mail\n{ROW}",
    "a group over columns": f"Contact;Organisation;\nName;Name;E-mail\n{ROW}",
    "groups of people and bodies": (f"Personne;Organisme;\nNom;Nom;Courriel\n{ROW}"),
    "the family name as Name": (
        "Name;Vorname;Einrichtung;E-Mail\nLee;Ann;Blue House;a@x.example\n"
    ),
    "the given name as Name": (
        "Name;Last name;Company;E-mail\nAnn;Lee;Blue House;a@x.example\n"
    ),
    "a name of a delegate": (
        f"Nom du délégué;Prénom;Organisme;E-mail\n{ROW.replace('Ann Lee', 'Lee;Ann')}"
    ),
    "people as contacts": f"Contact;Organisation name;E-mail\n{ROW}",
    "a rare delimiter": f"Name;Organisation name;E-mail\n{ROW}".replace(";", "^"),
    "a word for each organisation": (
        "Name;Company;E-mail\nAnn;Greenpeace;a@x.example\nBea;Oxfam;b@x.example\n"
    ),
}
CARD = (
    "BEGIN:VCARD\nVERSION:{version}\nFN:Zoé\nORG:Association des écoles rurales\n"
    "EMAIL:z@x.example\nEND:VCARD\n"
)
CARDS = {
    "with a mark of UTF-8": CARD.format(version="3.0").encode("utf-8-sig"),
    "in UTF-16": CARD.format(version="3.0").encode("utf-16"),
    "after empty lines": f"\r\n\r\n{CARD.format(version='4.0')}".encode(),
    "with an encoding that is not named": CARD.format(version="2.1").encode("cp1252"),
}
ROSTERS = {
    "names in quotation marks": '"Lee, Ann" <a@x.example>\nb@x.example\n',
    "a field To": "Ann Lee <a@x.example>; b@x.example,\n",
    "names after addresses": "a@x.example Ann Lee\nb@x.example Bea\n",
}
NO_LISTS = {
    '[{"email": "a@x.example"}]': "is JSON",
    "dn: cn=Ann,mail=a@x.example\nmail: a@x.example\n": "is LDIF",
    "Received: from x\nSubject: y\n": "is an e-mail",
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_a_neighbour_of_a_usual_list_is_understood(tmp_path: Path, name: str) -> None:
    table = opened(tmp_path, UNDERSTOOD[name])
    first = next(cells(table))

    assert table.layout is not None
    assert table.layout.questions == ()
    if name == "a word for each organisation":
        assert first["organisation_name"] == "Greenpeace"
    else:
        assert first == WHO


@pytest.mark.parametrize("name", CARDS)
def test_an_address_book_is_read_in_its_encoding(tmp_path: Path, name: str) -> None:
    (card,) = cells(opened(tmp_path, CARDS[name], name="book.vcf"))

    assert (card["address"], card["name"]) == ("z@x.example", "Zoé")


@pytest.mark.parametrize("name", ROSTERS)
def test_a_roster_gives_a_row_for_each_address(tmp_path: Path, name: str) -> None:
    table = opened(tmp_path, ROSTERS[name], name="roster.txt")
    first, second = (row["address"] for row in cells(table))

    assert "a@x.example>" in first
    assert "b@x.example" in second
    assert table.first_row == 1


def test_a_dump_of_sympa_keeps_its_opt_outs(tmp_path: Path) -> None:
    text = "date 1\nemail a@x.example\ngecos Ann\n\nemail b@x.example\n"
    text += "reception nomail\n"
    first, second = cells(opened(tmp_path, text, name="members.dump"))

    assert (first["address"], first["name"]) == ("a@x.example", "Ann")
    assert (second["address"], second["opt_out"]) == ("b@x.example", "nomail")


@pytest.mark.parametrize("text", NO_LISTS)
def test_a_file_that_is_no_table_is_called_by_its_name(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(FileRefusedError, match=NO_LISTS[text]):
        opened(tmp_path, text)


def test_names_of_an_organisation_in_languages_are_told_apart(tmp_path: Path) -> None:
    head = "Organisation name (FR);Organisation name - Spanish;E-mail\n"
    (row,) = cells(opened(tmp_path, f"{head}Maison;Casa;a@x.example\n"))

    assert row["organisation_name_fr"] == "Maison"
    assert row["organisation_name_es"] == "Casa"


@pytest.mark.parametrize("first", [["Country", "Code"], ["Name", "what it holds"]])
def test_the_sheet_with_addresses_is_read_before_others(
    tmp_path: Path, first: list[str]
) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (
            ("Lists", [first, ["France", "FR"]]),
            ("People", [["E-mail", "Name"], ["a@x.example", "Ann"]]),
        ):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    table = read.open_table(path)

    assert "'People'" in table.form
    assert [row["address"] for row in cells(table)] == ["a@x.example"]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("status", "2"),
        ("Status", "B"),
        ("Email status", "Unsubscribed"),
        ("Standing", "désabonné"),
        ("Status", "退订"),
    ],
)
def test_a_column_whose_cells_tell_of_opt_outs_is_asked_about(
    tmp_path: Path, heading: str, cell: str
) -> None:
    table = opened(tmp_path, f"E-mail;{heading}\na@x.example;{cell}\nb@x.example;\n")

    assert table.layout is not None
    (question,) = table.layout.questions
    assert f"opt_out={heading!r}" in question


@pytest.mark.parametrize(
    ("heading", "first", "second"),
    [
        ("disabled", "0", "1"),
        ("dnc_email", "1", "0"),
        ("Aktiv", "nein", "ja"),
        ("status", "0", "1"),
        ("Is excluded from campaigns", "true", "false"),
        ("Acepta recibir correos", "Sí", "No"),
        ("Согласен", "да", "нет"),
        ("同意", "是", "否"),
        ("موافقة", "نعم", "لا"),
        ("Do not allow Emails", "Allow", "Do Not Allow"),
    ],
)
def test_a_switch_of_another_program_is_asked_about(
    tmp_path: Path, heading: str, first: str, second: str
) -> None:
    rows = f"a@x.example;{first}\nb@x.example;{second}\n"
    table = opened(tmp_path, f"E-mail;{heading}\n{rows}")

    assert table.layout is not None
    (question,) = table.layout.questions
    assert f"opt_out={heading!r} if yes means no letters" in question


@pytest.mark.parametrize("heading", ["Activities", "Active members", "Status"])
def test_a_column_without_switches_is_not_asked_about(
    tmp_path: Path, heading: str
) -> None:
    table = opened(tmp_path, f"E-mail;{heading}\na@x.example;12\nb@x.example;Active\n")

    assert table.layout is not None
    assert not table.layout.questions


def test_a_row_with_an_address_is_never_the_headings(tmp_path: Path) -> None:
    text = (
        "E-mail;What we know;Since\n"
        "a@x.example;Name;Country\nb@x.example;Title;Language\n"
    )
    table = opened(tmp_path, text)

    assert [row["address"] for row in cells(table)] == ["a@x.example", "b@x.example"]


@pytest.mark.parametrize(
    "cell", ["No consent", "declined", "Pas de consentement", "不同意", "Unsubscribed"]
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_who_did_not_agree_gets_no_subscription(
    site: Site, tmp_path: Path, cell: str
) -> None:
    text = (
        "E-mail;Organisation;Topics;Consent\n"
        f"a@x.example;icom;monthly-letter;{cell}\n"
        "b@x.example;icom;monthly-letter;subscribed\n"
    )
    report = await importing.import_file(site, write(tmp_path, text), apply=False)

    assert [fault.row for fault in report.faults] == [2]
    assert "did not agree" in report.faults[0].reason
    assert report.added == 1


@pytest.mark.parametrize("store", ["sqlite"])
async def test_captions_totals_and_notes_are_no_organisations(
    site: Site, tmp_path: Path
) -> None:
    text = (
        "E-mail;Organisation name;Country;Kind\nAFRICA;;;\n"
        "a@x.example;Blue House;Mali;ngo\nTotal: 1;;1;ngo\n;Total;5;ngo\n"
        ";Red House;Mali;ngo\n;Source: a survey of 2024;;\n"
    )
    report = await importing.import_file(site, write(tmp_path, text), apply=False)

    assert [fault.row for fault in report.faults] == [2, 4, 5, 7]
    assert report.organisations_added == 2
    assert (report.rows, report.valid) == (6, 2)


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("heading", ["Standing", "Status"])
async def test_an_opt_out_far_below_in_a_column_that_is_not_read_is_a_fault(
    site: Site, tmp_path: Path, heading: str
) -> None:
    rows = "".join(f"p{n}@x.example;icom;\n" for n in range(300))
    text = f"E-mail;Organisation;{heading}\n{rows}last@x.example;icom;Unsubscribed\n"
    report = await importing.import_file(site, write(tmp_path, text))

    (fault,) = report.faults
    assert (fault.row, fault.value) == (302, "Unsubscribed")
    assert "--column opt_out=" in fault.reason
    assert report.added == 300


@pytest.mark.parametrize("store", ["sqlite"])
async def test_optional_cells_and_broken_lines_do_not_refuse_a_row(
    site: Site, tmp_path: Path
) -> None:
    text = (
        "E-mail;Name;Organisation;Phone;Web site\n"
        'a@x.example;"Ann\nLee";icom;3,3E+10;see below\n'
    )
    report = await importing.import_file(site, write(tmp_path, text), apply=False)

    assert (report.valid, report.added) == (1, 1)
    assert [each.reason for each in report.remarks] == ["read as Ann Lee"]
    assert {each.column for each in report.left_empty} == {"telephones", "website"}


@pytest.mark.parametrize("cell", ["#NV", "#BEZUG!", "#Н/Д", "#¿NOMBRE?", "#VALEUR!"])
@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_error_of_a_spreadsheet_in_another_language_is_a_fault(
    site: Site, tmp_path: Path, cell: str
) -> None:
    text = f"E-mail;Name;Organisation\na@x.example;{cell};icom\n"
    report = await importing.import_file(site, write(tmp_path, text), apply=False)

    assert [fault.column for fault in report.faults] == ["name"]
