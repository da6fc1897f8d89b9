"""Old rows of the record are cut off at an anchor, and the rest verifies."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from audiences.record import chain, cutting, writing
from audiences.record.models import RecordCut, RecordPerson, RecordPersonal, RecordRow
from mailer import clock
from mailer.maintenance import audit_rows
from mailer.maintenance.retention import record_rows
from mailer.processes import chores
from mailer.settings.sections import Settings, StoreSettings
from mailer.sites.site import Site
from mailer.store import anchors
from mailer.store.anchors import FILE
from tests.acts.commands import Mailer

MONTH = timedelta(days=30)
DAYS, ROWS = 400, 30
LATER = (ROWS - 1) * MONTH  # after which the last row is recorded
LEFT = 14  # of these rows


def kept_for(site: Site, days: float) -> Site:
    values = site.settings.model_dump(by_alias=True)
    values["store"] = values["store"] | {"record_days": days}
    return replace(site, settings=Settings.model_validate(values))


async def note(site: Site, number: int, at: datetime) -> None:
    """Record an act on a person, and anchor it."""
    async with site.database.writing() as session:
        said = {"name": [None, f"Awa {number}"]}
        about = f"contact {900_000 + number}"
        writing.note(session, "edited", about, by="editor", at=at, personal=said)
    async with site.database.reading() as session:
        anchors.append(site.root, await writing.end(session), now=at)


async def aged(site: Site) -> datetime:
    """Let the record have a row of each month; return the instant of the last one."""
    begin = clock.now()
    for number in range(ROWS):
        await note(site, number, begin + number * MONTH)
    return begin + LATER


async def numbers(site: Site) -> tuple[int, int, int]:
    """Return how many rows, personal parts and keys the record has."""
    async with site.database.reading() as session:
        found = [
            await session.scalar(select(func.count()).select_from(each)) or 0
            for each in (RecordRow, RecordPersonal, RecordPerson)
        ]
    return found[0], found[1], found[2]


async def forge(site: Site, *statements: str) -> None:
    """Change the store as somebody who may remove its triggers."""
    names = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    drop = "DROP TRIGGER {0}"
    if not site.database.is_sqlite:
        names = (
            "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal"
        )
        drop += " ON {1}"
    async with site.database.writing() as session:
        for found in (await session.execute(text(names))).all():
            await session.execute(text(drop.format(*found)))
        for each in statements:
            await session.execute(text(each))


async def test_rows_are_cut_off_and_the_record_says_when_and_by_whom(
    site: Site, mailer: Mailer
) -> None:
    now = await aged(site)
    rows, _, _ = await numbers(site)
    for_ever = await record_rows.cut_due(site, now)
    cut = await record_rows.cut_due(kept_for(site, DAYS), now)
    again = await record_rows.cut_due(kept_for(site, DAYS), now)
    result = await audit_rows.verify(site)
    shown = await asyncio.to_thread(mailer, "audit", "verify")
    printed = await asyncio.to_thread(mailer, "audit", "verify", "--json")

    assert (for_ever, cut, again) == (0, rows - LEFT, 0)
    assert await numbers(site) == (LEFT + 1, LEFT, LEFT)
    assert (result.faults, result.rows, result.last) == (0, LEFT + 1, rows + 1)
    assert [(each.row, each.through, each.by) for each in result.cuts] == [
        (rows + 1, rows - LEFT, "retention")
    ]
    assert f"rows 1 to {rows - LEFT} were cut off" in shown.err
    assert printed.json["cuts"][0]["through"] == rows - LEFT
    assert printed.json["cut_anchors"] > 0
    end = await audit_rows.anchor(site, now=now)
    assert end.number == rows + 1


async def test_a_record_that_was_cut_goes_on_and_is_cut_again_a_month_later(
    site: Site,
) -> None:
    bounded, now = kept_for(site, DAYS), await aged(site)
    await record_rows.cut_due(bounded, now)
    early = await record_rows.cut_due(bounded, now + timedelta(days=29))
    await note(site, ROWS, now + MONTH)
    later = await record_rows.cut_due(bounded, now + 3 * MONTH)
    result = await audit_rows.verify(site)

    assert (early, later) == (0, 3)
    assert (result.faults, len(result.cuts)) == (0, 2)


async def test_blocks_are_cut_one_by_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_rows, "BLOCK", 4)
    now = await aged(site)
    rows, _, _ = await numbers(site)
    cut = await record_rows.cut_due(kept_for(site, DAYS), now)
    result = await audit_rows.verify(site)

    assert cut == rows - LEFT
    assert (result.faults, len(result.cuts) > 1) == (0, True)


async def test_a_cut_that_is_interrupted_is_done_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of the file is there already, the rows are, too."""
    bounded, now = kept_for(site, DAYS), await aged(site)

    async def ended(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(cutting, "cut", ended)
        with pytest.raises(KeyboardInterrupt):
            await record_rows.cut_due(bounded, now)
    between = await audit_rows.verify(site)

    assert between.faults == 0
    assert await record_rows.cut_due(bounded, now) > 0
    assert (await audit_rows.verify(site)).faults == 0


async def test_a_faulty_record_is_not_cut(site: Site) -> None:
    now = await aged(site)
    await forge(site, "UPDATE record SET by = 'x' WHERE number = 2")

    assert await record_rows.cut_due(kept_for(site, DAYS), now) == 0
    assert (await audit_rows.verify(site)).found[0].row == 2


@pytest.mark.parametrize("told", ["nowhere", "in a row", "of other rows"])
async def test_rows_that_somebody_else_cuts_off_are_missed(
    site: Site, told: str
) -> None:
    """They may write a row of a cut, but no line of the file of anchors."""
    await aged(site)
    rows, _, _ = await numbers(site)
    through = rows - 5
    async with site.database.reading() as session:
        row = await session.get_one(RecordRow, through)
        digest = row.digest
    await forge(
        site,
        f"DELETE FROM record_personal WHERE number <= {through}",  # noqa: S608 (a number)
        f"DELETE FROM record WHERE number <= {through}",  # noqa: S608 (a number)
    )
    async with site.database.writing() as session:
        session.add(RecordCut(through=through, digest=digest))
        detail = {"through": through, "digest": digest.hex(), "days": DAYS}
        if told == "of other rows":
            detail["through"] = 1
        if told != "nowhere":
            writing.note(
                session, "cut", "record", by="retention", at=clock.now(), detail=detail
            )
    result = await audit_rows.verify(site)

    assert [each.row for each in result.found] == [through]
    assert f"rows 1 to {through} are missing" in result.found[0].sentence


async def test_a_cut_whose_digest_was_changed_is_found(site: Site) -> None:
    bounded, now = kept_for(site, DAYS), await aged(site)
    await record_rows.cut_due(bounded, now)
    await forge(
        site,
        "UPDATE record_cut SET digest = (SELECT digest FROM record"
        " ORDER BY number LIMIT 1)",
    )

    assert (await audit_rows.verify(site)).faults >= 2


async def test_a_file_that_was_begun_after_the_cut_has_no_line_of_it(
    site: Site,
) -> None:
    """As after a restore on another machine."""
    bounded, now = kept_for(site, DAYS), await aged(site)
    await record_rows.cut_due(bounded, now)
    (site.root / FILE).unlink()
    await note(site, ROWS, now)

    assert (await audit_rows.verify(site)).faults == 0


async def test_the_store_refuses_other_deletions(site: Site) -> None:
    bounded, now = kept_for(site, DAYS), await aged(site)
    await record_rows.cut_due(bounded, now)
    for statement in (
        "DELETE FROM record",
        "UPDATE record_cut SET through = 999",
        "DELETE FROM record_cut",
    ):
        with pytest.raises(DBAPIError, match="only added"):
            async with site.database.writing() as session:
                await session.execute(text(statement))


async def test_the_chores_cut_once_a_day(site: Site) -> None:
    now = await aged(site)
    await chores.forget_old(kept_for(site, DAYS), now)

    assert len((await audit_rows.verify(site)).cuts) == 1


def test_a_line_of_a_cut_is_an_anchor(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("anchors")
    end = writing.ChainEnd(number=7, digest=b"\x01" * 32)
    made = anchors.append(root, end, now=clock.now(), cut=True)

    assert json.loads((root / FILE).read_bytes())["cut"] is True
    assert anchors.read(root) == ([made], [])
    assert chain.instant(clock.now()) >= made.at


@pytest.mark.parametrize("days", [1, 364.9, -1, 1e9])
def test_a_time_that_is_too_short_is_refused(days: float) -> None:
    with pytest.raises(ValueError, match="365 to 36500 days, or 0"):
        StoreSettings(record_days=days)
