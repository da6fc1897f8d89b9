"""Faulty rows cost a bounded amount of memory, and hostile cells come in as data."""

import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy import select

from audiences.contacts import Contact
from audiences.intake import stage
from audiences.organisations import Organisation
from mailer.sites.site import Site
from tests.audiences import importing

ROWS = 3_000
FAULTY = {
    "an unknown country": "a{n}@ngo.example;A;;;n-{n};N;ngo;XX;;",
    "a repeated address": "same@ngo.example;A;;;n-1;N;ngo;SN;;",
    "no organisation": "a{n}@ngo.example;A;;;;;;;;",
    "another kind": "a{n}@ngo.example;A;;;n-1;N;natcom;SN;;",
    "a new organisation without a kind": "a{n}@ngo.example;A;;;n-{n};;;SN;;",
}


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("name", FAULTY)
async def test_faults_beyond_the_first_are_only_counted(
    site: Site, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "MAX_FAULTS", 100)
    first = "same@ngo.example;First;;;n-1;N;ngo;SN;;"
    rows = (FAULTY[name].format(n=number) for number in range(2, ROWS + 1))
    path = importing.write(tmp_path, first, *rows)

    report = await importing.import_file(site, path, apply=False, strict=True)

    assert (report.rows, report.valid) == (ROWS, 1)
    assert len(report.faults) == 100


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_memory_does_not_grow_with_faulty_rows(
    site: Site, tmp_path: Path
) -> None:
    peaks = []
    for rows in (11_000, 33_000):
        repeated = (FAULTY["a repeated address"] for _ in range(rows))
        path = importing.write(tmp_path, *repeated)
        tracemalloc.start()
        try:
            await importing.import_file(site, path, apply=False, strict=True)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()

    assert peaks[1] < 1.3 * peaks[0] + 2_000_000


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_very_long_cell_is_a_short_fault(site: Site, tmp_path: Path) -> None:
    columns = range(1, 10)
    rows = [importing.GOOD.split(";") for _ in columns]
    for row, column in zip(rows, columns, strict=True):
        row[0] = f"a{column}@ngo.example"
        row[column] = "x" * 120_000

    path = importing.write(tmp_path, *map(";".join, rows))
    report = await importing.import_file(site, path, strict=True)

    assert len(report.faults) == len(columns)
    for fault in report.faults:
        assert "120000 characters; at most" in fault.reason
        assert len(fault.reason) < 100


VALUES = (
    *("zq9fieldto9qz", "zq9fieldzq9fieldto9qzto9qz", "x9qzx9qz", "zq9field"),
    *("=?utf-8?q?=41?=", "=?UTF-8?B?QQ==?=", "{{ 7*7 }}", "{% raw %}", "{name}"),
    *("<b>&lt</b>", "%(name)s", "${name}", "=1+1", "@SUM(A1)", "-- drop", "a\\u0041"),
)


async def test_marks_and_template_syntax_come_in_as_they_are_typed(
    site: Site, tmp_path: Path
) -> None:
    rows = (
        f"a{n}@ngo.example;{value};;;new-{n};{value};ngo;SN;;"
        for n, value in enumerate(VALUES)
    )

    await importing.import_file(site, importing.write(tmp_path, *rows))

    async with site.database.reading() as session:
        names = await session.execute(
            select(Contact.name, Organisation.name)
            .join(Organisation, Organisation.id == Contact.organisation_id)
            .where(Contact.address.like("a%@ngo.example"))
            .order_by(Contact.id)
        )
    assert [tuple(pair) for pair in names] == [(each, each) for each in VALUES]
