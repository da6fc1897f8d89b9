"""Stores mails that came back, and changes the ledger: all in one transaction.

A mail that is known by its digest is left out, so a second reading changes nothing.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from audiences.store.dialects import insert
from audiences.suppressions import Why
from mailer.feedback.belief import believing, messages
from mailer.feedback.belief.believing import ABUSE, NamedMail, Row
from mailer.feedback.models import FeedbackKind, FeedbackMail, MailStanding
from mailer.outcomes import returns
from mailer.outcomes.returns import Returned


@dataclass(kw_only=True)
class Recorded:
    """What was stored of some mails."""

    kinds: Counter[str] = field(default_factory=Counter)  # believed and filed ones
    quarantined: int = 0
    known: int = 0  # read before
    complained: list[bytes] = field(default_factory=list)  # suppressed addresses

    def add(self, other: "Recorded") -> None:
        """Add what was stored of other mails."""
        self.kinds.update(other.kinds)
        self.quarantined += other.quarantined
        self.known += other.known
        self.complained += other.complained


async def known(session: AsyncSession, digests: Collection[bytes]) -> set[bytes]:
    """Return which mails are stored already."""
    found = await session.scalars(
        select(FeedbackMail.digest).where(FeedbackMail.digest.in_(digests))
    )
    return set(found)


async def rows_of(
    session: AsyncSession, mails: Sequence[NamedMail], *, now: datetime
) -> list[Row]:
    """Return the rows of mails, each mail once."""
    stamps = [each.proof.stamp for each in mails if each.proof.stamp is not None]
    sent = await messages.read(session, stamps)
    rows = [believing.row(each, sent) | {"seen_at": now} for each in mails]
    return list({row["digest"]: row for row in rows}.values())


async def store(
    session: AsyncSession, rows: Sequence[Row], *, now: datetime
) -> tuple[Recorded, list[Row]]:
    """Store rows that are not known, and change the ledger as they say.

    Return what was stored, and the rows that are new.
    """
    added = await _insert(session, rows)
    new = [row for row in rows if row["digest"] in added]
    recorded = Recorded(known=len(rows) - len(new))
    for row in new:
        if row["standing"] == MailStanding.QUARANTINED:
            recorded.quarantined += 1
        else:
            recorded.kinds[row["kind"]] += 1
    recorded.complained = await apply(session, new, now=now)
    return recorded, new


async def _insert(session: AsyncSession, rows: Sequence[Row]) -> set[bytes]:
    """Insert rows; return the digests of those that were not stored before."""
    if not rows:
        return set()
    statement = (
        insert(session, FeedbackMail)
        .on_conflict_do_nothing(index_elements=[FeedbackMail.digest])
        .returning(FeedbackMail.digest)
    )
    return set(await session.scalars(statement, rows))


async def apply(
    session: AsyncSession, rows: Sequence[Row], *, now: datetime
) -> list[bytes]:
    """Change the ledger as believed rows say; return the addresses that complained."""
    believed = [each for each in rows if each["standing"] == MailStanding.BELIEVED]
    bounced = [_returned(each) for each in believed if _is_bounce(each)]
    if bounced:
        await returns.bounce(session, bounced, now=now)
    abuse = [each for each in believed if _is_abuse(each)]
    if abuse:
        await returns.complain(session, [_returned(each) for each in abuse], now=now)
    keys = dict.fromkeys(each["address_key"] for each in abuse)
    new = await suppressions.suppress_all(session, keys, Why.COMPLAINED, now=now)
    return [key for key in keys if key in new]


def _is_bounce(row: Row) -> bool:
    return bool(row["kind"] == FeedbackKind.BOUNCE)


def _is_abuse(row: Row) -> bool:
    return bool(row["kind"] == FeedbackKind.COMPLAINT and row["reason"] == ABUSE)


def _returned(row: Row) -> Returned:
    return Returned(row["message_number"], row["reason"] or "", row["status"] or None)
