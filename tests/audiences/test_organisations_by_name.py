"""A list without codes names its organisations, which are found or made."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer.sites.site import Site
from tests.audiences.importing import import_file, snapshot, undone, write

HEAD = "address;organisation_name;acronym;kind;country"


async def codes(site: Site, *addresses: str) -> list[str]:
    async with site.database.reading() as session:
        rows = await session.scalars(
            select(Organisation.code)
            .join(Contact, Contact.organisation_id == Organisation.id)
            .where(Contact.address.in_(addresses))
            .order_by(Contact.address)
        )
        return list(rows)


async def test_a_known_organisation_is_found_by_name_in_any_language_or_acronym(
    site: Site, tmp_path: Path
) -> None:
    async with site.database.reading() as session:
        icom = await session.scalar(
            select(Organisation).where(Organisation.code == "icom")
        )
        assert icom is not None
        name, local = icom.name, icom.names["fr"]
    path = write(
        tmp_path,
        f"a@x.example;{name.upper()};;;",
        f"b@x.example;{local};;;",
        "c@x.example;ICOM;;;",
        head=HEAD,
    )

    report = await import_file(site, path)

    assert (report.faults, report.added, report.organisations_added) == ([], 3, 0)
    assert (
        await codes(site, "a@x.example", "b@x.example", "c@x.example") == ["icom"] * 3
    )
    async with site.database.reading() as session:
        assert (
            await session.scalar(
                select(Organisation.name).where(Organisation.code == "icom")
            )
            == name
        )


async def test_a_new_one_is_made_once_with_a_code_that_no_other_has(
    site: Site, tmp_path: Path
) -> None:
    before = await snapshot(site)
    path = write(
        tmp_path,
        "a@x.example;Réseau des écoles;;ngo;FR",
        "b@x.example;RESEAU DES ECOLES;;ngo;FR",
        "c@x.example;Union of Cooks;ICOM;ngo;FR",
        "d@x.example;教育协会;;ngo;CN",
        head=HEAD,
    )

    report = await import_file(site, path)
    again = await import_file(site, path)

    assert report.organisations_added == 3
    assert [(each.row, each.reason) for each in report.remarks] == [
        (4, "icom has this acronym; Union of Cooks is taken as new, icom-2")
    ]
    assert (again.added, again.changed, again.organisations_added) == (0, 0, 0)
    assert await codes(site, *(f"{each}@x.example" for each in "abcd")) == [
        *("reseau-ecoles", "reseau-ecoles", "icom-2", "教育协会"),
    ]
    await undone(site, report)
    assert await snapshot(site) == before


async def test_a_name_that_two_organisations_have_asks_for_the_code(
    site: Site, tmp_path: Path
) -> None:
    twins = write(
        tmp_path,
        "a@x.example;one;Friends of Art;ngo",
        "b@x.example;two;Friends of Art;ngo",
        head="address;organisation;organisation_name;kind",
    )
    await import_file(site, twins)

    path = write(tmp_path, "c@x.example;friends of art;;;", head=HEAD)
    report = await import_file(site, path)

    assert [fault.column for fault in report.faults] == ["organisation_name"]
    assert "is the name of one and two; add a column" in report.faults[0].reason


async def test_a_name_that_many_organisations_have_is_told_with_the_first_of_them(
    site: Site, tmp_path: Path
) -> None:
    rows = [f"{n}@x.example;org-{n};Friends of Art;ngo" for n in range(1, 8)]
    head = "address;organisation;organisation_name;kind"
    await import_file(site, write(tmp_path, *rows, head=head))

    path = write(tmp_path, "c@x.example;friends of art;;;", head=HEAD)
    report = await import_file(site, path)

    (fault,) = report.faults
    assert "org-1 and org-2 and org-3 and org-4 and 3 more; add" in fault.reason


async def test_a_list_of_names_alone_makes_organisations_without_contacts(
    site: Site, tmp_path: Path
) -> None:
    path = write(tmp_path, "Friends of Art;ngo", head="organisation_name;kind")

    report = await import_file(site, path)

    assert (report.faults, report.organisations, report.organisations_added) == (
        [],
        1,
        1,
    )
    async with site.database.reading() as session:
        assert await session.scalar(
            select(func.count()).where(Organisation.code == "friends-art")
        )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_codes_may_stand_among_names_of_organisations(
    site: Site, tmp_path: Path
) -> None:
    lines = ("a@x.example;icom", "b@x.example;ICOM", "c@x.example;Oxfam")
    path = write(tmp_path, *lines, head="E-mail;Organisation")
    report = await import_file(site, path, apply=False)

    assert [(each.row, each.column) for each in report.faults] == [(4, "organisation")]
    assert "--set kind=ngo fills all rows" in report.faults[0].reason
    assert "organisation_name" not in report.faults[0].reason
