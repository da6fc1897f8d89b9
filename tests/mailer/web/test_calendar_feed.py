"""The calendar feed is for who has its address; reading it writes nothing."""

from dataclasses import replace

import pytest

from mailer.calendar.showing import feed
from mailer.sites.site import Site
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


def labelled(site: Site, label: str) -> Site:
    """Return the site with another word for its feed."""
    web = site.settings.web.model_copy(update={"calendar_feed": label})
    return replace(site, settings=site.settings.model_copy(update={"web": web}))


def path(site: Site) -> str:
    return feed.address(site).removeprefix(site.settings.site.url)


async def test_the_feed_is_a_calendar_that_is_fetched_once(site: Site) -> None:
    async with serving(site) as pages:
        first = await pages.get(path(site))
        tag = first.headers["ETag"]
        again = await pages.get(path(site), **{"If-None-Match": f'"x", W/{tag}'})

    assert first.status_code == 200
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert first.text.startswith("BEGIN:VCALENDAR")
    assert first.text.count("monthly-letter") >= 12
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("forged", ["", "x", "A" * 22, "é", "../../etc/passwd"])
async def test_a_forged_address_is_not_found(site: Site, forged: str) -> None:
    async with serving(site) as pages:
        answer = await pages.get(f"/calendar/{forged}.ics")

    assert answer.status_code == 404
    assert "BEGIN" not in answer.text


async def test_another_word_makes_former_addresses_invalid(site: Site) -> None:
    changed, off = labelled(site, "2"), labelled(site, "")
    async with serving(changed) as pages:
        former = await pages.get(path(site))
        present = await pages.get(path(changed))
    async with serving(off) as pages:
        none = await pages.get(path(site))

    assert (former.status_code, present.status_code, none.status_code) == (
        404,
        200,
        404,
    )
    assert feed.address(off) == ""
