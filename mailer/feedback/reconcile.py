"""Settles uncertain and held messages by the relay's log.

Only messages that are uncertain or held change, each by one compare-and-set, so reading
a log twice has no further effect. A message that the log does not know does not change.
"""

import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from mailer import named_files
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from mailer.feedback.postfix_log import Acceptance, Reading
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.outcomes import record
from mailer.outcomes.closing import UNDER_WAY
from mailer.sites.site import Site
from mailer.store import identity
from mailer.users import guard

_COMPRESSED: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZ": bz2.open,
    b"\xfd7": lzma.open,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsettled:
    """A message that is uncertain or held."""

    id: int
    state: MessageState
    attempts: int  # a higher number later means another attempt
    marked_at: datetime
    campaign_id: int


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What a log settled, in messages."""

    unsettled: int  # uncertain or held before
    taken: int  # accepted now
    not_taken: int  # waiting now, to be sent again
    held: int  # not taken, but their campaign is over
    unknown: int  # not known to the log


async def reconcile(site: Site, logs: Sequence[Path], *, now: datetime) -> Reconciled:
    """Read a relay's logs, oldest first, and settle the messages that they know.

    Raises RefusedError if a file cannot be read.
    """
    async with site.database.reading() as session:
        unsettled = await _unsettled(session, site)
    reading = Reading(wanted=unsettled.keys(), now=now)
    for path in logs:
        read_log(reading, path)
    wait = timedelta(minutes=site.settings.delivery.uncertain_minutes)
    shown = {
        name: reading.acceptance(name, marked_at=each.marked_at, settled_after=wait)
        for name, each in unsettled.items()
    }
    async with site.database.writing() as session:
        counts = await _settle(session, unsettled, shown, reading.taken, now=now)
        if any(counts.values()):
            by = guard.MACHINE
            writing.note(
                session, "reconciled", "messages", by=by, at=now, detail=counts
            )
    total = len({each.id for each in unsettled.values()})
    return Reconciled(unsettled=total, unknown=total - sum(counts.values()), **counts)


async def _settle(
    session: AsyncSession,
    unsettled: Mapping[str, Unsettled],
    shown: Mapping[str, Acceptance],
    queue_ids: Mapping[str, str],
    *,
    now: datetime,
) -> dict[str, int]:
    """Change the messages that the log knows and that have not changed; count them.

    The mappings are by Message-ID.
    """
    counts = dict.fromkeys(("taken", "not_taken", "held"), 0)
    can_send = await _can_send(
        session, {each.campaign_id for each in unsettled.values()}
    )
    for name in sorted(shown, key=lambda name: shown[name] is not Acceptance.TAKEN):
        each = unsettled[name]
        if shown[name] is Acceptance.UNKNOWN or not await _unchanged(session, each):
            continue
        if shown[name] is Acceptance.TAKEN:
            await _accept(session, each, queue_ids[name], now=now)
            counts["taken"] += 1
        elif each.campaign_id in can_send:
            await _send_again(session, each, now=now)
            counts["not_taken"] += 1
        else:
            counts["held"] += 1
    return counts


async def _can_send(session: AsyncSession, campaigns: Collection[int]) -> set[int]:
    """Return the campaigns under way, locked so that none ends before the commit."""
    under_way = await session.scalars(
        select(Campaign.id)
        .where(Campaign.id.in_(campaigns), Campaign.state.in_(UNDER_WAY))
        .order_by(Campaign.id)
        .with_for_update(read=True)
    )
    return set(under_way)


async def _unchanged(session: AsyncSession, unsettled: Unsettled) -> bool:
    """Lock a message; return whether it is as it was before the log was read."""
    number = await session.scalar(
        select(Message.id)
        .where(
            Message.id == unsettled.id,
            Message.state == unsettled.state,
            Message.attempts == unsettled.attempts,
        )
        .with_for_update()
    )
    return number is not None


async def _unsettled(session: AsyncSession, site: Site) -> dict[str, Unsettled]:
    """Return the uncertain and held messages, by each Message-ID they may have."""
    rows = await session.execute(
        select(
            Message.id,
            Message.address_key,
            Message.state,
            Message.attempts,
            Message.marked_at,
            Message.campaign_id,
        ).where(Message.state.in_([MessageState.UNCERTAIN, MessageState.HELD]))
    )
    known = await identity.read(session)
    domain = site.settings.mail.domain
    return {
        f"<{name}@{domain}>": Unsettled(
            id=number,
            state=MessageState(state),
            attempts=attempts,
            marked_at=marked_at,
            campaign_id=campaign_id,
        )
        for number, address_key, state, attempts, marked_at, campaign_id in rows
        if marked_at is not None
        for stamp in known.stamps(number, address_key)
        for name in site.signer.message_ids(stamp)
    }


def read_log(reading: Reading, path: Path) -> None:
    """Read one file or pipe, plain or compressed by gzip, bzip2 or xz.

    Raises RefusedError if it cannot be read.
    """
    try:
        with named_files.opened(path, pipes=True) as file:
            unpacked = _COMPRESSED.get(file.peek(2)[:2])
            octets = unpacked(file) if unpacked else file
            with io.TextIOWrapper(octets, encoding="utf-8", errors="replace") as lines:
                reading.read(_bounded(lines))
    except (OSError, EOFError, lzma.LZMAError) as fault:
        raise RefusedError(f"{path} cannot be read to its end: {fault}") from None


def _bounded(lines: IO[str]) -> Iterable[str]:
    """Yield lines, cut at 8192 characters, so that memory is bounded."""
    while line := lines.readline(8192):
        yield line


async def _accept(
    session: AsyncSession, unsettled: Unsettled, queue_id: str, *, now: datetime
) -> None:
    reply = f"the relay's log shows it was taken, as {queue_id}"
    await _move(
        session,
        unsettled,
        MessageState.ACCEPTED,
        {
            "reason": None,
            "reply": reply,
            "settled_at": now,
            "due_at": None,
            "worker_id": None,
        },
        reply,
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
