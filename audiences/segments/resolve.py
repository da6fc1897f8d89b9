"""Resolves a rule to its audience: who is in it, and who is left out, with the reason.

The audience is all contacts that the rule picks, minus those who must not be written
to. Each of these has a reason, so that every contact picked is accounted for. A contact
with several memberships is in it once, by the first for which the rule holds.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from audiences.contacts import PRIMARY, Contact, Via
from audiences.languages import split_codes
from audiences.organisations import Organisation
from audiences.segments import by_membership
from audiences.segments.by_membership import Range, bounded
from audiences.segments.compiler import Context
from audiences.segments.conditions import LANGUAGES, of_readers
from audiences.subscriptions import Standing, Subscription
from audiences.suppressions import Suppression

FIRST_PAGE, LARGEST_PAGE = 1_000, 8_000  # contacts per page of `members`
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


class LeftOut(StrEnum):
    """Why a contact that the rule picks is left out."""

    NO_ADDRESS = "no_address"  # the contact has none
    SUPPRESSED = "suppressed"  # the address must not be written to
    STOPPED = "stopped"  # the reader asked for no more letters
    UNSUBSCRIBED = "unsubscribed"  # the reader unsubscribed from the topic
    PAUSED = "paused"  # the reader asked for a break
    UNCONFIRMED = "unconfirmed"  # the subscription is not confirmed yet
    NOT_SUBSCRIBED = "not_subscribed"  # there is no subscription to the topic


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The size of an audience, and the number of contacts left out, by reason."""

    count: int
    excluded: dict[str, int] = field(default_factory=dict)
    by_kind: dict[str, int] = field(default_factory=dict)
    by_language: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One reader of an audience."""

    address: str
    organisation: str
    kind: str
    language: str | None


def reason(topic: str | None) -> ColumnElement[str | None]:
    """Return the SQL expression for the reason why a contact is left out.

    The first reason that applies; NULL when the contact is in the audience.
    """
    cases: list[tuple[ColumnElement[bool], str]] = [
        (Contact.address.is_(None), LeftOut.NO_ADDRESS),
        (Suppression.address_key.is_not(None), LeftOut.SUPPRESSED),
        (Contact.stopped_at.is_not(None), LeftOut.STOPPED),
    ]
    if topic is not None:
        cases += [
            (Subscription.standing.is_(None), LeftOut.NOT_SUBSCRIBED),
            (Subscription.standing == Standing.ENDED, LeftOut.UNSUBSCRIBED),
            (Subscription.standing == Standing.PAUSED, LeftOut.PAUSED),
            (Subscription.standing == Standing.PENDING, LeftOut.UNCONFIRMED),
        ]
    return case(*[(when, literal(why)) for when, why in cases], else_=null())


def audience(
    rule: str,
    context: Context,
    *columns: Column,
    via: Via = PRIMARY,
    within: Range | None = None,
) -> Select[*tuple[Any, ...]]:
    """Select columns of all contacts that a rule picks by a kind of membership.

    Left out or not. The queries of all `context.memberships` together have each contact
    once. `within` is a range of their numbers. Raises RuleError for a faulty rule.
    """
    picked = bounded(of_readers(select(*columns), via), within)
    picked = picked.outerjoin(
        Suppression, Suppression.address_key == Contact.address_key
    ).where(by_membership.counts(rule, context, via, within))
    if context.topic is None:
        return picked
    return picked.outerjoin(
        Subscription,
        and_(
            Subscription.contact_id == Contact.id, Subscription.topic == context.topic
        ),
    )


async def count(session: AsyncSession, rule: str, context: Context) -> Counted:
    """Count an audience by kind and language, and contacts left out by reason.

    A reader without a language counts as "und". Raises RuleError for a faulty rule.
    """
    why = reason(context.topic)
    columns = (Organisation.kind, LANGUAGES, why)
    groups = [
        row
        for via in context.memberships
        for row in await session.execute(
            audience(rule, context, *columns, func.count(), via=via).group_by(*columns)
        )
    ]
    excluded: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for kind, codes, left_out, number in groups:
        if left_out:
            excluded[str(left_out)] += number
            continue
        kinds[str(kind)] += number
        languages[first_language(codes) or "und"] += number
    return Counted(
        count=sum(kinds.values()),
        excluded=dict(excluded),
        by_kind=dict(kinds.most_common()),
        by_language=dict(languages.most_common()),
    )


async def members(
    session: AsyncSession, rule: str, context: Context
) -> AsyncIterator[Member]:
    """Yield the readers of an audience, ordered by the numbers of their contacts.

    Reads in pages, so that the first readers come at once and memory stays bounded. A
    page lists its contacts, because SQLite would otherwise scan all organisations; it
    also has their bounds, because PostgreSQL would otherwise scan all contacts. Raises
    RuleError for a faulty rule.
    """
    after, size = 0, FIRST_PAGE
    while (last := await page_end(session, after, size)) is not None:
        for address, code, kind, codes in await _page(
            session, rule, context, (after, last)
        ):
            yield Member(
                address=str(address),
                organisation=str(code),
                kind=str(kind),
                language=first_language(codes),
            )
        after, size = last, min(2 * size, LARGEST_PAGE)


async def _page(
    session: AsyncSession, rule: str, context: Context, within: Range
) -> list[Any]:
    """Return the readers in a range: address, organisation, kind, languages."""
    page = numbers(within)
    columns = (Organisation.code, Organisation.kind, LANGUAGES)
    rows: list[Any] = []
    for via in context.memberships:
        included = audience(
            *(rule, context, Contact.id, Contact.address, *columns),
            via=via,
            within=within,
        ).where(reason(context.topic).is_(None), Contact.id.in_(page))
        rows += await session.execute(included.order_by(Contact.id))
    if len(context.memberships) > 1:
        rows.sort(key=itemgetter(0))
    return [row[1:] for row in rows]


def numbers(within: Range) -> Select[int]:
    """Select the numbers of the contacts in a range.

    A query of `audience` that asks for these in their order starts from them. A range
    alone lets SQLite start from all organisations of a kind instead.
    """
    listed = aliased(Contact)
    after, last = within
    return select(listed.id).where(listed.id > after, listed.id <= last)


async def page_end(session: AsyncSession, after: int, size: int) -> int | None:
    """Return the last number of the page after a contact; None at the end."""
    page = (
        select(Contact.id)
        .where(Contact.id > after)
        .order_by(Contact.id)
        .limit(size)
        .subquery()
    )
    last: int | None = await session.scalar(select(func.max(page.c.id)))
    return last


def first_language(codes: object) -> str | None:
    """Return the first code of a stored list such as "fr en"; None when it is NULL."""
    return next(iter(split_codes(codes if isinstance(codes, str) else None)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadBy:
    """The membership by which a rule reads a contact, and what follows."""

    via: Via
    organisation_id: int
    picked: bool
    left_out: str | None  # why the contact gets no letter, though it is picked


async def read_by(
    session: AsyncSession, rule: str, context: Context, contact: Contact
) -> ReadBy:
    """Return by which membership a rule picks a contact; by the primary if by none.

    Raises RuleError for a faulty rule.
    """
    within = (contact.id - 1, contact.id)
    for via in context.memberships:
        columns = (via.organisation_id, reason(context.topic))
        query = audience(rule, context, *columns, via=via, within=within)
        row = (await session.execute(query)).first()
        if row is not None:
            return ReadBy(via=via, organisation_id=row[0], picked=True, left_out=row[1])
    return ReadBy(
        via=PRIMARY,
        organisation_id=contact.organisation_id,
        picked=False,
        left_out=None,
    )
