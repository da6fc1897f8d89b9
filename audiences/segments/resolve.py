"""Resolves a rule to its audience: who is in, and who is left out and why.

The audience is the segment less those who must not be written to. Nobody is dropped
silently: whoever the rule picks comes back with a reason or with none.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
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

from audiences.contacts import Contact
from audiences.languages import split_codes
from audiences.organisations import Organisation
from audiences.segments import compiler
from audiences.segments.compiler import Context
from audiences.segments.conditions import LANGUAGES, of_readers
from audiences.subscriptions import Standing, Subscription
from audiences.suppressions import Suppression

FIRST, LARGEST = 1_000, 8_000  # contacts looked at for a page of members
Column = ColumnElement[Any] | InstrumentedAttribute[Any]


class LeftOut(StrEnum):
    """Why a contact the rule picks is not written to."""

    NO_ADDRESS = "no_address"
    SUPPRESSED = "suppressed"  # the address must not be written to
    STOPPED = "stopped"  # the reader asked for no more letters
    UNSUBSCRIBED = "unsubscribed"  # the reader left this topic
    PAUSED = "paused"  # the reader asked for a break
    UNCONFIRMED = "unconfirmed"  # the reader has not confirmed a wish yet
    NOT_SUBSCRIBED = "not_subscribed"  # the topic was never asked for


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How many a rule reaches, and how many it leaves out, by reason."""

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
    """Say why a contact is left out, NULL where it is not; first reason wins."""
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


def audience(rule: str, context: Context, *columns: Column) -> Select[*tuple[Any, ...]]:
    """Select columns of everyone the rule picks, left out or not."""
    chosen = (
        of_readers(select(*columns))
        .outerjoin(Suppression, Suppression.address_key == Contact.address_key)
        .where(compiler.condition(rule, context))
    )
    if context.topic is None:
        return chosen
    return chosen.outerjoin(
        Subscription,
        and_(
            Subscription.contact_id == Contact.id, Subscription.topic == context.topic
        ),
    )


async def count(session: AsyncSession, rule: str, context: Context) -> Counted:
    """Count an audience by kind and language, and those left out by reason."""
    why = reason(context.topic)
    columns = (Organisation.kind, LANGUAGES, why)
    grouped = audience(rule, context, *columns, func.count()).group_by(*columns)
    excluded: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for kind, spoken, left_out, number in await session.execute(grouped):
        if left_out:
            excluded[str(left_out)] += number
            continue
        kinds[str(kind)] += number
        languages[first_language(spoken) or "und"] += number
    return Counted(
        count=sum(kinds.values()),
        excluded=dict(excluded),
        by_kind=dict(kinds.most_common()),
        by_language=dict(languages.most_common()),
    )


async def members(
    session: AsyncSession, rule: str, context: Context
) -> AsyncIterator[Member]:
    """Stream an audience in the order of its contacts.

    Page by page, so that the first is there at once and memory stays bounded; each
    names its contacts one by one, or SQLite looks at every organisation for it; and by
    their bounds, or PostgreSQL reads every contact for it.
    """
    chosen = (
        audience(
            rule,
            context,
            Contact.address,
            Organisation.code,
            Organisation.kind,
            LANGUAGES,
        )
        .where(reason(context.topic).is_(None))
        .order_by(Contact.id)
    )
    after, size = 0, FIRST
    while (last := await _page_end(session, after, size)) is not None:
        each = aliased(Contact)
        page = select(each.id).where(each.id > after, each.id <= last)
        bounded = chosen.where(Contact.id > after, Contact.id <= last)
        found = await session.execute(bounded.where(Contact.id.in_(page)))
        for address, code, kind, spoken in found:
            yield Member(
                address=str(address),
                organisation=str(code),
                kind=str(kind),
                language=first_language(spoken),
            )
        after, size = last, min(2 * size, LARGEST)


async def _page_end(session: AsyncSession, after: int, size: int) -> int | None:
    """Return the last contact of the page behind one, None where there is none."""
    page = (
        select(Contact.id)
        .where(Contact.id > after)
        .order_by(Contact.id)
        .limit(size)
        .subquery()
    )
    last: int | None = await session.scalar(select(func.max(page.c.id)))
    return last


def first_language(spoken: object) -> str | None:
    """Return the language a reader is written in, None where nothing names one."""
    return next(iter(split_codes(spoken if isinstance(spoken, str) else None)), None)
