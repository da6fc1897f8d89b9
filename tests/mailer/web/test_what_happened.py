"""The pages of links say what really happened, now or before."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from audiences import topics
from mailer import clock
from mailer.outbox import confirmations
from mailer.sites.site import Site
from tests.acts import readers
from tests.acts.readers import TOPIC
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

ADDED, YES = "consultations", {"confirm": "yes"}
BUTTON, UNCHANGED = "<button", "nothing has been changed this time"


async def ask(pages: Pages, site: Site, preferences: str) -> None:
    """Ask for one more topic."""
    topics = [each for each, now in (await readers.standings(site)).items() if now]
    form: dict[str, str | list[str]] = {"act": "save", "topic": [*topics, ADDED]}
    await pages.post(f"/p/{preferences}", form)


async def test_a_link_that_has_confirmed_says_what(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        await ask(pages, site, link.preferences)
        path = await readers.confirmation(site, relay)
        done = await pages.post(path, YES)
        seen, again = await pages.get(path), await pages.post(path, YES)

    assert "Confirmed</h1>" in done.text
    for page in (seen.text, again.text):
        assert "This has already been confirmed" in page
        assert page.count("<li>") - page.count("hreflang") == 1
        assert BUTTON not in page


async def test_a_link_that_is_too_old_says_so_and_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        await ask(pages, site, link.preferences)
        path = await readers.confirmation(site, relay)
        with time_machine.travel(clock.now() + confirmations.VALID, tick=True):
            late = [await pages.get(path), await pages.post(path, YES)]

    for page in late:
        assert "This link is too old" in page.text
        assert UNCHANGED in page.text
        assert BUTTON not in page.text
    assert (await readers.standings(site))[ADDED] == "pending"


async def test_a_link_whose_wish_was_ended_says_so(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        await ask(pages, site, link.preferences)
        path = await readers.confirmation(site, relay)
        await pages.post(f"/p/{link.preferences}", {"act": "stop-now"})
        late = await pages.post(path, YES)

    assert "has since been cancelled or requested again" in late.text
    assert UNCHANGED in late.text
    assert (await readers.standings(site))[ADDED] == "ended"


async def test_a_link_that_confirmed_what_was_ended_later_does_not_say_that_it_comes(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        await ask(pages, site, link.preferences)
        path = await readers.confirmation(site, relay)
        await pages.post(path, YES)
        await pages.post(f"/p/{link.preferences}", {"act": "stop-now"})
        late = await pages.get(path)

    assert "already been confirmed" not in late.text
    assert "has since been cancelled or requested again" in late.text


async def test_who_has_left_is_not_told_that_the_letter_comes(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    path = f"/u/{link.unsubscribe}"
    async with serving(site) as pages:
        before = await pages.get(path)
        await pages.post(path, ONE_CLICK)
        after = await pages.get(path)

    assert "You receive “" in before.text
    assert "You have unsubscribed from this letter" in after.text
    assert "You receive" not in after.text
    assert BUTTON not in after.text


async def test_who_has_asked_again_is_told_that_a_confirmation_is_awaited(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The link may also take the wish back."""
    link = await readers.signed(site, tmp_path)
    path = f"/u/{link.unsubscribe}"
    async with serving(site) as pages:
        await pages.post(path, ONE_CLICK)
        form: dict[str, str | list[str]] = {"act": "save", "topic": [TOPIC]}
        await pages.post(f"/p/{link.preferences}", form)
        asked = await pages.get(path)
        confirm = await readers.confirmation(site, relay)
        await pages.post(path, {"leave": "yes"})
        await pages.post(confirm, YES)

    assert "Awaiting your confirmation: " in asked.text
    assert "You receive" not in asked.text
    assert BUTTON in asked.text
    assert (await readers.standings(site))[TOPIC] == "ended"


async def test_a_second_request_names_the_time_of_the_first_letter(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    topics = list(await readers.standings(site))
    form: dict[str, str | list[str]] = {"act": "save", "topic": [*topics, ADDED]}
    first = clock.now().replace(hour=9, minute=41)
    async with serving(site) as pages:
        with time_machine.travel(first, tick=True):
            await pages.post(f"/p/{link.preferences}", form)
        with time_machine.travel(first + timedelta(days=2), tick=True):
            again = await pages.post(f"/p/{link.preferences}?lang=fr", form)

    assert "Une lettre a été envoyée à" in again.text
    assert "9 h 41" in again.text.replace("\u00a0", " ").replace("&nbsp;", " ")


async def test_saving_a_page_as_it_is_changes_nothing(
    site: Site, tmp_path: Path
) -> None:
    """Every topic of the site can be chosen, kept and left."""
    link = await readers.signed(site, tmp_path)
    path = f"/p/{link.preferences}"
    async with site.database.reading() as session:
        every = [each.code for each in await topics.listed(session)]
    async with serving(site) as pages:
        await pages.post(path, {"act": "save", "topic": every})
        before = await readers.standings(site)
        await pages.post(path, {"act": "save", "topic": every, "had": every})
        after = await readers.standings(site)
        await pages.post(path, {"act": "save", "topic": [], "had": every})
        left = await readers.standings(site)

    assert before == after
    assert set(after) == set(left) == set(every)
    assert set(after.values()) == {"active", "pending"}
    assert set(left.values()) == {"ended"}
