"""An import applies the valid rows and reports every faulty cell."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audiences import contacts, subscriptions
from audiences.contacts import Contact
from audiences.intake import stage
from audiences.organisations import Organisation
from audiences.people.site_roles import Roles
from audiences.subscriptions import Consent, How, Standing
from mailer.sites.site import Site
from tests.audiences.importing import GOOD, import_file, snapshot, undone, write


async def test_a_dry_run_reports_changes_and_makes_none(
    site: Site, tmp_path: Path
) -> None:
    before = await snapshot(site)

    report = await import_file(site, write(tmp_path, GOOD), apply=False)

    assert (report.rows, report.valid, report.added) == (1, 1, 1)
    assert report.import_id is None
    assert await snapshot(site) == before


async def test_a_good_row_becomes_contact_organisation_and_subscription(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, GOOD), basis="asked at the 2026 conference")

    async with site.database.reading() as session:
        contact = await contacts.find(session, "NEW@ngo.example", key=site.address_key)
        standing = await subscriptions.standings(session, contact.id)
        consent = await session.scalar(
            select(Consent).where(Consent.contact_id == contact.id)
        )
    assert contact.name == "Awa Ndiaye"
    assert Roles().codes(contact.roles) == ("head", "press")
    assert contact.languages == "fr en"
    assert standing == {"monthly-letter": Standing.ACTIVE}
    assert consent is not None
    assert consent.basis == "asked at the 2026 conference"
    assert consent.how == How.IMPORT


async def test_a_file_applied_twice_changes_nothing_the_second_time(
    site: Site, tmp_path: Path
) -> None:
    other = "b@other.example;;press;en;other-ngo;Other;ngo;FR;CLT;field-news"
    path = write(tmp_path, GOOD, other)
    await import_file(site, path)
    once = await snapshot(site)

    again = await import_file(site, path)

    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    assert await snapshot(site) == once


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("not-an-address;;;;icom;;;;;", "address", "@"),
        (";Someone;;ar;;;;;;", "address", "a row needs an address, or an organisation"),
        (";;;;unknown;;ngo;;;", "organisation", "unknown is new"),
        ("a@x.example;;chef;;icom;;;;;", "roles", "no role is called 'chef'"),
        ("a@x.example;;;klang!;icom;;;;;", "languages", "is not a language"),
        ("a@x.example;;;;nowhere;;;;;", "organisation", "nowhere is new"),
        ("a@x.example;;;;;;;;;", "organisation", "needs an organisation"),
        ("a@x.example;;;;o;O;ngoo;;;", "kind", "did you mean ngo?"),
        ("a@x.example;;;;icom;;;Atlantis;;", "country", "no country is called"),
        ("a@x.example;;;;icom;;;;XX;", "fields", "no field is called 'XX'"),
        ("a@x.example;;;;icom;;;;;monthly", "topics", "did you mean monthly-letter?"),
        (f"a@x.example;{'n' * 10_240};;;icom;;;;;", "name", "10240 characters"),
        ("a@x.example;A\x00B;;;icom;;;;;", "name", "U+0000"),
        ("a@x.example;A\x1b[31m;;;icom;;;;;", "name", "U+001B"),
        ("a@x.example;A\u202eB;;;icom;;;;;", "name", "U+202E"),
        ("a@x.example;Zoë\x85Lefèvre Ñandú;;;icom;;;;;", "name", "a line break"),
        ("a@x.example;;;;<script>;;;;;", "organisation", "letters, digits"),
    ],
)
async def test_a_faulty_cell_is_reported_and_the_other_rows_are_applied(
    site: Site, tmp_path: Path, row: str, column: str, reason: str
) -> None:
    report = await import_file(site, write(tmp_path, row, GOOD), strict=True)

    assert [(fault.row, fault.column) for fault in report.faults] == [(2, column)]
    assert reason in report.faults[0].reason
    assert (report.valid, report.added) == (1, 1)


@pytest.mark.parametrize("address", ["new at ngo.example", "a@@ngo.example", ""])
async def test_the_organisation_of_a_faulty_row_comes_from_the_next_one(
    site: Site, tmp_path: Path, address: str
) -> None:
    faulty = GOOD.replace("new@ngo.example", address)
    report = await import_file(site, write(tmp_path, faulty, GOOD, GOOD))

    assert report.added == 1
    async with site.database.reading() as session:
        contact = await contacts.find(session, "new@ngo.example", key=site.address_key)
        organisation = await session.get_one(Organisation, contact.organisation_id)
    assert organisation.name == "New NGO"


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?q?a=0D=0ASubject:_x?=",
        "{{7*7}}",
        "{% for x in y %}",
        "<b>bold</b>",
        "=cmd|' /C calc'!A0",
        'O\'Neill & "Fils" \\ Söhne',
        "جمعية الشرق – Orient",
        "\U0001f54a\ufe0f Peace \U0001f469\u200d\U0001f469\u200d\U0001f467",
        "'; drop table contact; --",
    ],
)
async def test_a_strange_name_is_kept_exactly_as_typed(
    site: Site, tmp_path: Path, name: str
) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    await import_file(site, write(tmp_path, GOOD.replace("Awa Ndiaye", quoted)))

    async with site.database.reading() as session:
        contact = await contacts.find(session, "new@ngo.example", key=site.address_key)
    assert contact.name == name


async def test_two_rows_with_one_address_are_one_contact(
    site: Site, tmp_path: Path
) -> None:
    same = GOOD
    other_case = GOOD.replace("new@", "NEW@")
    report = await import_file(site, write(tmp_path, GOOD, same, other_case))

    assert [fault.reason for fault in report.faults] == [
        "the same address as in row 2",
        (
            "differs from new@ngo.example in row 2 only in capitals or Unicode form;"
            " it is the same mailbox"
        ),
    ]
    assert (report.valid, report.added) == (1, 1)


async def test_two_rows_may_not_contradict_each_other_about_an_organisation(
    site: Site, tmp_path: Path
) -> None:
    other = GOOD.replace("new@", "two@").replace(";SN;", ";FR;")
    report = await import_file(site, write(tmp_path, GOOD, other))

    assert [(fault.row, fault.column, fault.value) for fault in report.faults] == [
        (3, "country", "FR")
    ]
    assert "SN here in row 2" in report.faults[0].reason


async def test_a_row_without_an_address_is_an_organisation_alone(
    site: Site, tmp_path: Path
) -> None:
    before = await snapshot(site)
    rows = (";;;;alone;Alone;ngo;SN;ED;", ";Someone;head;;icom;;;;;", GOOD)
    dry = await import_file(site, write(tmp_path, *rows), apply=False)
    report = await import_file(site, write(tmp_path, *rows))

    async with site.database.reading() as session:
        alone = await session.scalar(
            select(Organisation.name).where(Organisation.code == "alone")
        )
    assert (report.valid, report.added, report.changed) == (3, 1, 0)
    assert (report.organisations, report.organisations_added) == (2, 2)
    assert [each.code for each in dry.made] == ["alone", "new-ngo"]
    assert replace(dry, made=[]) == replace(report, import_id=None)
    assert [(each.row, each.value, each.reason) for each in report.remarks] == [
        (3, "Someone", "no address: the organisation is taken, this contact is not")
    ]
    assert alone == "Alone"
    await undone(site, report)
    async with site.database.reading() as session:
        left = select(func.count()).where(Organisation.code == "alone")
        assert await session.scalar(left) == 0
    assert await snapshot(site) == before


async def test_a_list_of_organisations_needs_no_column_of_addresses(
    site: Site, tmp_path: Path
) -> None:
    head = "organisation;organisation_name;kind;country"
    rows = ("one;One;ngo;SN", "two;Two;ngo;ML", ";No code;ngo;ML")
    report = await import_file(site, write(tmp_path, *rows, head=head))

    assert (report.rows, report.organisations, report.organisations_added) == (3, 2, 2)
    assert [(each.row, each.column) for each in report.faults] == [(4, "address")]


@pytest.mark.parametrize("chunk", [1, 2_000])
async def test_several_addresses_in_a_cell_are_a_contact_each(
    site: Site, tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "CHUNK", chunk)
    row = GOOD.replace("new@ngo.example", '"new@ngo.example; Bob <bob@ngo.example>"')
    report = await import_file(site, write(tmp_path, row.replace("Awa Ndiaye", "")))

    async with site.database.reading() as session:
        people = await session.execute(
            select(Contact.address, Contact.name).where(
                Contact.import_id == report.import_id
            )
        )
    assert (report.rows, report.valid, report.added) == (1, 1, 2)
    assert dict(row for row in people) == {
        "new@ngo.example": None,
        "bob@ngo.example": "Bob",
    }
    assert [each.reason for each in report.remarks] == [
        "2 addresses in one cell, each a contact: new@ngo.example, bob@ngo.example"
    ]


async def test_topics_need_a_basis_of_consent(site: Site, tmp_path: Path) -> None:
    report = await import_file(site, write(tmp_path, GOOD), basis=None)

    assert [fault.column for fault in report.faults] == ["consent"]
    assert report.added == 0


async def test_an_empty_cell_changes_nothing(site: Site, tmp_path: Path) -> None:
    await import_file(site, write(tmp_path, GOOD))
    before = await snapshot(site)

    report = await import_file(site, write(tmp_path, "new@ngo.example;;;;;;;;;"))

    assert report.unchanged == 1
    assert await snapshot(site) == before


async def test_a_file_that_breaks_half_way_applies_nothing(
    site: Site, tmp_path: Path
) -> None:
    before = await snapshot(site)
    path = write(tmp_path, GOOD, 'b@x.example;"never closed;;;icom;;;;;')

    with pytest.raises(Exception, match="quotation mark"):
        await import_file(site, path)

    assert await snapshot(site) == before


async def test_each_of_many_rows_is_counted(site: Site, tmp_path: Path) -> None:
    rows = [
        f"p{n}@many.example;Person {n};press;fr;icom;;;;;field-news"
        for n in range(5_000)
    ]
    report = await import_file(site, write(tmp_path, *rows))

    async with site.database.reading() as session:
        count = await session.scalar(
            select(func.count()).where(Contact.import_id == report.import_id)
        )
    assert (report.rows, report.added, count) == (5_000, 5_000, 5_000)
