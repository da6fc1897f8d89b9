"""The identity of a store: its epoch, and whether anything may leave it.

The epoch is part of every link, return-path and Message-ID. A restored store begins a
new one, so that nothing is signed twice; former epochs are kept, with the highest
message number of each, so that their links still verify.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    and_,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.record import writing
from audiences.store.base import Base
from mailer.errors import RefusedError, StoreError
from mailer.links import EPOCH_SIZE, READER_SIZE, Stamp
from mailer.local_times import in_zone
from mailer.store import locks, site_events
from mailer.users import guard
from mailer.users.acts import Right

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
RESTORED = "restored"  # the act in the record after which its end is an earlier one
_ONLY = 1  # the number of the one row of each table but `store_epoch`


class StoreIdentity(Base):
    """The one row that says what this store is."""

    __tablename__ = "store_identity"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[bytes] = mapped_column(LargeBinary(EPOCH_SIZE))
    legacy_until: Mapped[int] = mapped_column(_NUMBER)  # messages before epochs
    address_check: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    restored_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]  # null: restored and not resumed
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None]
    stopped_because: Mapped[str | None]
    moved_to: Mapped[str | None]


class StoreEpoch(Base):
    """A former epoch of this store."""

    __tablename__ = "store_epoch"

    epoch: Mapped[bytes] = mapped_column(LargeBinary(EPOCH_SIZE), primary_key=True)
    until_number: Mapped[int] = mapped_column(_NUMBER)  # its last message in this store
    ended_at: Mapped[datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """The identity of a store, as read."""

    epoch: bytes
    legacy_until: int = 0
    former: Mapping[bytes, tuple[int, datetime]] = field(default_factory=dict)
    address_check: bytes | None = None
    restored_at: datetime | None = None
    resumed_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: str | None = None
    stopped_because: str | None = None
    moved_to: str | None = None

    def stamp(
        self, number: int, address_key: bytes, *, marked_at: datetime | None = None
    ) -> Stamp:
        """Return what the tokens of a message say.

        A message that was sent at `marked_at` has the epoch of that time; without it,
        the present epoch.
        """
        epoch = self.epoch
        if marked_at is not None:
            for each, (until, ended_at) in self.former.items():  # oldest first
                if number <= until and marked_at < ended_at:
                    epoch = each
                    break
        if number <= self.legacy_until and epoch == self._first:
            return Stamp(b"", number, b"")
        return Stamp(epoch, number, address_key[:READER_SIZE])

    def stamps(self, number: int, address_key: bytes) -> list[Stamp]:
        """Return every form that the tokens of a message of this store may have."""
        epochs = [self.epoch]
        epochs += [each for each, (until, _) in self.former.items() if number <= until]
        found = [Stamp(each, number, address_key[:READER_SIZE]) for each in epochs]
        return found + ([Stamp(b"", number, b"")] * (number <= self.legacy_until))

    def has_message_of(self, stamp: Stamp) -> bool:
        """Whether a message of this number, in this store, is the one of the stamp.

        If not, the message was made in a time that a restore has lost. The caller
        compares the reader.
        """
        if not stamp.epoch:
            return stamp.number <= self.legacy_until
        until, _ = self.former.get(stamp.epoch, (0, None))
        return stamp.epoch == self.epoch or stamp.number <= until

    @property
    def _first(self) -> bytes:
        return next(iter(self.former), self.epoch)

    @property
    def awaits_resume(self) -> bool:
        """Whether the store was restored and not yet resumed."""
        return self.restored_at is not None and self.resumed_at is None

    @property
    def halt(self) -> str | None:
        """Return why nothing may leave this store; None if messages may leave."""
        fault = self._fault()
        return str(fault) if fault else None

    def halt_in(self, zone: ZoneInfo) -> str | None:
        """Return the same with its time in a zone, as people of the unit read it."""
        halt = self.halt
        return None if halt is None else in_zone(halt, zone)

    def require_sending(self) -> None:
        """Raise RefusedError if nothing may leave this store."""
        if fault := self._fault():
            raise fault

    def require_here(self) -> None:
        """Raise RefusedError if the store of the site is another one since a move."""
        if self.moved_to is not None:
            raise self._elsewhere()

    def _elsewhere(self) -> RefusedError:
        return RefusedError(
            f"this store was moved: the site's store is {self.moved_to}",
            code="store.moved",
            url=self.moved_to,
        )

    def _fault(self) -> RefusedError | None:
        if self.moved_to is not None:
            return self._elsewhere()
        if self.awaits_resume:
            return RefusedError(
                f"this store was restored at {self.restored_at:%Y-%m-%d %H:%M} UTC;"
                " messages that left since its backup may be missing in it",
                code="site.restored",
            )
        if self.stopped_at is not None:
            because = f": {self.stopped_because}" if self.stopped_because else ""
            return RefusedError(
                f"{self.stopped_by} stopped this site at"
                f" {self.stopped_at:%Y-%m-%d %H:%M} UTC{because}",
                code="site.stopped",
            )
        return None


async def read(session: AsyncSession) -> Identity:
    """Return the identity of the store; raise StoreError if it has none."""
    row = await session.get(StoreIdentity, _ONLY, populate_existing=True)
    if row is None:
        raise StoreError("the store has no identity", code="store.schema")
    former = await session.execute(
        select(StoreEpoch.epoch, StoreEpoch.until_number, StoreEpoch.ended_at).order_by(
            StoreEpoch.ended_at
        )
    )
    return Identity(
        epoch=row.epoch,
        legacy_until=row.legacy_until,
        former={epoch: (until, ended_at) for epoch, until, ended_at in former},
        address_check=row.address_check,
        restored_at=row.restored_at,
        resumed_at=row.resumed_at,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by,
        stopped_because=row.stopped_because,
        moved_to=row.moved_to,
    )


def may_send() -> ColumnElement[bool]:
    """Return the condition on StoreIdentity that messages may leave the store."""
    return and_(
        StoreIdentity.stopped_at.is_(None),
        StoreIdentity.moved_to.is_(None),
        or_(StoreIdentity.restored_at.is_(None), StoreIdentity.resumed_at.is_not(None)),
    )


async def require_sending(session: AsyncSession) -> None:
    """Raise RefusedError if nothing may leave the store."""
    (await read(session)).require_sending()


async def stop(
    session: AsyncSession, *, by: str, because: str | None, now: datetime
) -> bool:
    """Stop all sending and releasing; return False if it was stopped already.

    It waits for the claims under way. Nothing is claimed after the commit.
    """
    await guard.require(session, by, Right.STOP)
    await locks.lock_claims(session)
    stopped = await session.execute(
        update(StoreIdentity)
        .where(StoreIdentity.stopped_at.is_(None))
        .values(stopped_at=now, stopped_by=by, stopped_because=because)
        .returning(StoreIdentity.id)
    )
    if stopped.first() is None:
        return False
    detail = {"because": because} if because else {}
    site_events.record(session, "stopped", "site", by=by, now=now, detail=detail)
    return True


async def go(session: AsyncSession, *, by: str, now: datetime) -> bool:
    """End a stop; return False if there was none."""
    await guard.require(session, by, Right.GO)
    await locks.lock_claims(session)
    ended = await session.execute(
        update(StoreIdentity)
        .where(StoreIdentity.stopped_at.is_not(None))
        .values(stopped_at=None, stopped_by=None, stopped_because=None)
        .returning(StoreIdentity.id)
    )
    if ended.first() is None:
        return False
    site_events.record(session, "continued", "site", by=by, now=now)
    return True


async def begin_epoch(session: AsyncSession, *, highest: int, now: datetime) -> None:
    """Mark the store as restored, and begin a new epoch.

    `highest` is the highest message number in the store.
    """
    await locks.lock_claims(session)
    former = (await read(session)).epoch
    await session.execute(
        insert(StoreEpoch).values(epoch=former, until_number=highest, ended_at=now)
    )
    await session.execute(
        update(StoreIdentity).values(
            epoch=os.urandom(EPOCH_SIZE), restored_at=now, resumed_at=None
        )
    )
    said = {"former epoch": former.hex()}
    writing.note(session, RESTORED, "store", by=guard.MACHINE, at=now, detail=said)


async def resume(
    session: AsyncSession, *, by: str, because: str, now: datetime
) -> None:
    """Record that a person has decided what is sent after a restore.

    `because` is what was decided.
    """
    await locks.lock_claims(session)
    await session.execute(update(StoreIdentity).values(resumed_at=now))
    detail = {"because": because}
    site_events.record(session, "resumed", "site", by=by, now=now, detail=detail)
