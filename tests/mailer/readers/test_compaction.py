"""The file of opt-outs has suppressions, too, and does not grow without end."""

import asyncio
import json
import stat
import threading
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audiences import suppressions
from audiences.suppressions import Why
from mailer.readers import applying, compaction, optouts
from mailer.readers.optouts import OptOut, Wish
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.web.recording import Recording
from tests.acts.commands import Mailer
from tests.acts.restoring import backed_up, restored
from tools.waiting import eventually

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])

AT = datetime(2027, 5, 4, 10, tzinfo=UTC)
ONE = OptOut(at=AT, kind=Wish.LEAVE, by="page", key=b"reader-1", topic="field-news")
OTHERS = [
    replace(ONE, key=b"reader-2"),
    replace(ONE, topic="consultations"),
    replace(ONE, kind=Wish.STOP, topic=None),
    replace(ONE, topic=None, message=7, epoch=b"1234"),
    replace(ONE, topic=None, message=8, epoch=b"1234"),
    replace(ONE, key=b"", topic=None, message=7),
    replace(ONE, kind=Wish.SUPPRESS, by="operator", topic=None),
]


def lines(root: Path) -> list[bytes]:
    return (root / optouts.FILE).read_bytes().splitlines(keepends=True)


def write(root: Path, *wanted: OptOut) -> None:
    """Append opt-outs that the store has taken."""
    optouts.write_cursor(root, optouts.append(root, wanted))


def test_of_each_reader_kind_and_topic_the_last_line_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "LARGE", 10)
    again = [replace(each, at=AT + timedelta(days=1)) for each in (ONE, *OTHERS)]
    write(tmp_path, ONE, *OTHERS, *again[1:], again[0])
    compaction.compact(tmp_path)

    assert lines(tmp_path) == [each.line() for each in (*again[1:], again[0])]
    assert not optouts.has_pending(tmp_path)
    mode = (tmp_path / optouts.FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_line_that_cannot_be_read_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "LARGE", 10)
    write(tmp_path, ONE, ONE)
    with (tmp_path / optouts.FILE).open("ab") as file:
        file.write(b'damaged\n[]\n{"key": 1}\n{"key": [], "kind": []}\n')
        file.write(b"[" * 9_000 + b"\n" + ONE.line()[:20])
    optouts.write_cursor(tmp_path, (tmp_path / optouts.FILE).stat().st_size)
    compaction.compact(tmp_path)
    optouts.append(tmp_path, [OTHERS[0]])

    assert lines(tmp_path) == [
        *(ONE.line(), b"damaged\n", b"[]\n", b'{"key": 1}\n'),
        *(b'{"key": [], "kind": []}\n', b"[" * 9_000 + b"\n"),
        *(ONE.line()[:20] + b"\n", OTHERS[0].line()),
    ]


def test_what_the_store_has_not_taken_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "LARGE", 10)
    write(tmp_path, ONE, ONE)
    optouts.append(tmp_path, [ONE])
    compaction.compact(tmp_path)

    assert lines(tmp_path) == [ONE.line()] * 3


def test_a_note_on_the_former_file_is_not_taken_for_one_on_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else lines that were never applied could count as applied."""
    monkeypatch.setattr(compaction, "LARGE", 10)
    optouts.append(tmp_path, [ONE] * 3)
    _, end = optouts.pending(tmp_path)
    optouts.write_cursor(tmp_path, end.end)
    compaction.compact(tmp_path)
    optouts.append(tmp_path, [OTHERS[3]] * 5)
    optouts.mark_applied(tmp_path, end)
    waiting, _ = optouts.pending(tmp_path)

    assert waiting == [OTHERS[3]] * 5


def test_opt_outs_written_meanwhile_are_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "LARGE", 10)
    optouts.append(tmp_path, [ONE])

    def append(reader: int) -> None:
        for number in range(100):
            wish = replace(ONE, key=b"%d" % reader, topic=f"topic-{number}")
            optouts.append(tmp_path, [wish])

    threads = [threading.Thread(target=append, args=(each,)) for each in range(3)]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        _, end = optouts.pending(tmp_path)
        optouts.mark_applied(tmp_path, end)
        compaction.compact(tmp_path)
    for each in threads:
        each.join()

    assert len(set(lines(tmp_path))) == 301


@pytest.mark.prove
def test_memory_does_not_grow_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "LARGE", 10)
    monkeypatch.setattr(compaction, "_PART", 1_000_000)
    peaks = []
    for readers in (20_000, 80_000):
        (tmp_path / optouts.FILE).unlink(missing_ok=True)
        wanted = [replace(ONE, key=b"%08d" % number) for number in range(readers)]
        write(tmp_path, *wanted)
        tracemalloc.start()
        compaction.compact(tmp_path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

        assert len(lines(tmp_path)) == readers
    assert peaks[1] < peaks[0] + 80_000 * 16


@on_sqlite
async def test_the_pages_rewrite_a_large_file_when_they_start(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "LARGE", 10)
    optouts.append(site.root, [ONE] * 3)
    recording = Recording(site)
    monkeypatch.setattr("mailer.web.recording.LOOKS", 0.01)
    applying_task = asyncio.create_task(recording.apply_for_ever())

    async def compacted() -> bool:
        return len(lines(site.root)) == 1

    try:
        await eventually(compacted, "the file was not rewritten")
    finally:
        applying_task.cancel()


async def test_a_suppression_after_the_backup_holds_in_the_restored_site(
    site: Site, mailer: Mailer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    archive, _ = await backed_up(site, tmp_path)
    added = await asyncio.to_thread(
        mailer, "suppressions", "add", "a@b.example", "--detail", "phoned"
    )
    (line,) = map(json.loads, lines(site.root))
    new = tmp_path / "new"
    new.mkdir()
    (new / optouts.FILE).write_bytes((site.root / optouts.FILE).read_bytes())
    config = await restored(site, archive, new, request)
    async with open_site(config) as other:
        await applying.apply_pending(other)
        async with other.database.reading() as session:
            found = [each.reason for each, _ in await suppressions.listed(session)]

    assert added.code == 0
    assert (line["kind"], line["by"]) == ("suppress", "operator")
    assert "phoned" not in str(line)
    assert found == [Why.OPERATOR]
