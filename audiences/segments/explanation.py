"""Explains, clause by clause, why a contact is in an audience or not."""

from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, role_names
from audiences.languages import split_codes
from audiences.organisations import (
    Country,
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.segments import compiler, grammar, resolve, rules
from audiences.segments.compiler import Context
from audiences.segments.conditions import LANGUAGES, of_readers
from audiences.subscriptions import Subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A clause of a rule, whether it holds for a contact, and the fact behind it."""

    clause: str
    holds: bool
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Whether a contact is in an audience, and why.

    `excluded` is the reason why a contact that the rule picks is left out.
    """

    included: bool
    clauses: tuple[Clause, ...]
    excluded: str | None


async def explain(
    session: AsyncSession, rule: str, contact: Contact, context: Context
) -> Explanation:
    """Test every clause of a rule on one contact; raise RuleError for a faulty rule."""
    text = context.vocabulary.segments.get(rule.strip(), rule)
    clauses = rules.leaves(grammar.parse(text))
    whole = compiler.condition(rule, context)  # first: it refuses a rule too large
    conditions = [compiler.clause(leaf, text, context) for leaf in clauses]
    query = of_readers(select(whole, *conditions)).where(Contact.id == contact.id)
    picked, *held = (await session.execute(query)).one()
    known = await _facts(session, contact)
    why = resolve.audience(rule, context, resolve.reason(context.topic)).where(
        Contact.id == contact.id
    )
    excluded = await session.scalar(why)
    return Explanation(
        included=bool(picked) and excluded is None,
        clauses=tuple(
            Clause(clause=leaf.text, holds=bool(holds), because=_because(leaf, known))
            for leaf, holds in zip(clauses, held, strict=True)
        ),
        excluded=str(excluded) if excluded else None,
    )


def _because(leaf: rules.Leaf, known: dict[str, str]) -> str:
    if isinstance(leaf, rules.Comparison):
        return f"{leaf.fact} is {known.get(leaf.fact) or 'not known'}"
    argument = leaf.argument.text
    if leaf.name == "sub":
        standing = known.get(f"sub {argument.casefold()}", "does not exist")
        return f"the subscription to {argument} {standing}"
    if leaf.name == "speaks":
        return f"the reader's languages are {known.get('languages') or 'not known'}"
    return f"decided by the saved rule {argument}"


async def _facts(session: AsyncSession, contact: Contact) -> dict[str, str]:
    """Return what is known of a contact, by the names of facts; "" is not known."""
    row = (
        await session.execute(
            of_readers(select(Organisation, Country, LANGUAGES)).where(
                Contact.id == contact.id
            )
        )
    ).one()
    organisation = row[0]
    known = _single_facts(contact, row)
    fields = await session.scalars(
        select(OrganisationField.field).where(
            OrganisationField.organisation_id == organisation.id
        )
    )
    known["fields"] = ", ".join(sorted(fields))
    known |= await _countries(session, organisation)
    for topic, standing, since in await session.execute(
        select(Subscription.topic, Subscription.standing, Subscription.since).where(
            Subscription.contact_id == contact.id
        )
    ):
        known[f"sub {topic}"] = f"is {standing} since {since:%Y-%m-%d}"
    return known


def _single_facts(
    contact: Contact, row: Row[Organisation, Country | None, str]
) -> dict[str, str]:
    organisation, country, codes = row
    languages = split_codes(codes)
    confirmed = organisation.confirmed_at
    return {
        "kind": organisation.kind,
        "status": organisation.status or "",
        "level": organisation.level or "",
        "organisation": organisation.code,
        "country": organisation.country or "",
        "region": country.region if country is not None else "",
        "group": (country.electoral_group or "") if country is not None else "",
        "desk": organisation.code if organisation.kind == "sector" else "",
        "role": ", ".join(role_names(contact.roles)),
        "lang": languages[0] if languages else "",
        "languages": ", ".join(languages),
        "last_confirmed": f"{confirmed:%Y-%m-%d}" if confirmed else "never",
    }


async def _countries(
    session: AsyncSession, organisation: Organisation
) -> dict[str, str]:
    rows = await session.execute(
        select(OrganisationCountry.relation, OrganisationCountry.country).where(
            OrganisationCountry.organisation_id == organisation.id
        )
    )
    related: dict[str, list[str]] = {Relation.ACTS_IN: [], Relation.SERVES: []}
    for relation, country in rows:
        related[relation].append(country)
    concerned = [*filter(None, [organisation.country]), *related[Relation.ACTS_IN]]
    offices = await session.scalars(
        select(Organisation.code)
        .join(OrganisationCountry)
        .where(
            OrganisationCountry.relation == Relation.SERVES,
            OrganisationCountry.country.in_(concerned),
        )
        .distinct()
    )
    return {
        "acts_in": ", ".join(sorted(related[Relation.ACTS_IN])),
        "serves": ", ".join(sorted(related[Relation.SERVES])),
        "served_by": ", ".join(sorted(offices)),
    }
