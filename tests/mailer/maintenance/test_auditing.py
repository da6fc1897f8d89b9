"""The verification finds every change of the record, and says at which row."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from audiences.record import chain, writing
from mailer.maintenance import audit_rows
from mailer.maintenance.auditing import AuditResult
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import anchors
from mailer.store.anchors import Anchor

NOW = datetime(2027, 5, 4, 8, tzinfo=UTC)
ROWS = 40  # that `recorded` adds
TAMPERINGS = 100
QUOTED = 'a "quoted" \\ name — é\u2028'
Store = sqlite3.Connection
Tamper = Callable[[Store, int], int | None]  # → a row that is named


async def recorded(site: Site) -> None:
    """Record acts of every form, and an erasure."""
    for number in range(ROWS - 1):
        person = f"contact {number % 5}"
        async with site.database.writing() as session:
            writing.note(
                session,
                "edited",
                person if number % 3 else f"topic {number} {QUOTED}",
                by="editor",
                at=NOW + timedelta(minutes=number),
                detail={"number": number},
                personal={"name": [number, QUOTED]} if number % 3 else None,
            )
    async with site.database.writing() as session:
        await writing.erase(session, "contact 1", by="editor", at=NOW)


def copied(folder: Path, to: Path) -> None:
    """Copy the files of a site that a verification reads."""
    shutil.copytree(folder / "secrets", to / "secrets", dirs_exist_ok=True)
    for name in ("config.toml", "mailer.db", anchors.FILE):
        shutil.copy(folder / name, to / name)


@pytest.fixture(scope="module")
def kept(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a SQLite site whose record is anchored."""
    folder = tmp_path_factory.mktemp("kept")
    copied(founded, folder)

    async def fill() -> None:
        async with open_site(folder / "config.toml") as site:
            await recorded(site)

    asyncio.run(fill())
    return folder


def changed_column(store: Store, row: int) -> int:
    store.execute("UPDATE record SET by = 'another' WHERE number = ?", (row,))
    return row


def changed_body(store: Store, row: int) -> int:
    store.execute(
        "UPDATE record SET body = replace(body, 'e', 'E') WHERE number = ?", (row,)
    )
    return row


def changed_digest(store: Store, row: int) -> int:
    store.execute("UPDATE record SET digest = zeroblob(32) WHERE number = ?", (row,))
    return row


def emptied_body(store: Store, row: int) -> int:
    store.execute(
        "UPDATE record SET body = x'ff00', digest = 7 WHERE number = ?", (row,)
    )
    return row


def removed(store: Store, row: int) -> int:
    store.execute("DELETE FROM record WHERE number = ?", (row,))
    return row


def removed_end(store: Store, row: int) -> int:
    store.execute("DELETE FROM record_personal WHERE number >= ?", (row,))
    store.execute("DELETE FROM record WHERE number >= ?", (row,))
    return row


def closed_up(store: Store, row: int) -> int:
    """Remove a row, and give those after it its number."""
    store.execute("DELETE FROM record WHERE number = ?", (row,))
    store.execute("UPDATE record SET number = number - 1 WHERE number > ?", (row,))
    return row


def exchanged(store: Store, row: int) -> int:
    """Exchange a row with the one before it."""
    for before, after in ((row, -1), (row - 1, row), (-1, row - 1)):
        store.execute("UPDATE record SET number = ? WHERE number = ?", (after, before))
    return row - 1


def put_in(store: Store, row: int) -> int:
    """Make room for a row, and put a copy of the one before it there."""
    store.execute(
        "UPDATE record SET number = -number - 1 WHERE number >= ?",
        (row,),
    )
    store.execute("UPDATE record SET number = -number WHERE number < 0")
    store.execute(
        "INSERT INTO record SELECT ?, at, by, about, body, digest FROM record"
        " WHERE number = ?",
        (row, row - 1),
    )
    return row


def written_again(store: Store, row: int) -> int | None:
    """Change a row, and chain it and all that follow, as whoever knows the form can."""
    before = store.execute(
        "SELECT digest FROM record WHERE number = ?", (row - 1,)
    ).fetchone()[0]
    rest = store.execute(
        "SELECT number, body FROM record WHERE number >= ? ORDER BY number", (row,)
    ).fetchall()
    for number, body in rest:
        said = body.replace('"edited"', '"added"') if number == row else body
        before = chain.digest(before, said)
        store.execute(
            "UPDATE record SET body = ?, digest = ? WHERE number = ?",
            (said, before, number),
        )
    return None  # at the next anchor


def changed_part(store: Store, row: int) -> int | None:
    found = store.execute(
        "UPDATE record_personal SET body = '{\"name\":1}' WHERE number >= ?"
        " RETURNING number",
        (row,),
    ).fetchall()
    return min((number for (number,) in found), default=None)


def removed_part(store: Store, row: int) -> int | None:
    store.execute("DELETE FROM record_personal WHERE number >= ?", (row,))
    return None


def changed_key(store: Store, row: int) -> int | None:
    del row
    store.execute("UPDATE record_person SET key = zeroblob(32)")
    return None


TAMPERS: tuple[Tamper, ...] = (
    *(changed_column, changed_body, changed_digest, emptied_body),
    *(removed, removed_end, closed_up, exchanged, put_in, written_again),
    *(changed_part, removed_part, changed_key),
)


def spoilt(kept: Path, place: Path, tamper: Tamper, row: int) -> int | None:
    """Copy a site and change its record; return the first row that is wrong."""
    copied(kept, place)
    with closing(sqlite3.connect(place / "mailer.db")) as store:
        for (name,) in store.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            store.execute(f"DROP TRIGGER {name}")
        wrong = tamper(store, row)
        store.commit()
    return wrong


async def tampered(kept: Path, place: Path, tamper: Tamper, row: int) -> AuditResult:
    """Verify a copy of the record after a change that no trigger hinders."""
    expected = await asyncio.to_thread(spoilt, kept, place, tamper, row)
    async with open_site(place / "config.toml") as site:
        result = await audit_rows.verify(site)
    assert result.faults, (tamper, row)
    assert expected is None or expected in {each.row for each in result.found}
    return result


async def test_the_record_is_whole_before_anything_is_changed(kept: Path) -> None:
    async with open_site(kept / "config.toml") as site:
        result = await audit_rows.verify(site)

    assert (result.faults, result.found) == (0, [])
    assert result.rows > ROWS
    assert result.anchors >= 1
    assert result.erased > 0


@settings(
    max_examples=TAMPERINGS,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(tamper=st.sampled_from(TAMPERS), row=st.integers(12, ROWS))
async def test_each_of_a_hundred_tamperings_is_found_at_its_row(
    kept: Path, tmp_path: Path, tamper: Tamper, row: int
) -> None:
    await tampered(kept, tmp_path, tamper, row)


@pytest.mark.parametrize("tamper", TAMPERS)
async def test_each_tampering_is_found(
    kept: Path, tmp_path: Path, tamper: Tamper
) -> None:
    await tampered(kept, tmp_path, tamper, ROWS // 2)


async def test_a_cut_off_end_is_found_by_the_anchor_alone(
    kept: Path, tmp_path: Path
) -> None:
    result = await tampered(kept, tmp_path, removed_end, ROWS)
    assert "its end was removed" in result.found[0].sentence

    (tmp_path / anchors.FILE).unlink()
    async with open_site(tmp_path / "config.toml") as site:
        without = await audit_rows.verify(site)
    assert not [each for each in without.found if "end" in each.sentence]


def test_a_line_that_is_no_anchor_is_a_fault(tmp_path: Path) -> None:
    end = writing.ChainEnd(number=1, digest=bytes(32))
    made = anchors.append(tmp_path, end, now=NOW)
    with (tmp_path / anchors.FILE).open("ab") as file:
        file.write(b'{"number":-1}\n[[[\n{"number":2,"digest":"0')
    anchors.append(tmp_path, end, now=NOW)

    assert anchors.read(tmp_path) == ([made, made], [2, 3, 4])
    assert anchors.is_last(tmp_path, end)


def test_an_anchor_in_place_of_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").touch()
    (tmp_path / anchors.FILE).symlink_to(tmp_path / "elsewhere")
    end = writing.ChainEnd(number=1, digest=bytes(32))
    with pytest.raises(Exception, match="could not be anchored"):
        anchors.append(tmp_path, end, now=NOW)

    assert (tmp_path / "elsewhere").read_bytes() == b""


async def test_the_record_on_the_store_of_the_test_is_verified(site: Site) -> None:
    await recorded(site)
    whole = await audit_rows.verify(site)
    anchors.append(
        site.root,
        writing.ChainEnd(number=whole.rows + 2, digest=whole.end),
        now=NOW,
    )
    cut = await audit_rows.verify(site)

    assert (whole.faults, whole.erased) == (0, 5)
    assert [each.row for each in cut.found] == [whole.rows + 1]


async def test_a_changed_row_is_found_on_the_store_of_the_test(site: Site) -> None:
    await recorded(site)
    trigger = "record_no_rows ON record"
    if site.database.is_sqlite:
        trigger = "record_no_update"
    async with site.database.writing() as session:
        await session.execute(text(f"DROP TRIGGER {trigger}"))
        await session.execute(text("UPDATE record SET by = 'x' WHERE number = 15"))
    found = await audit_rows.verify(site)

    assert [each.row for each in found.found] == [15]


def test_an_anchor_says_what_its_line_says() -> None:
    made = Anchor(number=7, digest=b"\x01" * 32, at=chain.instant(NOW))
    line = made.line()

    assert line.endswith(b"\n")
    assert anchors._read(line) == made
