"""A ledger with messages in every state, with every worker, due or not.

What an act should make of it is written as a rule over its rows, so that a test sees
what changed that should not have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from mailer.outbox import lease
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message, MessageEvent
from mailer.sites.site import Site
from tests.acts import campaigning

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(hours=3), NOW + timedelta(hours=3)
LONG_AGO = NOW - timedelta(days=1)
ATTEMPTS = 3
BEFORE = {
    "reason": "before",
    "reply": "250 before",
    "attempts": ATTEMPTS,
    "marked_at": LONG_AGO,
    "settled_at": LONG_AGO,
}
WAITING = (MessageState.WAITING, MessageState.DEFERRED, MessageState.UNCERTAIN)
READERS = "kind = natcom and sub(monthly-letter)"  # a hundred and ninety-four


@dataclass(frozen=True, kw_only=True)
class Row:
    """What acts may change of one message."""

    id: int
    campaign_id: int
    state: str
    reason: str | None
    reply: str | None
    attempts: int
    due_at: datetime | None
    worker_id: int | None
    marked_at: datetime | None
    settled_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The rows before an act, and the workers some of them are with."""

    site: Site
    rows: list[Row]
    mine: int
    other: int

    @property
    def asked(self) -> list[int]:
        """Half of the messages: those an act is asked for."""
        return [row.id for row in self.rows if row.id % 2]


async def every(site: Site, place: Path, *, campaigns: int = 1) -> Ledger:
    """Release campaigns; put a message of each into every state, wait and hand."""
    async with site.database.writing() as session:
        mine = await lease.begin(session, lease=timedelta(hours=1), now=NOW)
        other = await lease.begin(session, lease=timedelta(hours=1), now=NOW)
    hands = (mine, other, None)
    kinds = [
        *product(MessageState, hands, (NOW, None)),
        *product(WAITING, hands, (LATER,)),
    ]
    for _ in range(campaigns):
        number = await campaigning.released(site, place, audience=READERS)
        ids = [row.id for row in await rows(site) if row.campaign_id == number]
        assert len(ids) >= 2 * len(kinds)
        values = [
            {"id": each, "state": state, "worker_id": worker, "due_at": due} | BEFORE
            for position, each in enumerate(ids)
            for state, worker, due in [kinds[position // 2 % len(kinds)]]
        ]
        async with site.database.writing() as session:
            await session.execute(update(Message), values)
    return Ledger(site=site, rows=await rows(site), mine=mine, other=other)


async def rows(site: Site) -> list[Row]:
    """Return every message."""
    names = [field.name for field in fields(Row)]
    columns = [getattr(Message, name) for name in names]
    async with site.database.reading() as session:
        found = await session.execute(select(*columns).order_by(Message.id))
        return [Row(**dict(zip(names, row, strict=True))) for row in found]


async def events(site: Site) -> list[tuple[int, datetime, str, str | None]]:
    """Return every line of the messages' records: message, when, state, detail."""
    async with site.database.reading() as session:
        found = await session.execute(
            select(
                MessageEvent.message_number,
                MessageEvent.at,
                MessageEvent.state,
                MessageEvent.detail,
            ).order_by(MessageEvent.message_number, MessageEvent.id)
        )
        return [(number, at, state, detail) for number, at, state, detail in found]


def after(
    before: Sequence[Row], which: Callable[[Row], bool], **values: Any
) -> list[Row]:
    """Return the rows as they are where some have got other values."""
    return [replace(row, **values) if which(row) else row for row in before]
