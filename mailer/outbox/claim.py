"""Claims due messages for the transaction that marks them.

A claim locks the messages until the commit. The same statement reads whether each
reader may still be written to, and what the message is composed of. A message whose
reader may not be written to is claimed with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.store import batches, dialects, past
from audiences.store.past import Past
from audiences.subscriptions import Subscription
from audiences.suppressions import Suppression
from mailer.campaigns import hours, reminders
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.campaigns.reminders import Awaited
from mailer.links import READER_SIZE
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import Message
from mailer.outbox.waves import allowed
from mailer.store import identity, locks
from mailer.store.identity import StoreIdentity


class Claimed(NamedTuple):
    """The row of one message, with what composing and sending it needs."""

    id: int
    campaign_id: int
    letter_id: int
    attempts: int
    address: str
    name: str | None
    organisation: str  # its name in the letter's language
    reader: str  # beginning of the fingerprint of their address, in hexadecimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """The messages of one claim."""

    rows: Sequence[Claimed]  # to be sent
    skipped: Sequence[tuple[int, str]]  # message and the reason not to send it
    uncertain: Sequence[int]  # messages whose wait for evidence is over


@dataclass(kw_only=True, slots=True)
class Search:
    """How far a worker has read the due messages of each campaign.

    The next claim reads on from there. PostgreSQL keeps the index entries of marked
    messages until the next vacuum, so a claim that always read from the beginning
    would take longer each time. A worker that may have missed a message restarts.
    """

    last_read: dict[int, tuple[datetime | str, int]] = field(default_factory=dict)
    next_campaign: int | None = None  # served first, if the last claim had no room

    def restart(self) -> None:
        """Let the next claim read from the first due message."""
        self.last_read.clear()

    def rotated(
        self, campaigns: Sequence[Row[*tuple[Any, ...]]]
    ) -> list[Row[*tuple[Any, ...]]]:
        """Return the campaigns, beginning with `next_campaign`, which is cleared."""
        ids = [each.id for each in campaigns]
        start = ids.index(self.next_campaign) if self.next_campaign in ids else 0
        self.next_campaign = None
        return [*campaigns[start:], *campaigns[:start]]


_BEGINNING = ("", datetime.min.replace(tzinfo=UTC))  # on SQLite, on PostgreSQL


async def claim(
    session: AsyncSession, search: Search, *, limit: int, now: datetime
) -> Due:
    """Claim at most `limit` due messages, oldest first, shared among the campaigns.

    The campaigns are locked until the commit. A pause waits for that, so nothing is
    claimed after it has returned.
    """
    query = _campaigns_query(sqlite=dialects.is_sqlite(session))
    campaigns = (await batches.execute(session, query, {"now": now})).all()
    rows: list[Sequence[Any]] = []
    for place, campaign in enumerate(search.rotated(campaigns)):
        if len(rows) >= limit:
            search.next_campaign = campaign.id
            break
        share = max((limit - len(rows)) // (len(campaigns) - place), 1)
        rows += await _claim_of(session, search, campaign, limit=share, now=now)
    return _divided(rows)


@cache
def _campaigns_query(*, sqlite: bool) -> Select[*tuple[Any, ...]]:
    """Return the query for the campaigns that may send now, on-demand ones first."""
    now = bindparam("now", type_=Campaign.expires_at.type)
    return (
        select(Campaign.id, Campaign.topic, Campaign.on_demand, Campaign.waits_for)
        .join(StoreIdentity, identity.may_send())  # its row is locked too
        .where(
            *([] if sqlite else [locks.claims_lock()]),
            Campaign.state == CampaignState.SENDING,
            hours.open_at(now),
            or_(Campaign.expires_at.is_(None), Campaign.expires_at > now),
        )
        .order_by(Campaign.on_demand.desc(), Campaign.released_at, Campaign.id)
        .with_for_update(read=True)
    )


def _divided(rows: Sequence[Sequence[Any]]) -> Due:
    """Divide rows into those to send, those to skip, and uncertain ones."""
    claimed, skipped, uncertain = [], [], []
    for *fields, reason, state, _due_at in rows:
        if state == MessageState.UNCERTAIN:
            uncertain.append(fields[0])
        elif reason is not None:
            skipped.append((fields[0], reason))
        else:
            claimed.append(Claimed(*fields))
    return Due(rows=claimed, skipped=skipped, uncertain=uncertain)


async def _claim_of(
    session: AsyncSession,
    search: Search,
    campaign: Row[*tuple[Any, ...]],
    *,
    limit: int,
    now: datetime,
) -> list[tuple[Any, ...]]:
    """Read and lock due messages of one campaign, after the last one that was read."""
    sqlite = dialects.is_sqlite(session)
    due_at, last_id = search.last_read.get(campaign.id, (_BEGINNING[not sqlite], 0))
    values = {"campaign": campaign.id, "now": now, "limit": limit}
    values |= {"due_at": due_at, "last_id": last_id}
    if campaign.topic is not None:
        values["topic"] = campaign.topic
    of_topic, on_demand = campaign.topic is not None, campaign.on_demand
    known, waits_for = past.of(session), reminders.kept(campaign.waits_for)
    flags = {"sqlite": sqlite, "of_topic": of_topic, "on_demand": on_demand}
    query = _claim_query(known, waits_for, **flags)
    rows = await batches.fetch(session, query, values)
    if rows:
        search.last_read[campaign.id] = max((row[-1], row[0]) for row in rows)
    return rows


@lru_cache(maxsize=64)
def _claim_query(
    known: Past | None,
    waits_for: tuple[Awaited, ...],
    *,
    sqlite: bool,
    of_topic: bool,
    on_demand: bool,
) -> Select[*tuple[Any, ...]]:
    due = _due_rows(sqlite=sqlite)
    organisation = func.coalesce(due.c.organisation_id, Contact.organisation_id)
    query = (
        select(
            due.c.id,  # the fields of Claimed, in its order
            due.c.campaign_id,
            due.c.letter_id,
            due.c.attempts,
            Contact.address,
            Contact.name,
            _organisation_name(due.c.language, sqlite=sqlite),
            _reader(due.c.address_key, sqlite=sqlite),
            allowed.skip_reason(
                due,
                reminders.done(known, waits_for),
                of_topic=of_topic,
                on_demand=on_demand,
            ),
            due.c.state,
            due.c.due_at,
        )
        .join(Contact, Contact.id == due.c.contact_id)
        .join(Organisation, Organisation.id == organisation)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
    )
    if of_topic:
        of_reader = and_(
            Subscription.contact_id == due.c.contact_id,
            Subscription.topic == bindparam("topic", type_=String),
        )
        query = query.outerjoin(Subscription, of_reader)
    return batches.packed(query, sqlite=sqlite)


def _due_rows(*, sqlite: bool) -> FromClause:
    """Return the due messages of one campaign after the last one that was read."""
    instant = String() if sqlite else Message.due_at.type
    last_read = tuple_(
        bindparam("due_at", type_=instant), bindparam("last_id", type_=Integer)
    )
    return (
        select(
            Message.id,
            Message.campaign_id,
            Message.letter_id,
            Message.attempts,
            Message.contact_id,
            Message.organisation_id,
            Message.address_key,
            Message.language,
            Message.state,
            Message.due_at,
        )
        .where(
            Message.campaign_id == bindparam("campaign"),
            batches.one_of(Message.state, (*CLAIMABLE, MessageState.UNCERTAIN)),
            Message.due_at <= bindparam("now", type_=Message.due_at.type),
            tuple_(Message.due_at, Message.id) > last_read,
        )
        .order_by(Message.due_at, Message.id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
        .subquery()
    )


def _organisation_name(
    language: ColumnElement[str], *, sqlite: bool
) -> ColumnElement[str]:
    """Return an organisation's name in a language, or its usual name."""
    names: ColumnElement[str]
    if sqlite:
        names = func.json_extract(Organisation.names, '$."' + language + '"')
    else:
        names = Organisation.names.op("->>", return_type=String())(language)
    return func.coalesce(names, Organisation.name)


def _reader(key: ColumnElement[bytes], *, sqlite: bool) -> ColumnElement[str]:
    """Return the part of a fingerprint that tokens hold, in hexadecimal."""
    part = func.substr(key, 1, READER_SIZE)
    return func.hex(part) if sqlite else func.encode(part, "hex")
