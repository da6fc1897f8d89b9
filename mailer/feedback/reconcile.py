"""Settles uncertain and held messages by the relay's own log.

Only rows that are uncertain or held move, each by one compare-and-set: told twice by
the same log, nothing happens the second time. What the log does not know stays.
"""

import bz2
import gzip
import lzma
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.feedback.postfix_log import Acceptance, Reading
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import record
from mailer.outcomes.closing import UNDER_WAY
from mailer.sites.site import Site

_PACKED: dict[bytes, Callable[..., IO[str]]] = {
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsettled:
    """One message nobody could answer for."""

    id: int
    state: MessageState
    attempts: int  # as many as when the log was read, or another attempt was made
    marked_at: datetime
    campaign_id: int


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What a log settled."""

    unsettled: int  # messages the log was asked about
    taken: int  # they are accepted now
    not_taken: int  # they wait to be sent again
    held: int  # not taken, but their campaign is over: a person decides
    unknown: int  # the log does not know


async def reconcile(site: Site, logs: Sequence[Path], *, now: datetime) -> Reconciled:
    """Read a relay's logs, oldest first, and settle what they can settle."""
    async with site.database.reading() as session:
        asked = await _unsettled(session, site)
    reading = Reading(wanted=asked.keys(), now=now)
    for path in logs:
        _read(reading, path)
    wait = timedelta(minutes=site.settings.delivery.uncertain_minutes)
    found = {
        name: reading.finding(name, marked_at=each.marked_at, settled_after=wait)
        for name, each in asked.items()
    }
    async with site.database.writing() as session:
        counts = await _settle(session, asked, found, reading.taken, now=now)
    total = len({each.id for each in asked.values()})
    return Reconciled(unsettled=total, unknown=total - sum(counts.values()), **counts)


async def _settle(
    session: AsyncSession,
    asked: Mapping[str, Unsettled],
    found: Mapping[str, Acceptance],
    queued: Mapping[str, str],
    *,
    now: datetime,
) -> dict[str, int]:
    """Move what the log knows and nobody has moved since it was read; count it."""
    counts = dict.fromkeys(("taken", "not_taken", "held"), 0)
    can_send = await _can_send(session, {each.campaign_id for each in asked.values()})
    for name in sorted(found, key=lambda name: found[name] is not Acceptance.TAKEN):
        each = asked[name]
        if found[name] is Acceptance.UNKNOWN or not await _still(session, each):
            continue
        if found[name] is Acceptance.TAKEN:
            await _accept(session, each, queued[name], now=now)
            counts["taken"] += 1
        elif each.campaign_id in can_send:
            await _send_again(session, each, now=now)
            counts["not_taken"] += 1
        else:
            counts["held"] += 1
    return counts


async def _can_send(session: AsyncSession, campaigns: Collection[int]) -> set[int]:
    """Return which campaigns can still send; none of them ends before the commit."""
    found = await session.scalars(
        select(Campaign.id)
        .where(Campaign.id.in_(campaigns), Campaign.state.in_(UNDER_WAY))
        .order_by(Campaign.id)
        .with_for_update(read=True)
    )
    return set(found)


async def _still(session: AsyncSession, unsettled: Unsettled) -> bool:
    """Whether a message is as it was when the log was read; nobody changes it now."""
    found = await session.scalar(
        select(Message.id)
        .where(
            Message.id == unsettled.id,
            Message.state == unsettled.state,
            Message.attempts == unsettled.attempts,
        )
        .with_for_update()
    )
    return found is not None


async def _unsettled(session: AsyncSession, site: Site) -> dict[str, Unsettled]:
    """Return the messages to ask about, by every Message-ID they may have had."""
    rows = await session.execute(
        select(
            Message.id,
            Message.state,
            Message.attempts,
            Message.marked_at,
            Message.campaign_id,
        ).where(Message.state.in_([MessageState.UNCERTAIN, MessageState.HELD]))
    )
    domain = site.settings.mail.domain
    return {
        f"<{name}@{domain}>": Unsettled(
            id=number,
            state=MessageState(state),
            attempts=attempts,
            marked_at=marked_at,
            campaign_id=campaign_id,
        )
        for number, state, attempts, marked_at, campaign_id in rows
        if marked_at is not None
        for name in site.signer.message_ids(number)
    }


def _read(reading: Reading, path: Path) -> None:
    """Read one file line by line, packed by gzip, bzip2 or xz or not at all."""
    try:
        with path.open("rb") as file:
            opener = _PACKED.get(file.read(2), open)
        with opener(path, "rt", encoding="utf-8", errors="replace") as lines:
            reading.read(_bounded(lines))
    except (OSError, EOFError, lzma.LZMAError) as fault:
        raise RefusedError(f"{path} cannot be read to its end: {fault}") from None


def _bounded(lines: IO[str]) -> Iterable[str]:
    """Give lines of bounded length: no log makes us hold more."""
    while line := lines.readline(8192):
        yield line


async def _accept(
    session: AsyncSession, unsettled: Unsettled, queue_id: str, *, now: datetime
) -> None:
    said = f"the relay's log shows it was taken, as {queue_id}"
    await _move(
        session,
        unsettled,
        MessageState.ACCEPTED,
        {
            "reason": None,
            "reply": said,
            "settled_at": now,
            "due_at": None,
            "worker_id": None,
        },
        said,
        now=now,
    )


async def _send_again(
    session: AsyncSession, unsettled: Unsettled, *, now: datetime
) -> None:
    await _move(
        session,
        unsettled,
        MessageState.WAITING,
        {"reason": None, "due_at": now, "worker_id": None},
        "the relay's log shows it was not taken",
        now=now,
    )


async def _move(
    session: AsyncSession,
    unsettled: Unsettled,
    after: MessageState,
    values: Mapping[str, object],
    detail: str,
    *,
    now: datetime,
) -> None:
    if await record.move(session, unsettled.id, unsettled.state, after, values):
        await record.add_event(session, unsettled.id, after, detail, now=now)
