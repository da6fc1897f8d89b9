"""Reads the rows of the record for a verification, in one snapshot of the store.

It uses the drivers: a million rows take seconds, and through the ORM a minute.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import psycopg

from audiences.record import writing
from mailer.errors import RefusedError, StoreError, counted
from mailer.maintenance.auditing import Auditor, AuditResult, Row
from mailer.sites.site import Site
from mailer.store import anchors
from mailer.store.anchors import Anchor

BLOCK = 5_000  # rows that are fetched at once
_QUERY = (
    "SELECT r.number, {at}, {by}, {about}, {body}, r.digest, {part}, k.key"
    " FROM record r LEFT JOIN record_personal p ON p.number = r.number"
    " LEFT JOIN record_person k ON k.name = p.person ORDER BY r.number"
)
_ORPHANS = (
    "SELECT number FROM record_personal p WHERE NOT EXISTS"
    " (SELECT 1 FROM record r WHERE r.number = p.number) ORDER BY number LIMIT 20"
)
_CUT = "SELECT through, digest FROM record_cut ORDER BY through DESC LIMIT 1"
_TOLD = "SELECT number, body FROM record WHERE about = 'record' ORDER BY number"
Read = tuple[list[Anchor], list[int]]  # as anchors.read returns them
_COLUMNS = {"at": "r.at", "by": "r.by", "about": "r.about", "body": "r.body"}


async def verify(site: Site) -> AuditResult:
    """Verify the record of a site against itself and its anchors.

    Raises StoreError if the store cannot be read.
    """
    return await asyncio.to_thread(_verify, site)


def _verify(site: Site) -> AuditResult:
    read = anchors.read(site.root)  # first: the record may grow meanwhile
    url = site.settings.store.url
    try:
        if site.database.is_sqlite:
            path = site.root / url.partition(":///")[2]
            return _of_sqlite(read, path)
        return _of_server(read, url)
    except (sqlite3.Error, psycopg.Error) as fault:
        reason = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise StoreError(f"the record cannot be read: {reason}") from None


def _query(form: str) -> str:
    columns = {**_COLUMNS, "part": "p.body"}
    return _QUERY.format(**{each: form.format(columns[each]) for each in columns})


def _auditor(read: Read, cut: list[Row], told: list[Row]) -> Auditor:
    ends = [
        writing.ChainEnd(
            number=number, digest=digest if isinstance(digest, bytes) else b""
        )
        for number, digest in cut
    ]
    rows = [(number, body) for number, body in told]
    return Auditor(*read, cut=ends[0] if ends else None, told=rows)


def _of_sqlite(read: Read, path: Path) -> AuditResult:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as store:
        store.execute("BEGIN")
        cut, told = (store.execute(each).fetchall() for each in (_CUT, _TOLD))
        auditor = _auditor(read, cut, told)
        cursor = store.execute(_query("CAST({} AS BLOB)"))
        cursor.arraysize = BLOCK
        result = auditor.verify(cursor)
        _say_orphans(result, store.execute(_ORPHANS).fetchall())
    return result


def _of_server(read: Read, url: str) -> AuditResult:
    with psycopg.connect(url) as server:
        server.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        server.read_only = True
        cut, told = (server.execute(each).fetchall() for each in (_CUT, _TOLD))
        auditor = _auditor(read, cut, told)
        with server.cursor(name="record", binary=True) as cursor:
            cursor.execute(_query("convert_to({}, 'UTF8')").encode())
            result = auditor.verify(_fetched(cursor))
        _say_orphans(result, server.execute(_ORPHANS).fetchall())
    return result


def _fetched(cursor: psycopg.ServerCursor[Row]) -> Iterator[Row]:
    while rows := cursor.fetchmany(BLOCK):
        yield from rows


def _say_orphans(result: AuditResult, rows: list[tuple[int]]) -> None:
    for (number,) in rows:
        sentence = f"a personal part of row {number} is there, but the row is not"
        result.say(number, sentence)


async def anchor(site: Site, *, now: datetime) -> Anchor:
    """Append where the record ends to the file of anchors.

    Raises RefusedError if the record is faulty up to its end or empty.
    """
    result = await verify(site)
    if result.faults:
        first = result.first_fault
        said = "" if first is None else f": {first.sentence}"
        faults = counted(result.faults, "fault")
        raise RefusedError(
            f"the record has {faults}, and was not anchored{said}",
            code="record.faulty",
        )
    if result.rows == 0:
        raise RefusedError("nothing is recorded yet, so there is no end to anchor")
    end = writing.ChainEnd(number=result.last, digest=result.end)
    return await asyncio.to_thread(anchors.append, site.root, end, now=now)
