"""What takes addresses away, or cannot be taken back, needs a recent sign-in."""

import re

import pytest

from audiences import contacts, suppressions
from mailer.sites.site import Site
from tests.acts.console import age_sign_ins, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
STEWARD = "editor"
ADDRESS = "leaves@icom.example"
ROOM = "/directory/suppressions"


async def test_an_old_sign_in_erases_and_lifts_nothing(site: Site) -> None:
    key = contacts.fingerprint_of(ADDRESS, key=site.address_key).hex()
    lift = {"key": key, "because": "it asked"}
    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        given = {"address": ADDRESS, "organisation": "icom"}
        made = await steward.post("/directory/contacts/new", given)
        place = made.headers["location"].partition("/console")[2].partition("?")[0]
        number = re.search(
            r"about this person: (\d+)", (await steward.get(f"{place}/erase")).text
        )
        assert number is not None
        erase = {"number": number[1], "because": "it asked"}
        await steward.post(f"{ROOM}/add", {"address": ADDRESS, "because": "x"})
        await age_sign_ins(site)
        late = [
            await steward.post(f"{place}/erase", erase),
            await steward.post(f"{ROOM}/lift", lift),
        ]
        async with site.database.reading() as session:
            kept = await contacts.find(session, ADDRESS, key=site.address_key)
            waits = await suppressions.page(session, key=bytes.fromhex(key), limit=1)
        recent = await visitor(site, pages, STEWARD)
        assert (await recent.post(f"{ROOM}/lift", lift)).status_code == 303

    assert [each.status_code for each in late] == [422, 422]
    assert all("sign-in of the last ten minutes" in each.text for each in late)
    assert kept.address == ADDRESS
    assert len(waits) == 1
