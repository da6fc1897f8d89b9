"""The log says who signed in and how, and what the console refused."""

import pytest

from mailer.processes import logs
from mailer.sites.site import Site
from tests.acts import lines
from tests.acts.console import SAME, add_user, link, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
TYPED = "my password by mistake"


async def test_each_sign_in_and_each_refusal_is_a_line(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    await add_user(site, "lea", "viewer")
    with logs.to_stderr():
        logs.choose("web", json=True)
        async with serving(site) as pages:
            for name in ("lea", TYPED):
                given = {"name": name, "password": TYPED, "code": "123456"}
                await pages.post("/console/sign-in", given, **SAME)
            await pages.post("/console/sign-in/AAAA", {}, **SAME)
            await pages.post(f"/console/sign-in/{await link(site, 'lea')}", {}, **SAME)
            lea = await visitor(site, pages, "lea")
            await lea.get("/people")
            await lea.post("/people", {"name": "max"})
            await lea.post("/me/details", {"form_token": "of another sign-in"})
    err = capsys.readouterr().err
    found = [each for each in lines.read(err) if "route" in each]
    told = [
        (each["event"], each["user"], str(each["route"]).rpartition(".")[2])
        for each in found
    ]

    assert told == [
        ("signin.refused", "lea", "by_password"),
        ("signin.refused", "", "by_password"),
        ("signin.refused", "", "by_link"),
        ("signin.begun", "lea", "by_link"),
        ("console.refused", "lea", "listed"),
        ("console.refused", "lea", "add"),
        ("console.refused", "lea", "details"),
    ]
    assert TYPED not in err
    assert {each["level"] for each in found if each["event"] != "signin.begun"} == {
        "warning"
    }
