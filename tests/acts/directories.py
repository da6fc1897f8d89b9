"""Sends the letter that shows organisations their entries in the directory."""

from pathlib import Path

from sqlalchemy import insert

from audiences.contacts import find
from audiences.organisations import OrganisationCountry, Relation
from mailer import clock
from mailer.links import Signed
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning

ICOM = "unesco-liaison@icom.example"
ACTS_IN = {"relation": Relation.ACTS_IN}
RULE = "kind = ngo and role = directory_editor and country = FR"
TOML = f'''name = "Is it right?"
template = "directory-update"
date = 2027-09-07
author = "editor"
audience = "{RULE}"
[languages]
default = "en"
fallbacks.fr = ["en"]
'''
TEXT = """---
subject: Is it right?
preheader: Look at it
---
# opening

Dear colleagues,

# entry
title: The entry of your organisation

This is all.
"""


async def released(site: Site, place: Path) -> Signed:
    """Send the letter to the organisations of France; return what ICOM's carries."""
    async with site.database.writing() as session:
        icom = await find(session, ICOM, key=site.address_key)
        await session.execute(
            insert(OrganisationCountry),
            [
                {"organisation_id": icom.organisation_id, "country": each, **ACTS_IN}
                for each in ("SN", "VN")
            ],
        )
    path = campaigning.write(place, toml=TOML, en=TEXT)
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    await release.release(site, number, by="editor", now=clock.now())
    return site.signer.message((await campaigning.ledger(site, number))[ICOM].id)
