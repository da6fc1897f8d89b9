"""What a list has about a contact besides its address is kept, found and undone."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from audiences import contacts
from audiences.errors import RuleError
from audiences.intake.importing import ImportReport
from audiences.organisations import Organisation
from audiences.segments import compiler, explanation, named, resolve, vocabularies
from audiences.store.base import Base
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.detailed import AWA, EMPTY, ICOM, ROW, imported, known
from tests.audiences.importing import import_file, undone, write


def counted(report: ImportReport) -> tuple[int, ...]:
    return (report.added, report.memberships, report.changed, report.unchanged)


async def everything(site: Site) -> dict[str, list[Any]]:
    """Return all rows of all tables, except the records of imports and acts."""
    async with site.database.reading() as session:
        return {
            table.name: [
                tuple(row)
                for row in await session.execute(
                    select(table).order_by(*table.primary_key)
                )
            ]
            for table in Base.metadata.sorted_tables
            if not table.name.startswith(("import", "record"))
        }


async def test_each_cell_is_kept(site: Site, tmp_path: Path) -> None:
    report = await imported(site, tmp_path, ROW)

    found = await known(site)
    assert (report.faults, report.remarks, report.added) == ([], [], 1)
    assert found.contact.function == "Directrice"
    assert found.details.telephones == ("+221 33 849 23 23",)
    assert found.details.postal_address == "BP 1234\nDakar"
    assert found.details.website == "https://www.places.example"
    assert found.details.tags == ["donors 2025", "press"]
    assert found.details.notes == "Prefers mornings"
    assert found.details.second_addresses == ["awa.private@mail.example"]


async def test_a_row_that_says_the_same_or_less_changes_nothing(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    before = await everything(site)

    again = await imported(site, tmp_path, ROW)
    less = await imported(site, tmp_path, EMPTY)

    assert [counted(each) for each in (again, less)] == [(0, 0, 0, 1)] * 2
    assert await everything(site) == before


@pytest.mark.parametrize(
    ("cell", "other"),
    [
        ("Directrice", "Présidente"),
        ("+221 33 849 23 23", "+221 33 849 00 00"),
        ("BP 1234", "BP 4321"),
        ("www.places", "other.places"),
        ("Donors 2025, Press", "news"),
        ("Prefers mornings", "Prefers evenings"),
        ("awa.private", "awa.office"),
    ],
)
async def test_a_change_of_each_cell_is_counted_and_undone_exactly(
    site: Site, tmp_path: Path, cell: str, other: str
) -> None:
    await imported(site, tmp_path, ROW)
    before = await everything(site)

    report = await imported(site, tmp_path, ROW.replace(cell, other))

    assert counted(report) == (0, 0, 1, 0)
    assert await everything(site) != before
    done = await undone(site, report)
    assert (done.restored, done.kept) == (1, 0)
    assert await everything(site) == before


async def test_details_given_to_a_contact_without_any_are_undone_exactly(
    site: Site, tmp_path: Path
) -> None:
    before = await everything(site)
    row = ROW.replace(AWA, ICOM).replace("org-a;A;ngo", "icom;;")

    report = await imported(site, tmp_path, row)

    assert counted(report) == (0, 0, 1, 0)
    assert (await known(site, ICOM)).details.website == "https://www.places.example"
    await undone(site, report)
    assert await everything(site) == before


async def test_tags_and_second_addresses_are_added_to_those_that_are_known(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    await imported(site, tmp_path, f"{AWA};;org-a;;;;;;;News;;awa@third.example")

    found = await known(site)
    assert found.details.tags == ["donors 2025", "news", "press"]
    assert found.details.second_addresses == [
        "awa.private@mail.example",
        "awa@third.example",
    ]


async def test_a_function_belongs_to_its_membership(site: Site, tmp_path: Path) -> None:
    at_b = f"{AWA};;org-b;B;natcom;Conseillère;;;;;;"
    first = await imported(site, tmp_path, at_b, ROW)
    assert counted(first) == (1, 1, 0, 0)
    found = await known(site)
    assert found.contact.function == "Conseillère"
    assert [each.function for each in found.memberships] == ["Directrice"]
    before = await everything(site)

    other = at_b.replace("Conseillère", "Ministre")
    second = await imported(site, tmp_path, ROW.replace("Directrice", "Chef"), other)

    found = await known(site)
    assert counted(second) == (0, 0, 2, 0)
    assert found.contact.function == "Ministre"
    assert [each.function for each in found.memberships] == ["Chef"]
    await undone(site, second)
    assert await everything(site) == before


async def test_several_rows_of_one_address_give_its_details_together(
    site: Site, tmp_path: Path
) -> None:
    at_b = f"{AWA};;org-b;B;natcom;;+1 555 0100;;;board;;"
    at_c = f"{AWA};;org-c;C;natcom;;+1 555 0199;;c.example;;;"
    report = await imported(site, tmp_path, f"{AWA};Awa;org-a;A;ngo;;;;;;;", at_b, at_c)

    found = await known(site)
    assert counted(report) == (1, 2, 0, 0)
    assert found.details.telephones == ("+1 555 0100",)
    assert found.details.website == "https://c.example"
    assert found.details.tags == ["board"]
    assert [(each.row, each.column, each.value) for each in report.remarks] == [
        (4, "telephones", "+1 555 0199")
    ]


async def test_organisations_have_telephones_an_address_and_a_site(
    site: Site, tmp_path: Path
) -> None:
    head = (
        "address;organisation;organisation name;kind;organisation telephones;"
        "organisation postal address;organisation website"
    )
    row = "a@places.example;org-a;A;ngo;+33 1 45 68 10 00 / 45 68 10 01;Paris;a.example"
    before = await everything(site)
    report = await import_file(site, write(tmp_path, row, head=head))
    again = await import_file(site, write(tmp_path, row, head=head))

    async with site.database.reading() as session:
        made = await session.scalar(
            select(Organisation).where(Organisation.code == "org-a")
        )
    assert made is not None
    assert made.telephones == "+33 1 45 68 10 00; 45 68 10 01"
    assert (made.postal_address, made.website) == ("Paris", "https://a.example")
    assert counted(again) == (0, 0, 0, 1)
    await undone(site, report)
    assert await everything(site) == before


async def test_rules_find_tags_in_any_case_and_explain_them(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        context = compiler.Context(vocabulary=vocabulary, today=clock.now().date())
        counts = [
            sum(
                [
                    each.address == AWA
                    async for each in resolve.members(session, rule, context)
                ]
            )
            for rule in (
                'tags has "Donors 2025"',
                "tags in (PRESS, donors)",
                "tags has donors",
                "organisation = org-a and tags not in (press)",
            )
        ]
        contact = await contacts.find(session, AWA, key=site.address_key)
        why = await explanation.explain(session, "tags has press", contact, context)
        await named.require_known(session, ["tags has Press"], vocabulary)
        with pytest.raises(RuleError, match="no tag is called 'pres'; did you mean"):
            await named.require_known(session, ["tags has pres"], vocabulary)

    assert counts == [1, 1, 0, 0]
    assert [each.because for each in why.clauses] == ["tags is donors 2025, press"]


async def test_a_cell_that_is_not_understood_is_named(
    site: Site, tmp_path: Path
) -> None:
    row = f"{AWA};Awa;org-a;A;ngo;;none;;a b;;;"
    report = await imported(site, tmp_path, row)

    found = [(each.column, each.examples[0].value) for each in report.left_empty]
    assert (report.valid, report.faults) == (1, [])
    assert found == [("telephones", "none"), ("website", "a b")]


async def test_a_role_among_the_functions_is_remarked(
    site: Site, tmp_path: Path
) -> None:
    row = f"{AWA};Awa;org-a;A;ngo;focal_point;;;;;;"
    report = await imported(site, tmp_path, row)

    assert [(each.column, each.value) for each in report.remarks] == [
        ("function", "focal_point")
    ]
    assert (await known(site)).contact.function == "focal_point"
