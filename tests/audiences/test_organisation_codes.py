"""Codes of organisations are compared without case, in lists and in rules."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from audiences.errors import RuleError
from audiences.organisations import Organisation
from audiences.segments import (
    compiler,
    named,
    resolve,
    save,
    vocabularies,
)
from mailer import clock
from mailer.sites.site import Site
from tests.audiences.importing import import_file, write


async def count(site: Site, rule: str) -> int:
    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        await named.require_known(session, [rule], vocabulary)
        context = compiler.Context(vocabulary=vocabulary, today=clock.now().date())
        return (await resolve.count(session, rule, context)).count


async def codes(site: Site, key: str) -> list[str]:
    async with site.database.reading() as session:
        found = select(Organisation.code).where(func.lower(Organisation.code) == key)
        return list(await session.scalars(found.order_by(Organisation.id)))


@pytest.mark.parametrize("code", ["icom", "ICOM", "Icom", "ＩＣＯＭ"])
async def test_a_rule_finds_an_organisation_in_any_case(site: Site, code: str) -> None:
    assert await count(site, f'organisation = "{code}"') == 1
    assert await count(site, f'organisation in (iucn, "{code}")') == 2


async def test_a_list_makes_no_twin_of_an_organisation(
    site: Site, tmp_path: Path
) -> None:
    rows = (
        "a@icom.example;;;;ICOM;;;;;",
        "b@x.example;;;;New-One;New One;ngo;SN;;",
        "c@x.example;;;;NEW-ONE;;;;;",
        "d@x.example;;;;new-one;;natcom;;;",
    )
    report = await import_file(site, write(tmp_path, *rows))

    assert await codes(site, "icom") == ["icom"]
    assert await codes(site, "new-one") == ["New-One"]
    assert report.added == 3
    assert [each.reason for each in report.faults] == [
        "new-one has ngo here in row 3; give the same value in both rows"
    ]


async def test_of_twins_of_an_earlier_version_the_one_written_counts(
    site: Site, tmp_path: Path
) -> None:
    await import_file(site, write(tmp_path, "a@x.example;;;;twin;Twin;ngo;SN;;"))
    await import_file(site, write(tmp_path, "b@x.example;;;;other;Other;ngo;SN;;"))
    async with site.database.writing() as session:
        await session.execute(
            update(Organisation)
            .where(Organisation.code == "other")
            .values(code="TWIN", code_key="twin")
        )
    rows = ("c@x.example;;;;TWIN;;;;;", "d@x.example;;;;Twin;;;;;")
    report = await import_file(site, write(tmp_path, *rows))

    async with site.database.reading() as session:
        vocabulary = await vocabularies.load(session)
        context = compiler.Context(vocabulary=vocabulary, today=clock.now().date())
        found = [
            each
            async for each in resolve.members(session, "organisation = twin", context)
        ]
    assert report.added == 2
    assert {each.address: each.organisation for each in found} == {
        "a@x.example": "twin",
        "b@x.example": "TWIN",
        "c@x.example": "TWIN",
        "d@x.example": "twin",
    }


@pytest.mark.parametrize(
    "rule",
    [
        "organisation = icon",
        "kind = ngo and not organisation in (iucn, icon)",
        "segment(wrong) or kind = ngo",
        "wrong",
    ],
)
async def test_a_rule_with_an_unknown_code_is_refused(site: Site, rule: str) -> None:
    async with site.database.writing() as session:
        await save.save(
            session, "right", "organisation = ICOM", by="editor", now=clock.now()
        )
        await save._add_version(
            session, "wrong", "organisation = icon", by="editor", now=clock.now()
        )

    with pytest.raises(
        RuleError, match="no organisation is called 'icon'; did you mean"
    ):
        await count(site, rule)
    assert await count(site, "right") == 1


async def test_a_rule_with_an_unknown_code_is_not_saved(site: Site) -> None:
    with pytest.raises(
        RuleError, match="column 16: no organisation is called 'nowhere'"
    ):
        async with site.database.writing() as session:
            await save.save(
                session, "xx", "organisation = nowhere", by="editor", now=clock.now()
            )
