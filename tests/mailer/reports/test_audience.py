"""The audience of a campaign: who and why, who is left out, who joined and left."""

import csv
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, event, update

from audiences import contacts, suppressions
from audiences.contacts import Contact
from audiences.suppressions import Suppression, Why
from mailer import clock
from mailer.outbox import release
from mailer.reports import audience
from mailer.reports.audience import AudienceRow
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import Mailer

ED, SC = "focal-point@ed.sector.example", "focal-point@sc.sector.example"
KEYS = {"address", "organisation", "kind", "language", "variant", "why"}
on_sqlite = pytest.mark.parametrize("store", ["sqlite"])


async def listed(site: Site, number: int) -> dict[str, AudienceRow]:
    async with site.database.reading() as session:
        found = await audience.audience(session, site, number, now=clock.now())
        pages = [page async for page in found.pages(session)]
    rows = [row for page in pages for row in page]
    assert len({row.address for row in rows}) == len(rows)
    return {row.address: row for row in rows}


async def suppress(site: Site, address: str) -> None:
    async with site.database.writing() as session:
        contact = await contacts.find(session, address, key=site.address_key)
        key = contact.address_key
        await suppressions.suppress(session, key, Why.ASKED, now=clock.now())


async def test_each_contact_has_a_reason_before_and_after_the_release(
    site: Site, tmp_path: Path
) -> None:
    await suppress(site, SC)
    number = await campaigning.approved(site, tmp_path)
    before = await listed(site, number)
    await release.release(site, number, by="editor", now=clock.now())
    after = await listed(site, number)

    assert before == after
    assert len(before) == 10
    assert (before[SC].left_out, before[SC].language) == ("suppressed", "")
    assert (before[ED].left_out, before[ED].language) == ("", "en")
    assert all(bool(row.why) != bool(row.left_out) for row in before.values())


async def test_who_joined_and_left_since_the_last_letter_is_named(
    site: Site, tmp_path: Path
) -> None:
    await suppress(site, SC)
    first = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        await session.execute(delete(Suppression))
    await suppress(site, ED)
    narrow = campaigning.SECTORS.replace("kind = sector", "desk in (ED, SC)")
    path = campaigning.write(tmp_path, audience=narrow)
    rows = await listed(site, await campaigning.add(site, path))

    assert all(row.since_last == "" for row in (await listed(site, first)).values())
    assert rows[SC].since_last == "joined"
    assert (rows[ED].since_last, rows[ED].left_out) == ("left", "suppressed")
    others = {row.left_out for row in rows.values() if row.address not in {ED, SC}}
    assert (len(rows), others) == (10, {"not_picked"})


@pytest.mark.prove
@on_sqlite
async def test_a_file_has_every_row_and_no_cell_is_a_formula(
    site: Site, tmp_path: Path
) -> None:
    async with site.database.writing() as session:
        contact = await contacts.find(session, ED, key=site.address_key)
        await session.execute(
            update(Contact)
            .where(Contact.id == contact.id)
            .values(name='=HYPERLINK("http://a.example")')
        )
    number = await campaigning.add(site, campaigning.write(tmp_path))
    for form in ("csv", "xlsx"):
        out = ("--format", form, "--out", str(tmp_path / f"list.{form}"))
        words = ("campaigns", "audience", str(number), *out)
        assert await (await delivering.process(site, *words)).wait() == 0
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        of_csv = list(csv.reader(file))
    book = CalamineWorkbook.from_path(str(tmp_path / "list.xlsx"))
    of_xlsx = book.get_sheet_by_index(0).to_python()

    assert of_csv == of_xlsx
    assert (len(of_csv), tuple(of_csv[0])) == (11, audience.COLUMNS)
    assert of_csv[1][1] == '\'=HYPERLINK("http://a.example")'


@on_sqlite
def test_the_command_prints_lines_and_explains_one_address(
    mailer: Mailer, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    toml = (path / "campaign.toml").read_text(encoding="utf-8")
    rule = '\n[blocks.opening]\nfor = "desk = SC"\n'
    (path / "campaign.toml").write_text(toml + rule, encoding="utf-8")
    mailer("campaigns", "import", str(path), "--by", "editor")
    rows = mailer("campaigns", "audience", "1", "--json-lines").lines
    out = mailer("campaigns", "audience", "1", "--only", "left-out", "--json-lines")
    found = mailer("campaigns", "explain", "1", ED, "--json").json
    unknown = mailer("campaigns", "explain", "1", "none@nowhere.example")

    assert (len(rows), out.lines) == (10, [])
    assert all(set(row) >= KEYS for row in rows)
    assert found["in"] is True
    assert (found["language"], found["step"]) == ("en", "campaign")
    assert found["blocks"] == [
        {"block": "opening", "type": "opening", "shown": False, "rule": "desk = SC"}
    ]
    assert (unknown.code, "no contact has the address" in unknown.err) == (1, True)


@on_sqlite
async def test_a_page_of_a_sent_letter_is_found_from_the_numbers_of_its_contacts(
    site: Site, tmp_path: Path
) -> None:
    """By the campaign, each page would read all of its messages."""
    number = await campaigning.released(site, tmp_path)
    asked: list[tuple[str, Any]] = []
    event.listen(
        site.database.engine.sync_engine,
        "before_cursor_execute",
        lambda *given: asked.append((given[2], given[3])),
    )
    await listed(site, number)
    (paged,) = [each for each in asked if "FROM message JOIN contact" in each[0]]
    async with site.database.reading() as session:
        connection = await session.connection()
        plan = await connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {paged[0]}", paged[1]
        )
        steps = [str(row) for row in plan]

    assert any("(contact_id=? AND campaign_id=?)" in step for step in steps), steps
