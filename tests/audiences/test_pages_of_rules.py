"""A page of contacts that a rule picks is found from its numbers, not from all."""

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from audiences.export import selection
from mailer import clock
from mailer.sites.site import Site


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("rule", ["kind = ngo", "country = SN and kind = ngo"])
async def test_a_page_starts_from_the_numbers_of_its_contacts(
    site: Site, rule: str
) -> None:
    async with site.database.reading() as session:
        wanted = await selection.selection(session, rule=rule, today=clock.now().date())
        query = selection.query(wanted, (0, 50)).compile(
            dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
        plan = await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))
        steps = [row[3] for row in plan]

    joined = [each for each in steps if each.startswith("SEARCH organisation")]
    assert joined == ["SEARCH organisation USING INTEGER PRIMARY KEY (rowid=?)"]
