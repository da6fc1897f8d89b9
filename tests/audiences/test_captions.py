"""A country that stands alone above its rows is proposed as theirs, and asked about."""

from pathlib import Path

import pytest
import xlsxwriter

from audiences.intake import read
from audiences.intake.mapping import captioning, plan
from audiences.intake.mapping.plan import Chosen
from mailer.sites.site import Site
from tests.audiences import importing
from tests.audiences.opened import cells, opened

TAKEN = ("country=caption",)
LIST = """Ambassade;Titre;Mél
{};;
Ambassade A;Ambassadeur;a@x.example
Consulat B;Consul;b@x.example
{};;
Ambassade C;Ambassadeur;c@x.example
"""


@pytest.mark.parametrize(
    ("row", "country"),
    [
        (["FRANCE", "", ""], "FRANCE"),
        (["", "Pays : Sénégal"], "Sénégal"),
        (["Pays", "Sénégal"], "Sénégal"),
        (["País：", "España", ""], "España"),
        (["Côte d'Ivoire:"], "Côte d'Ivoire"),
        (["— Viet Nam —"], "Viet Nam"),
        (["塞内加尔"], "塞内加尔"),
        (["Страна: Россия"], "Россия"),
        (["FRANCE", "FRANCE", "FRANCE"], "FRANCE"),
        (["DE"], None),
        (["France", "Paris"], None),
        (["Organisations internationales"], None),
        (["France: 12 contacts"], None),
        (["Korea"], None),
        (["", ""], None),
        ([":"], None),
    ],
)
def test_a_caption_is_a_row_with_a_country_alone(
    row: list[str], country: str | None
) -> None:
    assert captioning.country(row) == country


@pytest.mark.parametrize(
    "pair", [("FRANCE", "Pays : Sénégal"), ("Francia:", "SENEGAL")]
)
def test_they_are_proposed_and_asked_about(
    tmp_path: Path, pair: tuple[str, str]
) -> None:
    table = opened(tmp_path, LIST.format(*pair))
    assert table.layout is not None
    (question,) = table.layout.questions
    assert "--column country=caption" in question
    assert "country" not in table.positions

    taken = opened(tmp_path, LIST.format(*pair), chosen=TAKEN)
    assert taken.layout is not None
    assert taken.layout.questions == ()
    found = [each.get("country") for each in cells(taken) if each["address"]]
    assert len(set(found)) == 2
    assert found[0] == found[1]


async def test_the_rows_below_get_the_country(site: Site, tmp_path: Path) -> None:
    text = (
        LIST.format("FRANCE", "ORGANISATIONS") + "Pays : Sénégal\nD;Chef;d@x.example\n"
    )
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    mapping = plan.combined(None, Chosen(columns=TAKEN, values=("kind=ngo",)))
    table = read.open_table(path, mapping=mapping)
    report = await importing.import_table(site, table)
    assert report.added == 4
    assert [each.row for each in report.faults] == [5]  # the other title is told
    async with site.database.reading() as session:
        assert await importing.countries(session) == {
            "a@x.example": "FR",
            "b@x.example": "FR",
            "c@x.example": None,
            "d@x.example": "SN",
        }


def test_a_merged_cell_is_a_caption(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Ambassades")
        sheet.merge_range("A1:C1", "SÉNÉGAL")
        sheet.write_row("A2", ["Ambassade", "Titre", "Mél"])
        sheet.write_row("A3", ["Ambassade A", "Ambassadeur", "a@x.example"])
        sheet.merge_range("A4:C4", "MALI")
        sheet.write_row("A5", ["Ambassade B", "Ambassadeur", "b@x.example"])
    table = read.open_table(path, mapping=plan.combined(None, Chosen(columns=TAKEN)))
    found = [each["country"] for each in cells(table) if each["address"]]
    assert found == ["SÉNÉGAL", "MALI"]


def test_a_column_with_the_country_counts_more(tmp_path: Path) -> None:
    text = "Name;Country;E-mail\nFRANCE;;\nAnn;SN;a@x.example\n"
    table = opened(tmp_path, text)
    assert table.layout is not None
    assert table.layout.questions == ()
    assert [each["country"] for each in cells(table)][-1] == "SN"


def test_a_list_whose_captions_are_left_out_is_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LIST.format("FRANCE", "MALI"), encoding="utf-8")
    mapping = plan.combined(None, Chosen(ignored=("caption",)))
    table = read.open_table(path, mapping=mapping)
    assert table.layout is not None
    assert table.layout.questions == ()
    assert [each["address"] for each in cells(table)] == [
        *("", "a@x.example", "b@x.example", "", "c@x.example")
    ]
