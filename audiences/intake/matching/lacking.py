"""Finds staged rows whose contact would have no organisation."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, or_, select

from audiences.intake.tables import BODIES, ROWS
from audiences.intake.values.checked import Fault

IS_CONTACT = ROWS.c.address_key.is_not(None)  # else the row has an organisation alone


def rows() -> Select[*tuple[Any, ...]]:
    """Select the rows whose contact would have no organisation.

    A new contact names none, or the organisation is new and its first row has no kind
    or no name.
    """
    names_none = and_(IS_CONTACT, ROWS.c.contact_id.is_(None), ROWS.c.body.is_(None))
    incomplete = select(BODIES.c.body).where(cells())
    return (
        select(
            ROWS.c.number,
            ROWS.c.row,
            BODIES.c.code,
            BODIES.c.kind,
            BODIES.c.organisation_name,
        )
        .outerjoin(BODIES, BODIES.c.body == ROWS.c.body)
        .where(or_(names_none, ROWS.c.body.in_(incomplete)))
        .order_by(ROWS.c.number)
    )


def cells() -> ColumnElement[bool]:
    """Whether an organisation is new, and its first row has no kind or no name."""
    lead = BODIES.alias("lead")
    complete = exists().where(
        lead.c.organisation == BODIES.c.organisation,
        lead.c.leads,
        lead.c.kind.is_not(None),
        lead.c.organisation_name.is_not(None),
    )
    return and_(BODIES.c.organisation_id.is_(None), ~complete)


def fault(each: RowMapping) -> Iterator[Fault]:
    """Yield the fault of a row that `rows` selects."""
    code = each["code"]
    if code:
        needed = ["kind", "organisation_name"]
        lacks = [column for column in needed if not each[column]] or needed
        remedy = "; --set kind=ngo fills all rows" if "kind" in lacks else ""
        reason = (
            f"{code} is new: the first row that names it needs"
            f" {' and '.join(lacks)}{remedy}"
        )
    else:
        reason = (
            "a new contact needs an organisation; --set organisation=CODE names one"
            " for all rows, and --set kind=delegation the delegation of each row's"
            " country"
        )
    yield Fault(each["row"], "organisation", code or "", reason)
