"""Finds staged rows whose contact would have no organisation."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.intake.tables import BODIES, ROWS
from audiences.intake.values.checked import Fault
from audiences.organisations import Organisation

IS_CONTACT = ROWS.c.address_key.is_not(None)  # else the row has an organisation alone
NAMES_NONE = and_(IS_CONTACT, ROWS.c.contact_id.is_(None), ROWS.c.body.is_(None))
MOST_DOMAINS = 50  # that are looked for in the directory


def rows() -> Select[*tuple[Any, ...]]:
    """Select the rows whose contact would have no organisation.

    A new contact names none, or the organisation is new and its first row has no kind
    or no name.
    """
    incomplete = select(BODIES.c.body).where(cells())
    return (
        select(
            ROWS.c.number,
            ROWS.c.row,
            ROWS.c.address,
            BODIES.c.code,
            BODIES.c.kind,
            BODIES.c.organisation_name,
        )
        .outerjoin(BODIES, BODIES.c.body == ROWS.c.body)
        .where(or_(NAMES_NONE, ROWS.c.body.in_(incomplete)))
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


async def domains(session: AsyncSession) -> dict[str, str]:
    """Return domain → code of the one organisation with addresses of that domain.

    They are domains of new contacts without an organisation.
    """
    addresses = await session.scalars(
        select(ROWS.c.address).where(NAMES_NONE).order_by(ROWS.c.number).limit(1000)
    )
    wanted = list(dict.fromkeys(map(_domain, addresses)))[:MOST_DOMAINS]
    if not wanted:
        return {}
    known = await session.execute(
        select(Contact.address, Organisation.code)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(
            or_(*(Contact.address.endswith(f"@{d}", autoescape=True) for d in wanted))
        )
    )
    codes: dict[str, set[str]] = {}
    for address, code in known:
        codes.setdefault(_domain(address), set()).add(code)
    return {domain: next(iter(of)) for domain, of in codes.items() if len(of) == 1}


def _domain(address: str | None) -> str:
    return (address or "").rpartition("@")[2].lower()


def fault(each: RowMapping, domains: Mapping[str, str]) -> Iterator[Fault]:
    """Yield the fault of a row that `rows` selects; `domains` suggest organisations."""
    code = each["code"]
    if code:
        needed = ["kind", "organisation_name"]
        lacks = [column for column in needed if not each[column]] or needed
        remedy = "; --set kind=ngo fills all rows" if "kind" in lacks else ""
        if "organisation_name" in lacks:
            remedy += "; if it is a name, --column organisation_name=HEADING"
        reason = (
            f"{code} is new: the first row that names it needs"
            f" {' and '.join(lacks)}{remedy}"
        )
    elif like := domains.get(_domain(each["address"])):
        reason = (
            f"no organisation is named; {like} has addresses of this domain: write"
            " the code in a column organisation, or --set organisation=CODE"
        )
    else:
        reason = (
            "a new contact needs an organisation; --set organisation=CODE names one"
            " for all rows, and --set kind=delegation the delegation of each row's"
            " country"
        )
    yield Fault(each["row"], "organisation", code or "", reason)
