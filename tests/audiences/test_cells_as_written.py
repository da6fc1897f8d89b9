"""Cells as people and programs write them: names, languages, nothing, and codes."""

from pathlib import Path

import pytest
from sqlalchemy import select

from audiences.contacts import Contact
from audiences.errors import FileRefusedError
from audiences.intake import read
from audiences.intake.encodings import damage
from mailer.sites.site import Site
from tests.audiences import importing
from tests.audiences.opened import write


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("français et anglais", "fr en"),
        ("fr et en", "fr en"),
        ("Inglés y francés", "en fr"),
        ("Русский и английский", "ru en"),
        ("العربية والفرنسية", "ar fr"),
        ("中文和英文", "zh en"),
        ("英文、法文", "en fr"),
        ("English & French", "en fr"),
        ("et", "et"),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_two_languages_may_have_an_and_between_them(
    site: Site, tmp_path: Path, cell: str, codes: str
) -> None:
    text = f"E-mail;Organisation;Languages\na@x.example;icom;{cell}\n"
    await importing.import_file(site, write(tmp_path, text))

    async with site.database.reading() as session:
        query = select(Contact.languages).where(Contact.address == "a@x.example")
        assert await session.scalar(query) == codes


@pytest.mark.parametrize(
    "name",
    [
        "INTERNATIONAL COUNCIL OF MUSEUMS (ICOM)",
        "ICOM – International Council of Museums",
        "Conseil international des musées, ICOM",
        "ICOM (International Council of Museums)",
    ],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_name_beside_its_acronym_is_the_organisation(
    site: Site, tmp_path: Path, name: str
) -> None:
    text = f"E-mail;Name;Organisation name\na@x.example;Ann;{name}\n"
    report = await importing.import_file(site, write(tmp_path, text), apply=False)

    assert (report.added, report.organisations_added) == (1, 0)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_acronym_of_another_organisation_is_not_passed_over(
    site: Site, tmp_path: Path
) -> None:
    text = "E-mail;Name;Organisation name\na@x.example;Ann;Council of Museums (IFLA)\n"
    report = await importing.import_file(site, write(tmp_path, text), apply=False)

    assert "is new: the first row that names it needs kind" in report.faults[0].reason


async def test_the_organisation_with_addresses_of_the_domain_is_suggested(
    site: Site, tmp_path: Path
) -> None:
    text = "E-mail;Name\njean@ICOM.example;Jean\nann@mail.example;Ann\n"
    report = await importing.import_file(site, write(tmp_path, text), apply=False)

    assert "icom has addresses of this domain" in report.faults[0].reason
    assert "domain" not in report.faults[1].reason


@pytest.mark.parametrize("store", ["sqlite"])
async def test_what_databases_write_for_nothing_is_an_empty_cell(
    site: Site, tmp_path: Path
) -> None:
    text = (
        "E-mail;Organisation;Name;Function;Languages\n"
        "a@x.example;icom;NULL;n/a;\\N\nb@x.example;icom;Null;x;en\n"
    )
    await importing.import_file(site, write(tmp_path, text))

    async with site.database.reading() as session:
        query = select(Contact.name, Contact.function, Contact.languages)
        rows = await session.execute(
            query.where(Contact.address.in_(["a@x.example", "b@x.example"])).order_by(
                Contact.address
            )
        )
        first, second = rows.all()
    assert not any(first)
    assert tuple(second) == ("Null", "x", "en")


@pytest.mark.parametrize(
    "name",
    ["Zo&eacute; Lee", "=?utf-8?Q?Zo=C3=A9?= Lee", "Zo%C3%A9 Lee", "Zo+AOk- Lee"],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_characters_in_a_code_are_a_fault_until_they_are_repaired(
    site: Site, tmp_path: Path, name: str
) -> None:
    path = write(tmp_path, f'E-mail;Organisation;Name\na@x.example;icom;"{name}"\n')
    report = await importing.import_file(site, path, apply=False)

    assert "for 'Zoé Lee'; write them as they are" in report.faults[0].reason
    assert damage.repaired(name) == "Zoé Lee"
    for meant in ("R&D; A&B", "50 %CA", "C+AB-x", "https://x.example/%C3%A9"):
        assert damage.find(meant) is None


def test_a_preset_that_fits_nothing_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "E-mail;Name\na@x.example;A\n")
    with pytest.raises(FileRefusedError, match="no heading of the list is one of Mai"):
        read.open_table(path, preset="Mailchimp")
