"""Faults of a store are classified by their codes as temporary or final."""

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from audiences.topics import Topic
from mailer.settings.sections import StoreSettings
from mailer.store import faults
from mailer.store.database import Database, open_database
from tests.house.test_shape import FILES
from tools.checkout import ROOT


async def fault_of(database: Database, statement: str) -> DBAPIError:
    with pytest.raises(DBAPIError) as raised:
        async with database.writing() as session:
            await session.execute(text(statement))
    return raised.value


async def test_a_missing_table_means_another_schema(
    bare_url: str, tmp_path: Path
) -> None:
    database = open_database(StoreSettings(url=bare_url), tmp_path)
    with pytest.raises(DBAPIError) as raised:
        async with database.reading() as session:
            await session.scalar(select(Topic.code))
    await database.close()

    assert faults.store_error(raised.value).code == "store.schema"
    assert not faults.is_temporary(raised.value)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_locked_file_is_temporary(
    empty_store: Database, tmp_path: Path
) -> None:
    settings = StoreSettings(url="sqlite:///bare.db", busy_seconds=0.01)
    other = open_database(settings, tmp_path)
    async with empty_store.writing() as session:
        await session.execute(select(Topic.code))
        raised = await fault_of(other, "select 1")
    await other.close()

    assert faults.is_temporary(raised)


async def test_a_damaged_file_is_final(tmp_path: Path) -> None:
    (tmp_path / "damaged.db").write_bytes(b"no database at all" * 100)
    settings = StoreSettings(url="sqlite:///damaged.db")
    database = open_database(settings, tmp_path)
    raised = await fault_of(database, "select 1")
    await database.close()

    assert not faults.is_temporary(raised)
    assert faults.store_error(raised).code == "store.away"


@pytest.mark.parametrize("store", ["postgresql"])
@pytest.mark.parametrize(
    ("state", "temporary"),
    [
        ("57P01", True),  # an administrator ends the session
        ("53100", True),  # the disk is full
        ("40001", True),  # two transactions conflict
        ("58030", False),  # the disk fails
        ("XX001", False),  # the data are damaged
        ("42P01", False),  # no such table
    ],
)
async def test_a_fault_of_postgresql_is_classified_by_its_sqlstate(
    empty_store: Database, state: str, *, temporary: bool
) -> None:
    """The text of the fault, here in French, does not matter."""
    statement = (
        f"do $$ begin raise exception 'est parti' using errcode = '{state}'; end $$"
    )
    raised = await fault_of(empty_store, statement)

    assert faults.is_temporary(raised) is temporary
    assert str(faults.store_error(raised)).find("est parti") > 0


def test_few_modules_ask_which_store_it_is() -> None:
    asking = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.relative_to(ROOT).parts[0] in {"audiences", "mailer"}
        and "migrations" not in path.parts
        and re.search(r"\bdialect\.name\b", path.read_text(encoding="utf-8"))
    }

    assert asking == {
        *("audiences/store/dialects.py", "mailer/store/database.py"),
        "mailer/maintenance/moving/stores.py",  # has connections, and no Database
        "mailer/maintenance/schema.py",  # as has the upgrade
    }


def test_a_full_disk_beside_the_store_is_no_damage() -> None:
    """`tests/mailer/cli/test_process.py` has it as SQLite says it."""
    orig = sqlite3.OperationalError("disk I/O error")
    orig.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    raised = DBAPIError("select 1", {}, orig)

    assert faults.is_temporary(raised)
    assert not faults.is_damage(raised)
    assert "its disk is full" in str(faults.store_error(raised))


async def test_a_fault_of_either_store_has_no_values(
    bare_url: str, tmp_path: Path
) -> None:
    database = open_database(StoreSettings(url=bare_url), tmp_path)
    with pytest.raises(DBAPIError) as raised:
        async with database.reading() as session:
            await session.scalar(select(Topic.code).where(Topic.code == "a-secret"))
    await database.close()

    assert "a-secret" not in str(raised.value)
    assert "hidden due to hide_parameters" in str(raised.value)
