"""Explains, clause by clause, why a contact is in an audience or not."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.languages import split_codes
from audiences.organisations import (
    Country,
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.people.details import ContactTag
from audiences.segments import compiler, grammar, resolve, rules
from audiences.segments.compiler import Context
from audiences.segments.conditions import LANGUAGES, of_readers
from audiences.segments.resolve import ReadBy
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

    `excluded` is the reason why a contact that the rule picks is left out. The clauses
    are about `organisation`; `others` are the contact's other organisations, each with
    whether the rule holds there.
    """

    included: bool
    organisation: str
    others: Mapping[str, bool]
    clauses: tuple[Clause, ...]
    excluded: str | None

    def document(self) -> dict[str, Any]:
        """Return the explanation for JSON, clause by clause."""
        return {
            "in": self.included,
            "organisation": self.organisation,
            "others": dict(self.others),
            "clauses": [asdict(clause) for clause in self.clauses],
            "excluded": self.excluded,
        }


async def explain(
    session: AsyncSession, rule: str, contact: Contact, context: Context
) -> Explanation:
    """Test every clause of a rule on one contact; raise RuleError for a faulty rule."""
    text = context.vocabulary.segments.get(rule.strip(), rule)
    leaves = rules.leaves(grammar.parse(text))
    read = await resolve.read_by(session, rule, context, contact)
    conditions = [compiler.clause(leaf, text, context, read.via) for leaf in leaves]
    query = of_readers(select(read.via.roles, *conditions), read.via).where(
        Contact.id == contact.id, Organisation.id == read.organisation_id
    )
    roles, *held = (await session.execute(query)).one()
    known = await _facts(session, contact, read, context.vocabulary.roles.codes(roles))
    return Explanation(
        included=read.picked and read.left_out is None,
        organisation=known["organisation"],
        others=await _others(session, rule, contact, context, read),
        clauses=tuple(
            Clause(clause=leaf.text, holds=bool(holds), because=_because(leaf, known))
            for leaf, holds in zip(leaves, held, strict=True)
        ),
        excluded=read.left_out,
    )


async def _others(
    session: AsyncSession, rule: str, contact: Contact, context: Context, read: ReadBy
) -> dict[str, bool]:
    """Return for each other organisation of the contact whether the rule holds."""
    found: dict[str, bool] = {}
    for via in context.memberships:
        holds = compiler.condition(rule, context, via)
        query = of_readers(select(Organisation.code, holds), via).where(
            Contact.id == contact.id, Organisation.id != read.organisation_id
        )
        rows = await session.execute(query.order_by(Organisation.code))
        found |= {code: bool(holds) for code, holds in rows}
    return found


_DECIDED = {"kept": "the kept list ", "segment": "the saved rule "}


def _because(leaf: rules.Leaf, known: dict[str, str]) -> str:
    if isinstance(leaf, rules.Comparison):
        if leaf.fact == "reached":
            return "decided by the letters that were sent"
        return f"{leaf.fact} is {known.get(leaf.fact) or 'not known'}"
    argument = leaf.argument.text
    if leaf.name == "sub":
        standing = known.get(f"sub {argument.casefold()}", "does not exist")
        return f"the subscription to {argument} {standing}"
    if leaf.name == "speaks":
        return f"the reader's languages are {known.get('languages') or 'not known'}"
    return f"decided by {_DECIDED.get(leaf.name, 'what became of ')}{argument}"


async def _facts(
    session: AsyncSession, contact: Contact, read: ReadBy, roles: Sequence[str]
) -> dict[str, str]:
    """Return what is known of a contact, by the names of facts; "" is not known.

    `roles` are those in the membership by which the rule reads the contact.
    """
    query = of_readers(select(Organisation, Country, LANGUAGES), read.via).where(
        Contact.id == contact.id, Organisation.id == read.organisation_id
    )
    row = (await session.execute(query)).one()
    organisation = row[0]
    known = _single_facts(roles, row)
    fields = await session.scalars(
        select(OrganisationField.field).where(
            OrganisationField.organisation_id == organisation.id
        )
    )
    known["fields"] = ", ".join(sorted(fields))
    known |= await _countries(session, organisation)
    tags = await session.scalars(
        select(ContactTag.tag).where(ContactTag.contact_id == contact.id)
    )
    known["tags"] = ", ".join(sorted(tags))
    for topic, standing, since in await session.execute(
        select(Subscription.topic, Subscription.standing, Subscription.since).where(
            Subscription.contact_id == contact.id
        )
    ):
        known[f"sub {topic}"] = f"is {standing} since {since:%Y-%m-%d}"
    return known


def _single_facts(
    roles: Sequence[str], row: Row[Organisation, Country | None, str]
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
        "role": ", ".join(roles),
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
