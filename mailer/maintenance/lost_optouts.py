"""Applies the opt-outs that are kept beside the store to a restored store.

The file has one JSON object a line: `at`, `kind` (leave, stop, suppress or erase),
`key` (the fingerprint of the address, or its beginning, in hexadecimal), `topic` and
`by`. An opt-out older than the subscription it ends changes nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import subscriptions, suppressions
from audiences.contacts import Contact
from audiences.subscriptions import Evidence, How, Standing, Subscription
from audiences.suppressions import SuppressionEvent, Why

FILE, CURSOR = "opt-outs.jsonl", "opt-outs.cursor"
KEY_SIZE = 16  # octets of a fingerprint
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class _OptOut:
    at: datetime
    kind: str
    key: bytes
    topic: str | None
    by: str


async def apply(session: AsyncSession, path: Path, *, now: datetime) -> int:
    """Apply every line of a file; return how many. A missing file has none."""
    count = 0
    for each in _read(path):
        count += 1
        if each.kind in {"leave", "stop"}:
            await _end(session, each)
        elif len(each.key) == KEY_SIZE:
            await _suppress(session, each, now)
    return count


def _read(path: Path) -> Iterator[_OptOut]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                yield _parsed(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                log.warning("optouts.unreadable", line=number)


def _parsed(values: dict[str, Any]) -> _OptOut:
    return _OptOut(
        at=datetime.fromisoformat(values["at"]),
        kind=str(values["kind"]),
        key=bytes.fromhex(values["key"] or ""),
        topic=values.get("topic"),
        by=str(values.get("by", "")),
    )


async def _end(session: AsyncSession, optout: _OptOut) -> None:
    """End one subscription; all of them where the topic is not known."""
    contact_id = await _contact(session, optout.key)
    if contact_id is None:
        return
    active = await session.execute(
        select(Subscription.topic, Subscription.since).where(
            Subscription.contact_id == contact_id,
            Subscription.standing != Standing.ENDED,
        )
    )
    since = {topic: begun for topic, begun in active}
    how = How.ONE_CLICK if optout.by == "one-click" else How.PAGE
    evidence = Evidence(at=optout.at, how=how, source="kept beside the store")
    if optout.kind == "stop" and all(each <= optout.at for each in since.values()):
        await subscriptions.stop_everything(session, contact_id, evidence=evidence)
        return
    for topic, begun in since.items():
        if begun <= optout.at and optout.topic in {None, topic}:
            await subscriptions.unsubscribe(
                session, contact_id, topic, evidence=evidence
            )


async def _contact(session: AsyncSession, key: bytes) -> int | None:
    """Return the one contact whose fingerprint begins with a key."""
    if not key:
        return None
    last = key + b"\xff" * (KEY_SIZE - len(key))
    found = await session.scalars(
        select(Contact.id).where(Contact.address_key.between(key, last)).limit(2)
    )
    numbers = found.all()
    return numbers[0] if len(numbers) == 1 else None


async def _suppress(session: AsyncSession, optout: _OptOut, now: datetime) -> None:
    """Suppress an address, unless that was lifted after the line was written."""
    lifted = await session.scalar(
        select(func.max(SuppressionEvent.at)).where(
            SuppressionEvent.address_key == optout.key,
            SuppressionEvent.act == "lifted",
        )
    )
    if lifted is not None and lifted > optout.at:
        return
    known = {str(each) for each in Why}
    reason = Why.ERASED if optout.kind == "erase" else Why.OPERATOR
    if optout.by in known and optout.kind == "suppress":
        reason = Why(optout.by)
    await suppressions.suppress(
        session, optout.key, reason, now=now, detail="kept beside the store"
    )
