"""Faults of messages that were refused or set aside, judged together with the others.

The count of attempts and the faults are in the store, so all workers judge alike. A
fault that most messages have pauses the campaign and suppresses no reader. When the
campaign finishes, a mailbox that is proven gone is suppressed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import structlog
from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Select,
    bindparam,
    distinct,
    false,
    func,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences import suppressions
from audiences.contacts import Contact
from audiences.store import batches, dialects
from audiences.store.dialects import insert
from mailer.campaigns import control
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import AttemptCount, DeliveryFault, Message
from mailer.outcomes import proportion, redaction
from mailer.outcomes.proportion import LAST, Alike

log = structlog.get_logger()


class AttemptFault(NamedTuple):
    """Why one message is refused or set aside."""

    message_number: int
    kind: str  # as in proportion
    domain: str  # of the recipient
    relay: str  # its name; empty: before any relay
    gone: bool = False  # the reply to RCPT says that there is no such mailbox


async def count(
    session: AsyncSession, worker_id: int, attempts: Mapping[int, int]
) -> None:
    """Add the attempts that a worker made for each campaign."""
    statement = _count_statement(sqlite=dialects.is_sqlite(session))
    for campaign, number in sorted(attempts.items()):
        values = {"campaign": campaign, "worker": worker_id, "number": number}
        await batches.execute(session, statement, values)


@cache
def _count_statement(*, sqlite: bool) -> Insert:
    number = bindparam("number", type_=Integer)
    put = dialects.insert_on(AttemptCount, on_sqlite=sqlite).values(
        campaign_id=bindparam("campaign", type_=Integer),
        worker_id=bindparam("worker", type_=Integer),
        attempts=number,
    )
    return put.on_conflict_do_update(
        index_elements=[AttemptCount.campaign_id, AttemptCount.worker_id],
        set_={"attempts": AttemptCount.attempts + number},
    )


async def attempts_of(session: AsyncSession, campaign_id: int) -> int:
    """Return how many messages were settled since the campaign was last resumed."""
    total = select(func.coalesce(func.sum(AttemptCount.attempts), 0)).where(
        AttemptCount.campaign_id == campaign_id
    )
    return int(await session.scalar(total) or 0)


_COLUMNS: dict[str, type[batches.Value]] = {
    "id": int,
    "kind": str,
    "domain": str,
    "relay": str,
    "gone": int,
    "place": int,
}


async def note(
    session: AsyncSession, campaign_id: int, found: Sequence[AttemptFault], among: int
) -> None:
    """Record faults of one campaign, found among a number of attempts just counted."""
    attempts = await attempts_of(session, campaign_id)
    rows = [
        (
            *(each.message_number, each.kind, each.domain, each.relay, int(each.gone)),
            # spread evenly: their order among the others is not known
            attempts - among + (position + 1) * among // len(found),
        )
        for position, each in enumerate(found)
    ]
    given = batches.bound_table(_COLUMNS, sqlite=dialects.is_sqlite(session))
    columns: dict[str, ColumnElement[Any]] = {
        "message_number": Message.id.expression,
        "campaign_id": Message.campaign_id.expression,
        "address_key": Message.address_key.expression,
        "kind": given.c.kind,
        "domain": given.c.domain,
        "relay": given.c.relay,
        "gone": given.c.gone != 0,
        "place": given.c.place,
        "ours": false(),
    }
    chosen = select(*columns.values()).join(given, given.c.id == Message.id)
    put = insert(session, DeliveryFault).from_select(
        list(columns),
        chosen.where(
            Message.campaign_id == campaign_id,
            batches.one_of(
                Message.state, (MessageState.REFUSED, MessageState.SET_ASIDE)
            ),
        ),
    )
    values = batches.bind_rows(session, _COLUMNS, rows)
    await batches.execute(session, put.on_conflict_do_nothing(), values)


async def judge(
    session: AsyncSession, campaign_id: int, *, ended: bool = False
) -> str | None:
    """Return why a campaign must be paused for its faults; None: it goes on.

    The faults are then ours, and prove nothing about a reader.
    """
    attempts = await attempts_of(session, campaign_id)
    found = await session.execute(
        _alike_query(), {"campaign": campaign_id, "after": attempts - LAST}
    )
    every = [Alike(*row) for row in found.all()]
    ours = [each for each in every if proportion.is_ours(each, attempts, ended=ended)]
    if not ours:
        return None
    worst = max(ours, key=lambda each: each.number)
    await session.execute(
        update(DeliveryFault)
        .where(
            DeliveryFault.campaign_id == campaign_id,
            DeliveryFault.kind.in_([each.kind for each in ours]),
            DeliveryFault.place.is_not(None),
        )
        .values(ours=True)
    )
    relay, reply = await _sample(session, campaign_id, worst.kind)
    return proportion.sentence(worst, attempts, relay=relay, reply=reply)


@cache
def _alike_query() -> Select[str, int, int]:
    return (
        select(
            DeliveryFault.kind,
            func.count(),
            func.count(distinct(DeliveryFault.domain)),
        )
        .join(Campaign, Campaign.id == DeliveryFault.campaign_id)
        .where(
            Campaign.id == bindparam("campaign"),
            DeliveryFault.place > bindparam("after"),
            # people mistype addresses, or invent them, when they ask for a letter
            or_(Campaign.on_demand.is_(False), DeliveryFault.gone.is_(False)),
        )
        .group_by(DeliveryFault.kind)
    )


async def _sample(
    session: AsyncSession, campaign_id: int, kind: str
) -> tuple[str, str]:
    """Return the relay and the reply, if any, of the last fault of a kind."""
    row = (
        await session.execute(
            select(DeliveryFault.relay, Message.reply)
            .join(Message, Message.id == DeliveryFault.message_number)
            .where(
                DeliveryFault.campaign_id == campaign_id,
                DeliveryFault.kind == kind,
                DeliveryFault.place.is_not(None),
            )
            .order_by(DeliveryFault.place.desc())
            .limit(1)
        )
    ).first()
    relay, reply = row if row is not None else ("", None)
    return relay, redaction.without_addresses(reply or "")


async def pause(
    session: AsyncSession, campaign_id: int, *, because: str, now: datetime
) -> None:
    """Pause a campaign, because a person must correct something."""
    if await control.pause(
        session, campaign_id, by="delivery", because=because, now=now
    ):
        reason = redaction.without_addresses(because)
        log.warning("campaign.paused", campaign=campaign_id, reason=reason)


async def suppress_proven(
    session: AsyncSession, campaign_ids: Collection[int], *, now: datetime
) -> None:
    """Suppress the readers of these campaigns whose mailboxes are proven gone.

    It is proof that others at the same domain got the letter, or that the relay said
    the same of the address in another campaign.
    """
    gone = (DeliveryFault.gone.is_(True), DeliveryFault.ours.is_(False))
    for campaign_id in campaign_ids:
        of_campaign = DeliveryFault.campaign_id == campaign_id
        proven = await session.execute(
            select(DeliveryFault.address_key, DeliveryFault.kind).where(
                of_campaign,
                *gone,
                or_(
                    DeliveryFault.domain.in_(_took_mail(session, campaign_id)),
                    _met_before(),
                ),
            )
        )
        details = {key: kind for key, kind in proven}
        await suppressions.suppress_all(
            session, details, suppressions.Why.BOUNCED, now=now
        )


def _took_mail(session: AsyncSession, campaign_id: int) -> Select[str]:
    """Return the domains, of those with faults, at which messages were accepted."""
    domain = domain_of(session)
    faulty = select(DeliveryFault.domain).where(
        DeliveryFault.campaign_id == campaign_id, DeliveryFault.gone.is_(True)
    )
    return (
        select(domain)
        .join(Message, Message.contact_id == Contact.id)
        .where(
            Message.campaign_id == campaign_id,
            batches.one_of(Message.state, (MessageState.ACCEPTED,)),
            domain.in_(faulty),
        )
        .distinct()
    )


def domain_of(session: AsyncSession) -> ColumnElement[str]:
    """Return the domain of a contact's address, as an expression."""
    address = Contact.address
    if dialects.is_sqlite(session):
        return func.substr(address, func.instr(address, "@") + 1)
    return func.split_part(address, "@", 2)


def _met_before() -> ColumnElement[bool]:
    """Return the condition that an address is gone by another campaign too."""
    other = aliased(DeliveryFault)
    return (
        select(literal(1))
        .where(
            other.address_key == DeliveryFault.address_key,
            other.campaign_id != DeliveryFault.campaign_id,
            other.gone.is_(True),
            other.ours.is_(False),
        )
        .correlate(DeliveryFault)
        .exists()
    )


async def forget(session: AsyncSession, campaign_id: int) -> None:
    """Let the next judgement count from here: a person has looked at the faults."""
    await session.execute(
        update(DeliveryFault)
        .where(DeliveryFault.campaign_id == campaign_id)
        .values(place=null())
    )
