"""Claims due messages for the transaction that is to mark them.

What is claimed is locked until the commit, and everything that says whether it may go,
and what it is composed of, is read in the same statement. A message whose reader has
left, or must not be written to, is claimed with that reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
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
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.segments import resolve
from audiences.segments.resolve import LeftOut
from audiences.store import batches, dialects
from audiences.subscriptions import Standing, Subscription
from audiences.suppressions import Suppression
from mailer.campaigns import hours
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import Message
from mailer.store import locks


class Claimed(NamedTuple):
    """What composing and sending one message needs, read at the claim."""

    id: int
    campaign_id: int
    letter_id: int
    attempts: int
    address: str
    name: str | None
    organisation: str  # its name in the letter's language


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What a claim found."""

    rows: Sequence[Claimed]  # may go
    refused: Sequence[tuple[int, str]]  # may not, and why
    doubtful: Sequence[int]  # uncertain, and their wait for evidence is over


@dataclass(kw_only=True, slots=True)
class Search:
    """How far a worker's search has come in each campaign.

    What lies behind is marked by now, or gone from the index on PostgreSQL only when it
    is next cleaned; walking over it again and again would make each claim dearer than
    the last. Whoever may have missed something starts anew.
    """

    passed: dict[int, tuple[datetime | str, int]] = field(default_factory=dict)
    first: int | None = None  # the campaign whose turn it is, where not all had theirs

    def start_anew(self) -> None:
        """Look from the first due message on."""
        self.passed.clear()

    def in_turn(
        self, campaigns: Sequence[Row[*tuple[Any, ...]]]
    ) -> list[Row[*tuple[Any, ...]]]:
        """Return them from the one whose turn it is, the others behind it."""
        ids = [each.id for each in campaigns]
        place = ids.index(self.first) if self.first in ids else 0
        self.first = None
        return [*campaigns[place:], *campaigns[:place]]


_FIRST = ("", datetime.min.replace(tzinfo=UTC))  # SQLite's and PostgreSQL's


async def claim(
    session: AsyncSession, search: Search, *, limit: int, now: datetime
) -> Due:
    """Claim due messages, a fair share of each campaign being sent, oldest first.

    The campaigns stay as they are until the commit: a pause waits for it, and once it
    has returned nothing is claimed.
    """
    serving = _campaigns(sqlite=dialects.is_sqlite(session))
    campaigns = (await batches.execute(session, serving, {"now": now})).all()
    found: list[Sequence[Any]] = []
    for place, campaign in enumerate(search.in_turn(campaigns)):
        if len(found) >= limit:
            search.first = campaign.id
            break
        share = max((limit - len(found)) // (len(campaigns) - place), 1)
        found += await _due(session, search, campaign, limit=share, now=now)
    return _sorted(found)


@cache
def _campaigns(*, sqlite: bool) -> Select[int, str | None, bool]:
    """Return the campaigns being sent, in the order they are served."""
    now = bindparam("now", type_=Campaign.expires_at.type)
    return (
        select(Campaign.id, Campaign.topic, Campaign.on_demand)
        .where(
            *([] if sqlite else [locks.claims_lock()]),
            Campaign.state == CampaignState.SENDING,
            hours.open_at(now),
            or_(Campaign.expires_at.is_(None), Campaign.expires_at > now),
        )
        .order_by(Campaign.on_demand.desc(), Campaign.released_at, Campaign.id)
        .with_for_update(read=True)
    )


def _sorted(found: Sequence[Sequence[Any]]) -> Due:
    """Tell what may go from what may not, and from what is uncertain."""
    going, refused, doubtful = [], [], []
    for *fields, reason, state, _due_at in found:
        if state == MessageState.UNCERTAIN:
            doubtful.append(fields[0])
        elif reason is not None:
            refused.append((fields[0], reason))
        else:
            going.append(Claimed(*fields))
    return Due(rows=going, refused=refused, doubtful=doubtful)


async def _due(
    session: AsyncSession,
    search: Search,
    campaign: Row[*tuple[Any, ...]],
    *,
    limit: int,
    now: datetime,
) -> list[tuple[Any, ...]]:
    """Read due messages of one campaign from where the search is, and lock them."""
    sqlite = dialects.is_sqlite(session)
    due_at, last = search.passed.get(campaign.id, (_FIRST[not sqlite], 0))
    bound = {"campaign": campaign.id, "now": now, "most": limit}
    bound |= {"due_at": due_at, "last": last}
    if campaign.topic is not None:
        bound["topic"] = campaign.topic
    of_topic, on_demand = campaign.topic is not None, campaign.on_demand
    question = _reading(sqlite=sqlite, of_topic=of_topic, on_demand=on_demand)
    found = await batches.fetch(session, question, bound)
    if found:
        search.passed[campaign.id] = max((row[-1], row[0]) for row in found)
    return found


@cache
def _reading(
    *, sqlite: bool, of_topic: bool, on_demand: bool
) -> Select[*tuple[Any, ...]]:
    due = _open_rows(sqlite=sqlite)
    chosen = (
        select(
            due.c.id,  # the fields of Claimed, in its order
            due.c.campaign_id,
            due.c.letter_id,
            due.c.attempts,
            Contact.address,
            Contact.name,
            _named(due.c.language, sqlite=sqlite),
            _refusal(due, of_topic=of_topic, on_demand=on_demand),
            due.c.state,
            due.c.due_at,
        )
        .join(Contact, Contact.id == due.c.contact_id)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
    )
    if of_topic:
        theirs = and_(
            Subscription.contact_id == due.c.contact_id,
            Subscription.topic == bindparam("topic", type_=String),
        )
        chosen = chosen.outerjoin(Subscription, theirs)
    return batches.packed(chosen, sqlite=sqlite)


def _open_rows(*, sqlite: bool) -> FromClause:
    """Return the rows of one campaign that are due, from where the search is."""
    instant = String() if sqlite else Message.due_at.type
    passed = tuple_(
        bindparam("due_at", type_=instant), bindparam("last", type_=Integer)
    )
    return (
        select(
            Message.id,
            Message.campaign_id,
            Message.letter_id,
            Message.attempts,
            Message.contact_id,
            Message.address_key,
            Message.language,
            Message.state,
            Message.due_at,
        )
        .where(
            Message.campaign_id == bindparam("campaign"),
            batches.one_of(Message.state, (*CLAIMABLE, MessageState.UNCERTAIN)),
            Message.due_at <= bindparam("now", type_=Message.due_at.type),
            tuple_(Message.due_at, Message.id) > passed,
        )
        .order_by(Message.due_at, Message.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .subquery()
    )


def goes(
    released_to: ColumnElement[bytes] | InstrumentedAttribute[bytes],
    *,
    of_topic: ColumnElement[bool],
    on_demand: ColumnElement[bool] | InstrumentedAttribute[bool],
) -> ColumnElement[bool]:
    """Return the condition that a reader is still to be written to.

    Contact, Suppression and, of a topic, Subscription are joined. Their address may
    have changed since the release.
    """
    other = aliased(Suppression)
    suppressed = exists().where(other.address_key == released_to)
    return and_(
        Contact.address.is_not(None),
        Suppression.address_key.is_(None),
        ~suppressed.correlate_except(other),
        # who stopped everything and asks for letters again has to confirm it first
        or_(on_demand, Contact.stopped_at.is_(None)),
        or_(~of_topic, Subscription.standing == Standing.ACTIVE),
    )


def _refusal(
    due: FromClause, *, of_topic: bool, on_demand: bool
) -> ColumnElement[str | None]:
    """Return why a reader is not written to any more, in the audience's own words."""
    still = goes(
        due.c.address_key,
        of_topic=true() if of_topic else false(),
        on_demand=true() if on_demand else false(),
    )
    why = resolve.reason("" if of_topic else None)
    return case(
        (still, null()), else_=func.coalesce(why, literal(str(LeftOut.SUPPRESSED)))
    )


def _named(language: ColumnElement[str], *, sqlite: bool) -> ColumnElement[str]:
    """Return an organisation's name in a message's language, its own failing that."""
    names: ColumnElement[str]
    if sqlite:
        names = func.json_extract(Organisation.names, '$."' + language + '"')
    else:
        names = Organisation.names.op("->>", return_type=String())(language)
    return func.coalesce(names, Organisation.name)
