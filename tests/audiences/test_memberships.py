"""A contact of several organisations is one contact, and undoing takes it back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from audiences import contacts, subscriptions
from audiences.contacts import Contact, Membership
from audiences.intake.importing import ImportReport
from audiences.organisations import Organisation
from audiences.people.site_roles import Roles
from audiences.person import Person, person
from mailer.sites.site import Site
from tests.audiences.importing import import_file, snapshot, undone, write

pytestmark = pytest.mark.prove

AWA = "awa@both.example"
AT_A = f"{AWA};Awa;focal_point;fr;org-a;A;ngo;SN;ED;monthly-letter"
AT_B = f"{AWA};;representative;;org-b;B;natcom;ML;CLT;field-news"
KNOWN = "unesco-liaison@icom.example"


async def known(site: Site, address: str = AWA) -> Person:
    async with site.database.reading() as session:
        return await person(session, address, key=site.address_key)


def further(found: Person) -> list[tuple[str, tuple[str, ...]]]:
    """Return the further memberships of a contact: code and roles."""
    return [
        (each.organisation.code, Roles().codes(each.roles))
        for each in found.memberships
    ]


def numbers(report: ImportReport) -> tuple[int, ...]:
    return (report.added, report.memberships, report.changed, report.unchanged)


async def test_an_address_at_two_organisations_is_one_contact(
    site: Site, tmp_path: Path
) -> None:
    report = await import_file(site, write(tmp_path, AT_A, AT_B))

    found = await known(site)
    assert (report.faults, numbers(report)) == ([], (1, 1, 0, 0))
    assert found.organisation.code == "org-a"
    assert Roles().codes(found.contact.roles) == ("focal_point",)
    assert further(found) == [("org-b", ("representative",))]
    assert set(found.standings) == {"monthly-letter", "field-news"}
    assert [each.basis for each in found.evidence] == ["test", "test"]


async def test_a_dry_run_counts_the_memberships_and_writes_none(
    site: Site, tmp_path: Path
) -> None:
    before = await snapshot(site)

    report = await import_file(site, write(tmp_path, AT_A, AT_B), apply=False)

    assert numbers(report) == (1, 1, 0, 0)
    assert await snapshot(site) == before


async def test_a_list_of_another_organisation_gives_a_known_contact_a_membership(
    site: Site, tmp_path: Path
) -> None:
    row = f"{KNOWN};;press;;org-b;B;natcom;ML;CLT;"
    first = await import_file(site, write(tmp_path, row))
    again = await import_file(site, write(tmp_path, row))

    found = await known(site, KNOWN)
    assert numbers(first) == (0, 1, 0, 0)
    assert numbers(again) == (0, 0, 0, 1)
    assert found.organisation.code == "icom"
    assert "press" not in Roles().codes(found.contact.roles)
    assert further(found) == [("org-b", ("press",))]


async def test_undo_takes_each_membership_back_exactly(
    site: Site, tmp_path: Path
) -> None:
    before = await snapshot(site)
    first = await import_file(site, write(tmp_path, AT_A, AT_B))
    once = await snapshot(site)
    more = AT_B.replace("representative", "head press").replace("org-b;B", "org-c;C")
    second = await import_file(
        site,
        write(
            tmp_path,
            AT_B.replace("representative", "head"),
            more,
            f"{KNOWN};Other name;press;;org-b;;;;;",
        ),
    )

    done = await undone(site, second)
    assert (done.removed, done.memberships, done.kept) == (0, 2, 0)
    assert await snapshot(site) == once

    done = await undone(site, first)
    assert (done.removed, done.memberships, done.kept) == (1, 1, 0)
    assert await snapshot(site) == before


async def test_an_import_is_kept_where_a_later_one_gave_its_contact_a_membership(
    site: Site, tmp_path: Path
) -> None:
    first = await import_file(site, write(tmp_path, AT_A))
    await import_file(site, write(tmp_path, AT_B))

    done = await undone(site, first)

    assert (done.removed, done.kept) == (0, 1)
    assert further(await known(site)) == [("org-b", ("representative",))]


async def test_rows_of_a_known_contact_may_stand_in_any_order(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, AT_A))
    at_a = AT_A.replace("focal_point", "head").replace("monthly-letter", "news-flash")
    at_a = at_a.replace("news-flash", "field-news")

    report = await import_file(site, write(tmp_path, AT_B, at_a))

    found = await known(site)
    assert numbers(report) == (0, 1, 1, 0)
    assert found.organisation.code == "org-a"
    assert Roles().codes(found.contact.roles) == ("head",)
    assert further(found) == [("org-b", ("representative",))]
    done = await undone(site, report)
    assert (done.memberships, done.restored, done.kept) == (1, 1, 0)
    back = await known(site)
    assert Roles().codes(back.contact.roles) == ("focal_point",)


async def test_a_third_row_at_the_same_organisation_is_a_repetition(
    site: Site, tmp_path: Path
) -> None:
    report = await import_file(site, write(tmp_path, AT_A, AT_B, AT_B))

    assert [(each.row, each.reason) for each in report.faults] == [
        (4, "the same address as in row 3")
    ]
    assert numbers(report) == (1, 1, 0, 0)


async def test_one_address_has_one_name(site: Site, tmp_path: Path) -> None:
    other = AT_B.replace(f"{AWA};;", f"{AWA};Bintou;")
    report = await import_file(site, write(tmp_path, AT_A, other))

    assert [(each.row, each.column) for each in report.faults] == [(3, "name")]
    assert "Awa here in row 2" in report.faults[0].reason
    assert numbers(report) == (1, 0, 0, 0)


async def test_a_later_row_leads_when_the_first_one_falls_away(
    site: Site, tmp_path: Path
) -> None:
    """Row 3 contradicts row 2 about org-a, so row 4 is the first of the contact."""
    elsewhere = "bob@x.example;Bob;;;org-a;A;ngo;FR;;"
    third = AT_B.replace("org-b;B", "org-c;C").replace("field-news", "invitations")
    report = await import_file(site, write(tmp_path, elsewhere, AT_A, AT_B, third))

    found = await known(site)
    assert {each.row for each in report.faults} == {3}
    assert numbers(report) == (2, 1, 0, 0)
    assert found.organisation.code == "org-b"
    assert further(found) == [("org-c", ("representative",))]
    assert set(found.standings) == {"field-news", "invitations"}


async def test_a_large_import_has_its_memberships_without_indexes(
    site: Site, tmp_path: Path
) -> None:
    rows = []
    for number in range(22_000):
        address = f"p{number // 2}@many.example"
        rows.append(f"{address};;press;fr;o-{number % 7};O{number % 7};ngo;SN;;")
    report = await import_file(site, write(tmp_path, *rows))

    async with site.database.reading() as session:
        held = await session.execute(
            select(Contact.address, Organisation.code)
            .join(Membership, Membership.contact_id == Contact.id)
            .join(Organisation, Organisation.id == Membership.organisation_id)
        )
        found = dict(row for row in held)
    assert numbers(report) == (11_000, 11_000, 0, 0)
    assert found == {
        f"p{n}@many.example": f"o-{(2 * n + 1) % 7}" for n in range(11_000)
    }


async def test_a_stopped_contact_gets_a_membership_and_no_topic(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, AT_A))
    evidence = subscriptions.Evidence(
        at=(await known(site)).contact.updated_at, how=subscriptions.How.PAGE
    )
    async with site.database.writing() as session:
        found = await contacts.find(session, AWA, key=site.address_key)
        await subscriptions.stop_everything(session, found.id, evidence=evidence)

    await import_file(site, write(tmp_path, AT_A, AT_B))

    after = await known(site)
    assert after.contact.stopped_at is not None
    assert "field-news" not in after.standings
    assert further(after) == [("org-b", ("representative",))]
