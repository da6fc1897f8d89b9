"""Counts what became of a campaign's letters by groups of readers.

One query counts kind, country and language together; their numbers of groups are small.
Sectors and domains have one each: an organisation may work for several sectors, and a
list may have as many domains as readers.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    case,
    func,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Country, Kind, Organisation, OrganisationField
from mailer.campaigns.models import Campaign
from mailer.feedback.models import EventAnswer, FeedbackKind, FeedbackMail, MailStanding
from mailer.outbox.models import FOR_ORGANISATION, Message
from mailer.outcomes.faults import domain_of
from mailer.reports.results import tally
from mailer.reports.results.tally import Answers, ReaderCounts, largest

MOST = 20  # groups of a kind that a report lists; those with the most readers
Mine = tuple[ColumnElement[bool], ...]  # as of ledger.of_campaign
Groups = Mapping[str, dict[str, ReaderCounts]]


async def read(session: AsyncSession, campaign: Campaign, mine: Mine) -> Groups:
    """Return kind of group → group → its counts; "" is a group without a name."""
    found: dict[str, dict[str, ReaderCounts]] = {}
    for names, query in (
        (("kind", "region", "country", "language"), _by_reader(campaign, mine)),
        (("sector",), _by_sector(campaign, mine)),
        (("relay",), _by_relay(campaign, mine)),
        (("domain",), _by_domain(campaign, mine, domain_of(session))),
    ):
        groups: dict[str, dict[str, ReaderCounts]] = {
            name: defaultdict(ReaderCounts) for name in names
        }
        for *values, state, readers, replied, answered, away in (
            await session.execute(query)
        ).all():
            answers = Answers(replied, answered, away)
            for name, value in zip(names, values, strict=True):
                groups[name][value or ""].add(state, readers, answers)
        found |= {name: largest(groups[name], MOST) for name in names}
    return found


async def total(session: AsyncSession, campaign: Campaign, mine: Mine) -> ReaderCounts:
    """Return the counts of all readers of a campaign."""
    states = select(Message.state, func.count()).where(*mine).group_by(Message.state)
    found = {state: count for state, count in await session.execute(states)}
    return tally.together(found, await answers(session, campaign, mine))


async def answers(session: AsyncSession, campaign: Campaign, mine: Mine) -> Answers:
    """Count the readers of a campaign who answered; it begins with the answers."""
    given = _answers(campaign)
    sums = (given.c.replied, given.c.answered, given.c.away)
    row = await session.execute(
        select(*(func.coalesce(func.sum(each), 0) for each in sums))
        .select_from(given)
        .join(Message, Message.contact_id == given.c.contact_id)
        .where(*mine)
    )
    return Answers(*row.one())


def _counted(
    campaign: Campaign, mine: Mine, *by: ColumnElement[Any]
) -> Select[*tuple[Any, ...]]:
    """Select groups, the state, and how many readers have it and gave answers."""
    given = _answers(campaign)
    return (
        select(
            *by,
            Message.state,
            func.count(),
            func.coalesce(func.sum(given.c.replied), 0),
            func.coalesce(func.sum(given.c.answered), 0),
            func.coalesce(func.sum(given.c.away), 0),
        )
        .select_from(Message)
        .outerjoin(given, given.c.contact_id == Message.contact_id)
        .where(*mine)
    )


def _answers(campaign: Campaign) -> Subquery:
    """Return who answered: a row for each contact, with 1 for each way they did."""
    came = (
        select(Message.contact_id, FeedbackMail.kind.label("kind"))
        .join(Message, Message.id == FeedbackMail.message_number)
        .where(
            FeedbackMail.campaign_id == campaign.id,
            FeedbackMail.kind.in_((FeedbackKind.REPLY, FeedbackKind.AUTO_REPLY)),
            FeedbackMail.standing == MailStanding.FILED,
        )
    )
    uid = (campaign.event or {}).get("uid", "")
    answered = select(
        EventAnswer.contact_id, literal(str(FeedbackKind.ANSWER)).label("kind")
    ).where(EventAnswer.uid == uid)
    every = union_all(came, answered).subquery()

    def any_of(kind: FeedbackKind, name: str) -> ColumnElement[int]:
        return func.max(case((every.c.kind == kind, 1), else_=0)).label(name)

    return (
        select(
            every.c.contact_id,
            any_of(FeedbackKind.REPLY, "replied"),
            any_of(FeedbackKind.ANSWER, "answered"),
            any_of(FeedbackKind.AUTO_REPLY, "away"),
        )
        .group_by(every.c.contact_id)
        .subquery()
    )


def _by_reader(campaign: Campaign, mine: Mine) -> Select[*tuple[Any, ...]]:
    by = (
        Organisation.kind.expression,
        Country.region.expression,
        Organisation.country.expression,
        Message.language.expression,
    )
    return (
        _counted(campaign, mine, *by)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .outerjoin(Country, Country.code == Organisation.country)
        .group_by(*by, Message.state)
    )


def _by_sector(campaign: Campaign, mine: Mine) -> Select[*tuple[Any, ...]]:
    """Select by sector: of its own desks, and of organisations that work for it."""
    desks = select(
        Organisation.id.label("organisation_id"), Organisation.code.label("sector")
    ).where(Organisation.kind == Kind.SECTOR)
    codes = select(Organisation.code).where(Organisation.kind == Kind.SECTOR)
    works = select(OrganisationField.organisation_id, OrganisationField.field).where(
        OrganisationField.field.in_(codes)
    )
    of = union(desks, works).subquery()
    return (
        _counted(campaign, mine, of.c.sector)
        .join(Contact, Contact.id == Message.contact_id)
        .join(of, of.c.organisation_id == FOR_ORGANISATION)
        .group_by(of.c.sector, Message.state)
    )


def _by_relay(campaign: Campaign, mine: Mine) -> Select[*tuple[Any, ...]]:
    """Select by the relay that had the message last; not those that none had."""
    return (
        _counted(campaign, mine, Message.relay.expression)
        .where(Message.relay.is_not(None))
        .group_by(Message.relay, Message.state)
    )


def _by_domain(
    campaign: Campaign, mine: Mine, domain: ColumnElement[str]
) -> Select[*tuple[Any, ...]]:
    return (
        _counted(campaign, mine, domain)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Contact.address.is_not(None), domain.in_(_largest(mine, domain)))
        .group_by(domain, Message.state)
    )


def _largest(mine: Mine, domain: ColumnElement[str]) -> Select[str]:
    """Select the domains with the most readers, MOST of them."""
    top = (
        select(domain.label("domain"))
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .where(*mine, Contact.address.is_not(None))
        .group_by(domain)
        .order_by(func.count().desc(), domain)
        .limit(MOST)
        .subquery()
    )
    return select(top.c.domain)
