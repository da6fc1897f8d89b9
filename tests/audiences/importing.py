"""Imports a list as the command does, and reads what an import may change."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.intake import importing, read
from audiences.intake.applied import undo
from audiences.intake.applied.undo import Undone
from audiences.intake.importing import ImportReport
from audiences.intake.lists.table import Table
from audiences.organisations import Organisation, OrganisationCountry
from audiences.subscriptions import Subscription
from mailer import clock
from mailer.maintenance.founding import EDITOR
from mailer.outbox import ledger
from mailer.sites.site import Site

HEAD = (
    "address;name;role;language;organisation;organisation_name;kind;country;fields;"
    "topics"
)
GOOD = (
    "new@ngo.example;Awa Ndiaye;head press;fr en;new-ngo;New NGO;ngo;SN;ED SHS;"
    "monthly-letter"
)


async def import_file(
    site: Site,
    path: Path,
    *,
    apply: bool = True,
    basis: str | None = "test",
    strict: bool = False,
    repair: bool = False,
) -> ImportReport:
    """Import a file, or without `apply` only plan it; return the report."""
    table = read.open_table(path, repair=repair)
    return await import_table(site, table, apply=apply, basis=basis, strict=strict)


async def import_table(
    site: Site,
    table: Table,
    *,
    apply: bool = True,
    basis: str | None = "test",
    strict: bool = False,
) -> ImportReport:
    """Import an open list; return the report."""
    async with site.database.connection() as held:
        _, report = await importing.run(
            held,
            table,
            key=site.address_key,
            basis=basis,
            strict=strict,
            by=EDITOR,
            now=clock.now,
            apply=apply,
        )
    return report


async def countries(session: AsyncSession) -> dict[str | None, str | None]:
    """Return the country of the organisation of each contact of x.example."""
    rows = await session.execute(
        select(Contact.address, Organisation.country)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(Contact.address.endswith("@x.example"))
    )
    return {address: country for address, country in rows}


async def undone(site: Site, report: ImportReport) -> Undone:
    """Undo an import."""
    number = report.import_id or 0
    async with site.database.writing() as session:
        return await undo.undo(
            session,
            number,
            in_use=ledger.written_to(),
            membership_in_use=ledger.written_to_by(),
            by=EDITOR,
            now=clock.now(),
        )


def write(tmp_path: Path, *lines: str, head: str = HEAD) -> Path:
    """Write a CSV file with these rows below the headings; return its path."""
    path = tmp_path / "list.csv"
    path.write_text("\n".join([head, *lines]), encoding="utf-8")
    return path


async def snapshot(site: Site) -> list[tuple[object, ...]]:
    """Return what an import can change, to compare it."""
    async with site.database.reading() as session:
        people = await session.execute(
            select(
                Contact.address,
                Contact.name,
                Contact.roles,
                Contact.languages,
                Organisation.code,
                Organisation.name,
                Organisation.country,
                Organisation.status,
                Organisation.languages,
            )
            .join(Organisation, Organisation.id == Contact.organisation_id)
            .order_by(Contact.id)
        )
        topics = await session.execute(
            select(
                Subscription.contact_id, Subscription.topic, Subscription.standing
            ).order_by(Subscription.contact_id, Subscription.topic)
        )
        places = await session.execute(
            select(
                OrganisationCountry.organisation_id, OrganisationCountry.country
            ).order_by(OrganisationCountry.organisation_id, OrganisationCountry.country)
        )
        joined = await session.execute(
            select(Membership.contact_id, Organisation.code, Membership.roles)
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .order_by(Membership.id)
        )
        every = (people, topics, places, joined)
        return [tuple(row) for rows in every for row in rows]
