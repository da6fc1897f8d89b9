"""Rules and contacts with several memberships: which one counts, and whether any does.

A contact that a rule picks is read by one membership: the primary one if the rule holds
for it, else the oldest further one for which it holds. The queries are WITH clauses,
because the parser of SQLite cannot take a rule of many levels in a nested query.
"""

from collections.abc import Iterable

from sqlalchemy import CompoundSelect, Select, and_, func, or_, select, union

from audiences.contacts import FURTHER, PRIMARY, Contact, Membership, Via
from audiences.segments import compiler
from audiences.segments.compiler import Context
from audiences.segments.conditions import Chosen, Condition, of_readers

Range = tuple[int, int]  # numbers of contacts: above the first, up to the second


def bounded(chosen: Chosen, within: Range | None) -> Chosen:
    """Return a query on contacts with numbers in a range; None is all."""
    if within is None:
        return chosen
    after, last = within
    return chosen.where(Contact.id > after, Contact.id <= last)


def counts(
    rule: str, context: Context, via: Via, within: Range | None = None
) -> Condition:
    """Whether a rule picks the contact by this membership, and by none before it.

    For a query of `of_readers` with the same `via` and range.
    """
    if via is PRIMARY:
        return compiler.condition(rule, context)
    further = compiler.condition(rule, context, FURTHER)
    oldest = (
        of_readers(select(func.min(Membership.id).label("id")), FURTHER)
        .where(further)
        .group_by(Contact.id)
    )
    primary = _primary(compiler.condition(rule, context))
    return and_(
        Membership.id.in_(select(bounded(oldest, within).cte().c.id)),
        Contact.id.not_in(select(bounded(primary, within).cte().c.id)),
    )


def by_any(texts: Iterable[str], context: Context, via: Via) -> list[Condition]:
    """Return for each rule whether it holds for any membership of the contact.

    For queries of `of_readers` with the same `via`.
    """
    texts = list(texts)
    conditions = compiler.conditions_of(texts, context, via)
    if len(context.memberships) == 1:
        return conditions
    of_primary = compiler.conditions_of(texts, context, PRIMARY)
    of_further = compiler.conditions_of(texts, context, FURTHER)
    return [
        or_(holds, Contact.id.in_(select(_any(primary, further).cte().c.id)))
        for holds, primary, further in zip(
            conditions, of_primary, of_further, strict=True
        )
    ]


def _primary(condition: Condition) -> Select[int]:
    """Select the contacts with several memberships whose primary one fulfils it."""
    several = select(Membership.contact_id)
    return of_readers(select(Contact.id)).where(Contact.id.in_(several), condition)


def _any(primary: Condition, further: Condition) -> CompoundSelect[int]:
    """Select the contacts with several memberships of which one fulfils its condition.

    `primary` and `further` are the same rule for the two kinds of membership.
    """
    others = of_readers(select(Contact.id), FURTHER).where(further)
    return union(_primary(primary), others)
