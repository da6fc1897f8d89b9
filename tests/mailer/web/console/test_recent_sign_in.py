"""Taking addresses away, giving access, erasing: each needs a recent sign-in."""

import re

import pytest

from audiences import contacts, suppressions
from mailer.sites.site import Site
from mailer.users import guard
from mailer.users.models import User
from tests.acts.console import add_user, age_sign_ins, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
STEWARD, ADMIN = "editor", "head-of-unit"
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
        stops = {"address": ADDRESS, "who": "asked", "because": "x"}
        assert (await steward.post(f"{ROOM}/add", stops)).status_code == 303
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


GIVES_ACCESS = {
    "/people": {"name": "max", "role": "admin", "address": "max@unit.int"},
    "/people/lea": {"role": "admin", "address": "max@unit.int"},
    "/people/lea/invite": {},
    "/people/old/enable": {},
    "/people/lea/remove": {"sure": "yes"},
    "/people/lea/deputies": {"deputy": "old", "first": "2027-05-04"},
    "/me/deputies": {"deputy": "lea", "first": "2027-05-04"},
    "/me/password": {"password": "a long enough sentence"},
}


async def test_an_old_sign_in_gives_nobody_access(site: Site) -> None:
    await add_user(site, "lea", "approver")
    await add_user(site, "old", "viewer")
    async with serving(site) as pages:
        admin = await visitor(site, pages, ADMIN)
        await admin.post("/people/old/disable")
        before = await users(site)
        stand = standing(before)
        await age_sign_ins(site)
        late = {
            place: await admin.post(place, {**given, "version": version(before["lea"])})
            for place, given in GIVES_ACCESS.items()
        }
        export = await admin.get("/journal/export")
        assert standing(await users(site)) == stand
        ended = await admin.post("/people/lea/disable")
        gone = (await users(site))["lea"].disabled_at

    assert {each.status_code for each in late.values()} <= {409, 422}
    for place, answer in {**late, "/journal/export": export}.items():
        assert "sign-in of the last ten minutes" in answer.text, place
    assert "/console/sign-in/" not in late["/people/lea/invite"].text
    assert export.status_code == 409
    assert ended.status_code == 303, "what ends access waits for no sign-in"
    assert gone is not None


async def users(site: Site) -> dict[str, User]:
    async with site.database.reading() as session:
        return {each.name: each for each in await guard.listed(session)}


def standing(known: dict[str, User]) -> dict[str, object]:
    return {name: (each.roles, each.disabled_at) for name, each in known.items()}


def version(user: User) -> str:
    return user.updated_at.isoformat()
