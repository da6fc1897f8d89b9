"""The people page: administrators add, invite, change and disable users."""

import re
from datetime import timedelta
from html import unescape

import pytest

from audiences.segments import save
from mailer import clock
from mailer.sites.site import Site
from mailer.users import guard
from tests.acts.console import SAME, Visitor, add_user, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
ADMIN = "head-of-unit"


async def roles_of(site: Site, name: str) -> list[str]:
    async with site.database.reading() as session:
        return [str(each) for each in (await guard.named(session, name)).grants]


async def version_of(admin: Visitor, name: str) -> str:
    page = (await admin.get(f"/people/{name}")).text
    found = re.search(r'name="version" value="([^"]+)"', page)
    assert found is not None
    return found[1]


async def test_an_admin_adds_somebody_invites_them_and_they_sign_in(site: Site) -> None:
    async with serving(site) as pages:
        admin = await visitor(site, pages, ADMIN)
        added = {"name": "lea", "shown": "Léa", "address": "lea@unit.int"}
        answer = await admin.post("/people", {**added, "role": "translator"})
        assert answer.headers["location"].endswith("/console/people/lea?done=new")
        assert "Léa" in (await admin.get("/people")).text
        page = (await admin.post("/people/lea/invite")).text
        found = re.search(r"/console/sign-in/([\w-]+)", page)
        assert found is not None
        answer = await pages.post(found[0], {}, **SAME)
        assert answer.status_code == 303

    assert await roles_of(site, "lea") == ["translator"]


@pytest.mark.parametrize("given", [{}, {"role": ""}, {"role": " "}])
async def test_nobody_is_added_without_a_role_that_was_chosen(
    site: Site, given: dict[str, str]
) -> None:
    async with serving(site) as pages:
        admin = await visitor(site, pages, ADMIN)
        form = (await admin.get("/people")).text
        assert '<option value="" selected>choose</option>' in form
        answer = await admin.post("/people", {"name": "lea", "shown": "Léa", **given})

    assert answer.status_code == 422
    assert "Choose what this person does here; no user was added." in answer.text
    assert 'value="Léa"' in answer.text
    async with site.database.reading() as session:
        assert await guard.find(session, "lea") is None


async def test_roles_are_given_limited_and_taken_and_sign_the_user_out(
    site: Site,
) -> None:
    await add_user(site, "lea", "translator:fr", "author")
    async with serving(site) as pages:
        admin = await visitor(site, pages, ADMIN)
        lea = await visitor(site, pages, "lea")
        form = {"version": await version_of(admin, "lea"), "shown": "Léa"}
        many: dict[str, str | list[str]] = {
            "role": ["translator", "sender"],
            "limit-translator": "fr, ar",
        }
        answer = await admin.post("/people/lea", {**form, **many})
        assert answer.status_code == 303, answer.text
        assert (await lea.get("/me")).status_code == 303
        stale = await admin.post("/people/lea", {**form, **many})
        assert stale.status_code == 422
        assert "was changed after" in stale.text
        wrong = {"role": "translator", "limit-translator": "klingon"}
        form = {"version": await version_of(admin, "lea"), **wrong}
        refused = await admin.post("/people/lea", form)
        assert refused.status_code == 422
        assert "klingon" in refused.text

    assert await roles_of(site, "lea") == ["translator:fr,ar", "sender"]


async def test_limits_are_chosen_and_each_role_says_what_it_may(site: Site) -> None:
    await add_user(site, "lea", "author:served_by = dakar", "translator:fr,sw")
    async with site.database.writing() as session:
        rule, now = "country in (SN, ML)", clock.now()
        await save.save(session, "sahel", rule, by=ADMIN, now=now)
    async with serving(site) as pages:
        admin = await visitor(site, pages, ADMIN)
        page = (await admin.get("/people/lea")).text
        assert "May: read letters, reports and the calendar; pause letters" in page
        assert re.search(r'value="fr" checked><label [^>]+>French<', page)
        assert re.search(r'value="sw" checked', page)  # no language of the site
        assert re.search(r'value="official"><label [^>]+>official letters<', page)
        assert 'value="served_by = dakar"' in page
        form = {"version": await version_of(admin, "lea")}
        many: dict[str, str | list[str]] = {
            "role": ["translator", "author", "sender", "approver"],
            "limit-translator": ["fr", "ar"],
            "limit-approver": "official",
            "limit-author": "served_by = dakar",
            "saved-author": "sahel",
            "saved-sender": "sahel",
        }
        answer = await admin.post("/people/lea", {**form, **many})
        assert answer.status_code == 303, answer.text
        page = (await admin.get("/people/lea")).text
        assert page.count("<option selected>sahel") == 1  # the sender's
        assert 'value="segment(sahel) and (served_by = dakar)"' in page
        form = {"version": await version_of(admin, "lea")}
        await admin.post("/people/lea", {**form, **many, "role": "sender"})

    assert await roles_of(site, "lea") == ["sender:segment(sahel)"]


async def test_unchanged_roles_keep_a_user_signed_in_until_an_admin_ends_it(
    site: Site,
) -> None:
    await add_user(site, "lea", "translator:fr,ar")
    async with serving(site) as pages:
        admin = await visitor(site, pages, ADMIN)
        lea = await visitor(site, pages, "lea")
        form = {"version": await version_of(admin, "lea"), "role": "translator"}
        await admin.post("/people/lea", {**form, "limit-translator": "fr, ar"})
        assert (await lea.get("/me")).status_code == 200
        assert "French and Arabic" in (await admin.get("/people")).text
        assert (await admin.post("/people/lea/sign-out")).status_code == 303
        assert "signed out everywhere" in (await admin.get("/journal")).text
        assert (await lea.get("/me")).status_code == 303


async def test_admins_keep_their_own_roles_and_access(site: Site) -> None:
    async with serving(site) as pages:
        admin = await visitor(site, pages, ADMIN)
        before = await roles_of(site, ADMIN)
        form = {"version": await version_of(admin, ADMIN), "role": "viewer"}
        await admin.post(f"/people/{ADMIN}", form)
        answer = await admin.post(f"/people/{ADMIN}/disable")
        assert answer.status_code == 409
        assert (await admin.get("/people")).status_code == 200

    assert await roles_of(site, ADMIN) == before


async def test_deputies_are_named_by_the_absent_or_an_admin_and_what_was_typed_stays(
    site: Site,
) -> None:
    await add_user(site, "lea", "approver")
    await add_user(site, "vera", "viewer")
    today = clock.now().astimezone(site.zone).date()
    days = {"first": f"{today}", "last": f"{today + timedelta(days=7)}"}
    async with serving(site) as pages:
        admin, lea, vera = [
            await visitor(site, pages, each) for each in (ADMIN, "lea", "vera")
        ]
        assert "Deputies" not in (await vera.get("/me")).text
        assert (await lea.post("/people/lea/deputies", days)).status_code == 403
        answer = await lea.post("/me/deputies", {**days, "deputy": "vera"})
        assert answer.headers["location"].endswith("/console/me?done=saved")
        assert "Sign out" in (await vera.get("/me")).text
        for wrong, sentence in (
            ({"last": "9999-12-31", "first": "9999-12-31"}, "too far away"),
            ({"last": "someday"}, "“someday” is no day"),
            ({"first": "2020-01-01", "last": "2020-02-01"}, "is over"),
            ({"deputy": "lea"}, "cannot be the deputy of lea"),
            ({"deputy": "zoe"}, "no user is called"),
        ):
            form = {"deputy": "vera", **days, **wrong}
            refused = await lea.post("/me/deputies", form)
            assert refused.status_code == 422
            assert sentence in unescape(refused.text), wrong
            assert f'value="{form["last"]}"' in refused.text
        for one, path in ((lea, "/me"), (admin, "/people/lea"), (vera, "/me")):
            assert "now</span>" in (await one.get(path)).text, path
        assert (
            await vera.post("/me/deputies/end", {"deputy": "lea"})
        ).status_code == 409
        form = {"deputy": "vera"}
        assert (await admin.post("/people/lea/deputies/end", form)).status_code == 303
        again = await admin.post("/people/lea/deputies/end", form)
        assert again.status_code == 409
        assert "Deputies" not in (await vera.get("/me")).text


async def test_a_refused_change_keeps_what_was_typed_and_a_removal_is_confirmed(
    site: Site,
) -> None:
    await add_user(site, "lea", "viewer")
    async with serving(site) as pages:
        admin, lea = (
            await visitor(site, pages, ADMIN),
            await visitor(site, pages, "lea"),
        )
        form = {"version": await version_of(admin, "lea"), "shown": "Léa Typed"}
        wrong = {"role": "translator", "limit-translator": "klingon"}
        refused = await admin.post("/people/lea", {**form, **wrong})
        assert 'value="Léa Typed"' in refused.text
        assert 'value="klingon"' in refused.text
        assert (await admin.post("/people/lea/remove")).status_code == 422
        for name, status in ((ADMIN, 422), ("lea", 303), ("lea", 404)):
            answer = await admin.post(f"/people/{name}/remove", {"sure": "yes"})
            assert answer.status_code == status, name
        assert (await lea.get("/me")).status_code == 303
