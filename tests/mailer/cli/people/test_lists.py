"""`mailer directory export`: the lists as documents in six languages."""

import asyncio
import csv
from io import StringIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from audiences.entry import Correspondent
from audiences.languages import OFFERED
from audiences.naming.folding import alphabetical
from mailer.reports.lists import entries
from tests.acts import directory
from tests.acts.commands import Mailer
from tools.peers.browser import axe, chromium

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
ICOM = "unesco-liaison@icom.example"
BY = ("--by", "editor")
EXPORT = ("directory", "export")
BROKEN = """[...document.querySelectorAll('a[href^="#"]')]
    .filter(a => !document.getElementById(a.hash.slice(1))).length"""


def rows(mailer: Mailer, kind: str, *options: str) -> list[dict[str, str]]:
    ran = mailer(*EXPORT, kind, *options, "--format", "csv")
    assert ran.code == 0
    return list(csv.DictReader(StringIO(ran.out)))


def test_the_list_of_ngos_has_each_with_fields_and_addresses(mailer: Mailer) -> None:
    listed = rows(mailer, "ngos", "--language", "fr")
    ngos = [each for each in directory.entries() if each.kind == "ngo"]
    icom = next(each for each in listed if each["Sigle"] == "ICOM")

    assert len(listed) == len(ngos)
    assert sorted(each["Adresses"].partition(" ")[0] for each in listed) == sorted(
        each.address for each in ngos
    )
    assert (icom["Pays"], icom["Domaines de compétence"]) == ("France", "Culture")
    regions = [each["Région"] for each in listed if each["Région"]]
    assert regions == sorted(regions, key=alphabetical)
    assert listed[-1]["Région"] == ""


def test_offices_have_the_countries_they_serve(mailer: Mailer) -> None:
    listed = rows(mailer, "offices", "--language", "es")
    dakar = next(each for each in listed if "Dakar" in each["Nombre"])

    assert len(listed) == 54
    assert "Senegal" in dakar["Países atendidos"]


def test_names_of_persons_need_personal(mailer: Mailer) -> None:
    mailer("contacts", "edit", ICOM, "--name", "Awa Ba", *BY)
    person = ("contacts", "add", "awa.ba@icom.example", "--organisation", "icom")
    mailer(*person, "--name", "Awa Ba", *BY)
    mailer("suppressions", "add", "unesco-liaison@icomos.example", "--detail", "gone")

    usual = mailer(*EXPORT, "ngos").out
    personal = mailer(*EXPORT, "ngos", "--personal").out

    assert ICOM in usual
    assert "Awa Ba" not in usual
    assert "awa.ba@" not in usual
    assert "Awa Ba" in personal
    assert "awa.ba@icom.example" in personal
    assert "unesco-liaison@icomos.example" not in personal


def test_an_address_without_a_person_is_of_a_function(store: str) -> None:
    def functional(name: str | None, address: str) -> bool:
        return entries.functional(Correspondent(name=name, address=address, roles=()))

    assert functional(None, "awa.ba@x.example")
    assert functional("Awa Ba", "info@x.example")
    assert not functional("Awa Ba", "awa.ba@x.example")


def test_the_workbook_has_headings_in_the_language(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = tmp_path / "list.xlsx"
    ran = mailer(
        *(*EXPORT, "ngos", "--language", "ru", "--format", "xlsx", "--out", str(path))
    )
    with CalamineWorkbook.from_path(path) as book:
        cells = book.get_sheet_by_index(0).to_python()

    assert ran.code == 0
    assert cells[0][:2] == ["Регион", "Страна"]
    assert len(cells) == 263


@pytest.mark.prove
def test_the_pages_are_accessible_and_every_link_leads_somewhere(
    mailer: Mailer, tmp_path: Path
) -> None:
    """By axe, in each language; the lists rotate among the languages."""
    kinds = ("ngos", "experts", "offices", "focal-points")
    for place, language in enumerate(OFFERED):
        out = ("--language", language, "--out", str(tmp_path / f"{language}.html"))
        assert mailer(*EXPORT, kinds[place % 4], *out).code == 0

    asyncio.run(_check_pages(tmp_path))


async def _check_pages(folder: Path) -> None:
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 1100, "height": 800})
        for language in OFFERED:
            await page.goto((folder / f"{language}.html").as_uri())
            result = await axe(page)
            broken = await page.evaluate(BROKEN)
            root = await page.evaluate("[document.dir, document.documentElement.lang]")

            assert result.violations_count == 0, result.generate_report()
            assert broken == 0
            assert root == ["rtl" if language == "ar" else "ltr", language]
