"""Lists with a part of people who want no letters: below a title, or in a sheet."""

from pathlib import Path

import pytest
import xlsxwriter

from audiences.intake import read
from audiences.intake.wishes import optouts
from mailer.sites.site import Site
from tests.audiences import importing
from tests.audiences.opened import opened, write

ROWS = "a@x.example;icom\nb@x.example;icom\n"
LISTS = {
    "below a title": f"E-mail;Organisation\n{ROWS}Désinscrits;\no@x.example;icom\n",
    "below a title in the other column": (
        f"E-mail;Organisation\n{ROWS};Unsubscribed:\no@x.example;icom\n"
    ),
    "until the next title": (
        "E-mail;Organisation\na@x.example;icom\nDésabonnés;\no@x.example;icom\n"
        "Membres;\nb@x.example;icom\n"
    ),
}
TITLES = ("Unsubscribed:", "— Désinscrits —", "Bajas", "Members with nomail (by user):")
OTHERS = ("Members:", "Not unsubscribed", "France", "12", "x" * 200)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_rows_below_a_title_about_opt_outs_are_faults(
    site: Site, tmp_path: Path, name: str
) -> None:
    path = write(tmp_path, LISTS[name])
    report = await importing.import_file(site, path, apply=False)

    (fault,) = [each for each in report.faults if "stands below" in each.reason]
    assert fault.value == "o@x.example"
    assert report.added == 2


def test_a_roster_with_parts_is_read_with_its_first_line_as_the_heading(
    tmp_path: Path,
) -> None:
    table = opened(tmp_path, "Members:\na@x.example\n\nUnsubscribed:\no@x.example\n")

    assert table.headings == ("Members:",)
    assert table.positions == {"address": 0}


@pytest.mark.parametrize("text", TITLES)
def test_a_title_about_opt_outs_is_known(text: str) -> None:
    assert optouts.is_caption(text)


@pytest.mark.parametrize("text", OTHERS)
def test_another_title_is_not(text: str) -> None:
    assert not optouts.is_caption(text)


@pytest.mark.parametrize("sheet", [None, "Contacts"])
def test_a_sheet_of_opt_outs_that_is_not_read_is_asked_about(
    tmp_path: Path, sheet: str | None
) -> None:
    path = tmp_path / "partners.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("Contacts", "Désinscrits"):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["E-mail", "Organisation"])
            page.write_row(1, 0, ["a@x.example", "icom"])
    table = read.open_table(path, sheet=sheet)

    assert table.layout is not None
    asked = ["--sheet 'Désinscrits' --as stopped" in q for q in table.layout.questions]
    assert asked == ([True] if sheet is None else [])
