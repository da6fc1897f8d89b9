"""In the console: sends to those a letter has not reached; begins an erratum."""

import asyncio
from pathlib import Path

import pytest

from mailer.campaigns import lookup
from mailer.outbox.message_states import Skip
from mailer.outbox.waves import erratum, not_reached
from mailer.sites.site import Site
from mailer.web.console import strings
from mailer.web.console.reports import missing
from tests.acts import campaigning, delivering
from tests.acts.console import add_user, visitor
from tests.acts.resending import ED, FULL, SC, finished, script
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


@pytest.mark.prove
async def test_exactly_the_missing_get_the_letter_once_their_number_is_typed(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: FULL})
    number = await finished(site, tmp_path)
    script(relay, {})
    before = len(relay.accepted)
    async with serving(site) as pages:
        sender = await visitor(site, pages, "editor")
        here = f"/campaigns/{number}/missing"
        report = await sender.get(f"/campaigns/{number}/report")
        looked = await sender.get(here)
        form = {"count": "2", "number": "3", "joiners": "", "until": ""}
        other = await sender.post(here, form)
        stale = await sender.post(here, form | {"count": "3"})
        past = await sender.post(here, form | {"number": "2", "until": "2020-01-01"})
        faulty = await sender.get(f"{here}?until=someday&joiners=yes")
        sent = await sender.post(here, form | {"number": "2"})
        again = await sender.post(here, form | {"number": "2"})
    await delivering.work(delivering.tuned(site))
    got = {each.recipient for each in relay.accepted[before:]}

    assert f'href="/console{here}"' in report.text
    assert ED in looked.text
    assert SC in looked.text
    assert "Readers who would get it: 2" in looked.text
    for refused in (other, stale, past, again):
        assert refused.status_code == 409
    assert "would get A short letter again now, not 3" in stale.text
    assert "has passed" in past.text
    assert "is no day" in faulty.text
    assert sent.status_code == 303
    assert got == {ED, SC}


async def test_a_letter_that_reached_all_has_none_missing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await finished(site, tmp_path)
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        sender, vera = [await visitor(site, pages, each) for each in ("editor", "vera")]
        page = await sender.get(f"/campaigns/{number}/missing")
        report = await vera.get(f"/campaigns/{number}/report")
        refused = await vera.get(f"/campaigns/{number}/missing")

    assert "No reader is missing" in page.text
    assert "/missing" not in report.text
    assert refused.status_code == 403


async def test_an_erratum_begins_once_though_the_button_is_pressed_twice(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await finished(site, tmp_path)
    async with serving(site) as pages:
        author = await visitor(site, pages, "editor")
        here = f"/campaigns/{number}/erratum"
        page = await author.get(here)
        both = await asyncio.gather(
            *(author.post(here, {"known": "0"}) for _ in range(2))
        )
        after = await author.get(here)
        other = await author.post(here, {"known": "1"})
    async with site.database.reading() as session:
        begun = await erratum.begun(session, number)
        readers = (await lookup.get(session, begun[0].id)).audience

    assert "(readers: 10)" in page.text
    assert both[0].headers["location"] == both[1].headers["location"]
    assert "Erratum to A short letter" in after.text
    assert other.headers["location"] == f"/console/campaigns/{begun[1].id}/write"
    assert readers == f"kept(campaign-{number}-1)"
    assert len(begun) == 2


async def test_a_letter_that_is_not_over_has_no_erratum(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    async with serving(site) as pages:
        author = await visitor(site, pages, "editor")
        page = await author.get(f"/campaigns/{number}/erratum")
        refused = await author.post(f"/campaigns/{number}/erratum", {"known": "0"})

    assert "can be corrected when it is sent or cancelled" in page.text
    assert refused.status_code == 409


def test_each_reason_for_having_no_letter_has_words(site: Site) -> None:
    known = missing.reasons(strings.of(site, "fr"))
    codes = [getattr(not_reached, name) for name in vars(not_reached) if name.isupper()]
    reasons = {each for each in codes if isinstance(each, str)}

    assert {*reasons, *map(str, Skip)} <= known.keys()
    assert all(known.values())
