"""The SQLAlchemy condition for each fact and question of a rule.

For queries that `of_readers` joins. Each condition is true or false, never NULL.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from audiences.contacts import FURTHER, PRIMARY, Contact, Membership, Via
from audiences.organisations import (
    Country,
    Kind,
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
    folded,
)
from audiences.people.details import ContactTag, tag
from audiences.people.kept_lists import KeptContact
from audiences.segments.rules import Operator
from audiences.subscriptions import Standing, Subscription

Condition = ColumnElement[bool]
Clause = Callable[[list[str]], Condition]
Chosen = TypeVar("Chosen", bound=Select[*tuple[Any, ...]])

LANGUAGES = func.coalesce(Contact.languages, Organisation.languages, Country.languages)


def of_readers(chosen: Chosen, via: Via = PRIMARY) -> Chosen:
    """Return a query on contacts, joined with organisations and, if any, countries.

    The organisation is that of the membership `via`: a contact has one row for its
    primary membership, or one for each further one.
    """
    contacts = chosen.select_from(Contact)
    if via is FURTHER:
        contacts = contacts.join(Membership, Membership.contact_id == Contact.id)
    return contacts.join(
        Organisation, Organisation.id == via.organisation_id
    ).outerjoin(Country, Country.code == Organisation.country)


def _nullable(column: InstrumentedAttribute[str | None]) -> Clause:
    return lambda values: and_(column.is_not(None), column.in_(values))


def _required(column: InstrumentedAttribute[str]) -> Clause:
    return column.in_


def _region(values: list[str]) -> Condition:
    return and_(Country.code.is_not(None), Country.region.in_(values))


def _group(values: list[str]) -> Condition:
    return and_(
        Country.electoral_group.is_not(None), Country.electoral_group.in_(values)
    )


def _organisation(values: list[str]) -> Condition:
    return Organisation.code_key.in_([folded(each) for each in values])


def _fields(values: list[str]) -> Condition:
    return exists().where(
        OrganisationField.organisation_id == Organisation.id,
        OrganisationField.field.in_(values),
    )


def _countries(relation: Relation) -> Clause:
    return lambda values: Organisation.id.in_(
        select(OrganisationCountry.organisation_id).where(
            OrganisationCountry.relation == relation,
            OrganisationCountry.country.in_(values),
        )
    )


def _served_by(values: list[str]) -> Condition:
    """Whether an office covers the organisation's seat or a country it acts in."""
    office = aliased(Organisation)
    covered = (
        select(OrganisationCountry.country)
        .join(office, office.id == OrganisationCountry.organisation_id)
        .where(
            OrganisationCountry.relation == Relation.SERVES,
            office.kind == Kind.FIELD_OFFICE,
            office.code.in_(values),
        )
    )
    active = aliased(OrganisationCountry)
    acting = select(active.organisation_id).where(
        active.relation == Relation.ACTS_IN, active.country.in_(covered)
    )
    seated = and_(Organisation.country.is_not(None), Organisation.country.in_(covered))
    return or_(seated, Organisation.id.in_(acting))


def _desk(values: list[str]) -> Condition:
    return and_(Organisation.kind == Kind.SECTOR, Organisation.code.in_(values))


def role(roles: int, via: Via) -> Condition:
    """Whether the contact has one of a stored set of roles in the membership `via`."""
    return via.roles.bitwise_and(roles) != 0


def _tags(values: list[str]) -> Condition:
    return Contact.id.in_(
        select(ContactTag.contact_id).where(ContactTag.tag.in_(map(tag, values)))
    )


def _first_language(values: list[str]) -> Condition:
    alone = LANGUAGES.in_(values)
    ahead = [LANGUAGES.like(f"{each} %") for each in values]
    return and_(LANGUAGES.is_not(None), or_(alone, *ahead))


def speaks(language: str) -> Condition:
    """Whether a language is one of those that the language chain names."""
    padded = " " + LANGUAGES + " "
    return and_(LANGUAGES.is_not(None), padded.like(f"% {language} %"))


def kept(name: str) -> Condition:
    """Whether the contact is on a kept list."""
    return Contact.id.in_(
        select(KeptContact.contact_id).where(KeptContact.name == name)
    )


def subscribed(topic: str, *, relaxed: bool) -> Condition:
    """Whether the contact subscribes to the topic.

    With `relaxed`, also a contact who unsubscribed from it or paused it.
    """
    standings = [Standing.ACTIVE]
    if relaxed:
        standings += [Standing.PAUSED, Standing.ENDED]
    held = aliased(Subscription)  # an alias: the audience joins this table, too
    return exists().where(
        held.contact_id == Contact.id,
        held.topic == topic,
        held.standing.in_(standings),
    )


def dated(
    column: InstrumentedAttribute[datetime | None], operator: Operator, day: date
) -> Condition:
    """Compare an instant with a day in UTC; a missing instant is before every day."""
    starts = datetime.combine(day, time.min, UTC)
    ends = datetime.combine(day, time.max, UTC)
    match operator:
        case Operator.BEFORE:
            return or_(column.is_(None), column < starts)
        case Operator.UNTIL:
            return or_(column.is_(None), column <= ends)
        case Operator.AFTER:
            return and_(column.is_not(None), column > ends)
        case _:
            return and_(column.is_not(None), column >= starts)


# Facts of the contact or of the organisation; a role is a fact of the membership.
CLAUSES: dict[str, Clause] = {
    "kind": _required(Organisation.kind),
    "status": _nullable(Organisation.status),
    "level": _nullable(Organisation.level),
    "organisation": _organisation,
    "country": _nullable(Organisation.country),
    "region": _region,
    "group": _group,
    "fields": _fields,
    "acts_in": _countries(Relation.ACTS_IN),
    "serves": _countries(Relation.SERVES),
    "served_by": _served_by,
    "desk": _desk,
    "tags": _tags,
    "lang": _first_language,
}
