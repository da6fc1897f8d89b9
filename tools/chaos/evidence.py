"""What is left after a run, read without the product: rows, events, the sink's account.

The SQL is this file's own and plain; the product is asked for two things only, its
report (to hold it against a recount) and the Message-ID of each row.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from tools.chaos import grounds
from tools.chaos.account import Entry
from tools.chaos.grounds import Ground

MESSAGES = """
select m.id, c.address, m.state, m.reason, m.attempts, m.due_at, m.marked_at,
       m.settled_at, w.alive_until, m.language
from message m join contact c on c.id = m.contact_id
left join worker w on w.id = m.worker_id where m.campaign_id = {campaign}
"""
EVENTS = """
select e.message_number, e.at, e.state from message_event e
join message m on m.id = e.message_number where m.campaign_id = {campaign} order by e.id
"""
RELEASES = """
select count(*) from campaign_event where campaign_id = {campaign} and act = 'released'
"""
SLOTS = "select series_id, slot, count(*) from occurrence group by series_id, slot"
MOVES = """
select distinct v.before, v.after from moved v
join message m on m.id = v.message_id where m.campaign_id = {campaign}
"""
STATE = "select state, expires_at from campaign where id = {campaign}"
IN_TRANSACTION = """
select pid from pg_stat_activity where datname = current_database()
and pid <> pg_backend_pid() and xact_start is not null
"""
OPEN = ("waiting", "marked", "deferred", "uncertain")
COUNT = """
select count(*) from message where campaign_id = {campaign} and state in ({states})
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the ledger."""

    id: int
    address: str
    state: str
    reason: str | None
    attempts: int
    due_at: datetime | None
    marked_at: datetime | None
    settled_at: datetime | None
    alive_until: datetime | None  # of the worker that holds it
    language: str | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything the invariants look at, of one campaign."""

    campaign: int
    state: str
    audience: frozenset[str]
    rows: tuple[Row, ...]
    events: Mapping[int, tuple[str, ...]]  # row → the states noted, in order
    message_ids: Mapping[str, int]  # Message-ID → row
    copies: tuple[Entry, ...]
    violations: tuple[str, ...]
    moves: frozenset[tuple[str, str]]  # of any row: its state before, and after
    report: Mapping[str, Any]
    releases: int
    slots: Mapping[str, int]  # occurrence → rows
    acts: tuple[tuple[str, str, float], ...]
    faults: tuple[str, ...]  # of the store's own check
    read_at: datetime
    idle: bool = True  # a worker ended because nothing was due
    audit: int | None = None  # exit code of its verification, where there is one
    extra: Mapping[str, Any] = field(default_factory=dict)


Ask = Any


@contextmanager
def store(ground: Ground) -> Iterator[Ask]:
    """Open the store for reading, beside the product."""
    if ground.store:
        with psycopg.connect(ground.store, autocommit=True) as connection:
            yield lambda query: connection.execute(query.encode()).fetchall()
        return
    path = f"file:{ground.folder / 'mailer.db'}"
    with closing(sqlite3.connect(path, uri=True, timeout=30)) as connection:
        yield lambda query: connection.execute(query).fetchall()


def open_rows(ground: Ground, campaign: int, *states: str) -> int:
    """Count the rows in some states, or that have no final state yet."""
    named = ", ".join(f"'{state}'" for state in states or OPEN)
    with store(ground) as ask:
        return int(ask(COUNT.format(campaign=campaign, states=named))[0][0])


def at_rest(ground: Ground) -> bool:
    """Whether no transaction is open that writes."""
    with store(ground) as ask:
        if ground.store:
            return not ask(IN_TRANSACTION)
        try:
            ask("pragma busy_timeout = 100")
            ask("begin immediate")
        except sqlite3.OperationalError:
            return False
        ask("rollback")
        return True


def collect(ground: Ground, campaign: int, *, idle: bool = True) -> Evidence:
    """Read everything about one campaign."""
    report = ground.report(campaign)
    numbers = _message_ids(ground, campaign)
    noted = ground.sink.entries()
    with store(ground) as ask:
        rows = tuple(_row(each) for each in ask(MESSAGES.format(campaign=campaign)))
        events: dict[int, list[str]] = defaultdict(list)
        for number, _, state in ask(EVENTS.format(campaign=campaign)):
            events[number].append(state)
        check = (
            [] if ground.store else [row[0] for row in ask("pragma integrity_check")]
        )
        return Evidence(
            campaign=campaign,
            state=ask(STATE.format(campaign=campaign))[0][0],
            audience=frozenset(grounds.addresses(ground.readers)),
            rows=rows,
            events={number: tuple(states) for number, states in events.items()},
            message_ids=numbers,
            copies=tuple(each for each in noted if each.kind == "accepted"),
            violations=tuple(each.detail for each in noted if each.kind == "violation"),
            moves=frozenset(
                (before, after)
                for before, after in ask(MOVES.format(campaign=campaign))
            ),
            report=report,
            releases=ask(RELEASES.format(campaign=campaign))[0][0],
            slots={f"{series} {slot}": count for series, slot, count in ask(SLOTS)},
            acts=tuple(ground.acts),
            faults=tuple(each for each in check if each != "ok"),
            read_at=datetime.now(UTC),
            idle=idle,
        )


def _message_ids(ground: Ground, campaign: int) -> dict[str, int]:
    said = ground.command(
        "messages", "list", "--campaign", str(campaign), "--json-lines"
    )
    listed = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return {each["message_id"]: each["id"] for each in listed}


def _row(values: tuple[Any, ...]) -> Row:
    number, address, state, reason, attempts, *moments, language = values
    due_at, marked_at, settled_at, alive_until = (_instant(each) for each in moments)
    return Row(
        id=number,
        address=address,
        state=state,
        reason=reason,
        attempts=attempts,
        due_at=due_at,
        marked_at=marked_at,
        settled_at=settled_at,
        alive_until=alive_until,
        language=language,
    )


def _instant(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
