"""The steps that list, show and export a directory, as the commands do it."""

import time
from pathlib import Path

from audiences.export import listing, rows, selection
from audiences.export.formats import Form
from audiences.person import person
from audiences.record import changes
from audiences.record.changes import Changed
from mailer import clock
from mailer.cli.saving import saving_table
from mailer.reports import audience, letters
from mailer.sites.opening import open_site

PAGE = 50
FIRST = 1  # the number of the first campaign


async def looking(folder: Path) -> dict[str, float]:
    """List the first page of contacts, and show one of them."""
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            wanted = await selection.selection(session, today=clock.now().date())
            started = time.perf_counter()
            first = await listing.page(session, wanted, after=0, limit=PAGE)
            listed = time.perf_counter() - started
            address = first[-1].contact.address
            started = time.perf_counter()
            known = await person(session, address, key=site.address_key)
            await letters.of_contact(session, known.contact.id)
            await changes.history(session, Changed.CONTACT, known.contact.id)
            shown = time.perf_counter() - started
    return {"seconds": listed, "listed": round(listed, 3), "shown": round(shown, 3)}


async def export(folder: Path) -> dict[str, float]:
    """Write every contact to a CSV file; return the rows."""
    count = 0
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            wanted = await selection.selection(session, today=clock.now().date())
            with saving_table(folder / "all.csv", Form.CSV, rows.COLUMNS) as write:
                async for page in rows.of_contacts(session, wanted, rows.COLUMNS):
                    write(page)
                    count += len(page)
    return {"rows": count}


async def audience_of(folder: Path) -> dict[str, float]:
    """Write the audience of the first campaign to a CSV file; return the rows."""
    count = 0
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            found = await audience.audience(session, site, FIRST, now=clock.now())
            path = folder / "audience.csv"
            with saving_table(path, Form.CSV, audience.COLUMNS) as write:
                async for page in found.pages(session):
                    write(page)
                    count += len(page)
    return {"rows": count}
