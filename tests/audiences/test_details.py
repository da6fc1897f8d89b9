"""What a list has about a contact besides its address is kept, found and undone."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, Table, delete, select

from audiences import addresses, contacts, subscriptions, suppressions
from audiences.contacts import Contact
from audiences.errors import RuleError
from audiences.intake.importing import ImportReport
from audiences.organisations import Organisation
from audiences.person import Person, person
from audiences.segments import compiler, explanation, named, resolve, vocabularies
from audiences.store.base import Base
from audiences.subscriptions import Evidence, How
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.importing import import_file, undone, write

HEAD = (
    "address;name;organisation;organisation name;kind;job title;phone;"
    "adresse postale;site web;tags;notes;e-mail 2"
)
AWA = "awa@places.example"
ROW = (
    f'{AWA};Awatif;org-a;A;ngo;Directrice;+221 33 849 23 23;"BP 1234\nDakar";'
    "www.places.example;Donors 2025, Press;Prefers mornings;awa.private@mail.example"
)
EMPTY = f"{AWA};;org-a;;;;;;;;;"
ICOM = "unesco-liaison@icom.example"


async def imported(site: Site, folder: Path, *rows: str) -> ImportReport:
    return await import_file(site, write(folder, *rows, head=HEAD))


async def known(site: Site, address: str = AWA) -> Person:
    async with site.database.reading() as session:
        return await person(session, address, key=site.address_key)


def counted(report: ImportReport) -> tuple[int, ...]:
    return (report.added, report.memberships, report.changed, report.unchanged)


async def everything(site: Site) -> dict[str, list[Any]]:
    """Return all rows of all tables, except the records of imports."""
    async with site.database.reading() as session:
        return {
            table.name: [
                tuple(row)
                for row in await session.execute(
                    select(table).order_by(*table.primary_key)
                )
            ]
            for table in Base.metadata.sorted_tables
            if not table.name.startswith("import")
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


FAULTS = {
    "3.31456E+10": "a spreadsheet rounded",
    "none": "too few digits",
    "; ".join(f"+33 1 45 68 1{number:03}" for number in range(11)): "at most 10",
}


@pytest.mark.parametrize("cell", FAULTS)
async def test_a_telephone_that_is_none_is_named(
    site: Site, tmp_path: Path, cell: str
) -> None:
    row = f'{AWA};Awa;org-a;A;ngo;;"{cell}";;;;;'
    report = await imported(site, tmp_path, row)

    assert [each.column for each in report.faults] == ["telephones"]
    assert FAULTS[cell] in report.faults[0].reason


@pytest.mark.parametrize(
    "cell",
    ["javascript:alert(1)", "ftp://a.example", "https://a b.example", "none", "a@b.cd"],
)
async def test_a_site_that_is_no_web_address_is_named(
    site: Site, tmp_path: Path, cell: str
) -> None:
    report = await imported(site, tmp_path, f"{AWA};Awa;org-a;A;ngo;;;;{cell};;;")

    assert [each.column for each in report.faults] == ["website"]


async def test_a_role_among_the_functions_is_remarked(
    site: Site, tmp_path: Path
) -> None:
    row = f"{AWA};Awa;org-a;A;ngo;focal_point;;;;;;"
    report = await imported(site, tmp_path, row)

    assert [(each.column, each.value) for each in report.remarks] == [
        ("function", "focal_point")
    ]
    assert (await known(site)).contact.function == "focal_point"


async def test_a_stop_holds_when_a_second_address_becomes_the_first(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    stopped = Evidence(at=clock.now(), how=How.PAGE)
    async with site.database.writing() as session:
        contact = await contacts.find(session, AWA, key=site.address_key)
        await subscriptions.stop_everything(session, contact.id, evidence=stopped)
    other = "awa.private@mail.example"
    head = "address;organisation;topics;consent"
    rows = (f"{other};org-a;monthly-letter;asked", "b@x.example;org-a;;")

    await import_file(site, write(tmp_path, *rows, head=head))

    found, bystander = await known(site, other), await known(site, "b@x.example")
    assert found.contact.stopped_at == stopped.at
    assert found.standings == {}
    assert bystander.contact.stopped_at is None


async def test_a_suppression_holds_when_a_second_address_becomes_the_first(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    other = "awa.private@mail.example"
    key = addresses.fingerprint(other, key=site.address_key)
    async with site.database.writing() as session:
        contact = await contacts.find(session, AWA, key=site.address_key)
        await suppressions.suppress(
            session, key, suppressions.Why.ASKED, now=clock.now()
        )
        contact.address, contact.address_key = other, key

    assert (await known(site, other)).suppression is not None


async def test_nothing_of_a_deleted_contact_is_left_in_any_table(
    site: Site, tmp_path: Path
) -> None:
    await imported(site, tmp_path, ROW)
    values = ["awatif", AWA, "849 23 23", "bp 1234", "places.example", "donors 2025"]
    values += ["prefers mornings", "directrice"]
    assert [value for value in values if not await holding(site, value)] == []

    async with site.database.writing() as session:
        await session.execute(delete(Contact).where(Contact.address == AWA))

    left = {value: await holding(site, value) for value in values}
    assert not any(left.values()), left


async def holding(site: Site, value: str) -> list[str]:
    """Return the tables with a text in any of their rows."""
    found = []
    async with site.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = await session.execute(select(*_texts(table)))
            if any(value in str(tuple(row)).casefold() for row in rows):
                found.append(table.name)
    return found


def _texts(table: Table) -> list[Any]:
    return [each for each in table.columns if not isinstance(each.type, LargeBinary)]
