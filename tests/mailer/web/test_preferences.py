"""/p/ and /c/: subscriptions end at once, and new ones wait for a confirmation."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from audiences.contacts import Contact, find
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from audiences.upkeep import words
from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.sites.site import Site
from tests.acts import campaigning, delivering, readers, reading
from tests.acts.readers import ED
from tools.peers.relay import Relay
from tools.peers.serving import Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

ADDED = "consultations"


async def reader(site: Site) -> Contact:
    async with site.database.reading() as session:
        return await find(session, ED, key=site.address_key)


async def save(pages: Pages, path: str, topics: list[str], language: str = "en") -> str:
    form: dict[str, str | list[str]] = {
        "act": "save",
        "language": language,
        "topic": topics,
    }
    answer = await pages.post(path, form)
    assert answer.status_code == 200
    return answer.text


async def test_a_chosen_language_is_stored_and_shown(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    on = list(await readers.standings(site))
    async with serving(site) as pages:
        shown = await save(pages, f"/p/{link.preferences}", on, "ar")
    page = reading.read(shown)

    assert (await reader(site)).languages == "ar"
    assert (page.html["lang"], page.html["dir"]) == ("ar", "rtl")
    assert await readers.evidence(site) == []


@pytest.mark.parametrize("language", ["xx", "", "en' --", "ar fr"])
async def test_a_language_not_offered_changes_nothing(
    site: Site, tmp_path: Path, language: str
) -> None:
    link = await readers.signed(site, tmp_path)
    on = list(await readers.standings(site))
    async with serving(site) as pages:
        await save(pages, f"/p/{link.preferences}", on, language)

    assert (await reader(site)).languages is None


async def test_the_page_names_the_organisation_in_its_language(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        shown = await pages.get(f"/p/{link.preferences}?lang=fr")

    assert "Secteur de l’éducation" in shown.text


async def test_a_topic_unticked_ends_at_once(site: Site, tmp_path: Path) -> None:
    link = await readers.signed(site, tmp_path)
    on = sorted(await readers.standings(site))
    async with serving(site) as pages:
        shown = await save(pages, f"/p/{link.preferences}", on[1:])

    assert (await readers.standings(site))[on[0]] == "ended"
    assert await readers.evidence(site) == [(on[0], "ended", "page")]
    assert "You will no longer receive “" in shown


async def test_a_topic_added_waits_for_a_confirmation_from_the_address(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    await delivering.work(site)
    relay.accepted.clear()
    on = list(await readers.standings(site))
    async with serving(site) as pages:
        path = f"/p/{link.preferences}"
        await save(pages, path, [*on, ADDED])
        waiting = (await readers.standings(site))[ADDED]
        await save(pages, path, [*on, ADDED])
        await delivering.work(site)
        (received,) = relay.accepted
        message = reading.parsed(received.octets)
        url = site.settings.site.url
        page = reading.read(reading.part(message, "html"))
        (confirm,) = [each for each in page.links if "/c/" in each]
        shown = await pages.get(confirm.removeprefix(url))
        still = (await readers.standings(site))[ADDED]
        done = await pages.post(confirm.removeprefix(url), {"confirm": "yes"})
        again = await pages.post(confirm.removeprefix(url), {"confirm": "yes"})

    assert received.recipient == ED
    assert "Collective consultations" in reading.part(message, "plain")
    assert message["List-Unsubscribe"] is None
    assert message["Auto-Submitted"] == "auto-generated"
    assert (waiting, still) == ("pending", "pending")
    assert {each.status_code for each in (shown, done, again)} == {200}
    assert (await readers.standings(site))[ADDED] == "active"
    assert await readers.evidence(site) == [
        (ADDED, "pending", "page"),
        (ADDED, "active", "confirmation"),
    ]


async def test_a_confirmation_in_a_language_without_a_postal_address_has_the_english(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The footer of every letter names the sender and their postal address."""
    link = await readers.signed(site, tmp_path)
    await delivering.work(site)
    relay.accepted.clear()
    sender = site.settings.sender
    english = {"names": {"en": "The Unit"}, "postal": {"en": "7 place de Fontenoy"}}
    changed = {"sender": sender.model_copy(update=english)}
    site = replace(site, settings=site.settings.model_copy(update=changed))
    on = list(await readers.standings(site))
    async with serving(site) as pages:
        page = await save(pages, f"/p/{link.preferences}", [*on, ADDED], "ru")
    await delivering.work(site)
    (received,) = relay.accepted
    message = reading.parsed(received.octets)

    assert "The Unit" in page
    assert message["Content-Language"] == "ru"
    assert "The Unit" in message["From"]
    for form in ("html", "plain"):
        assert "7 place de Fontenoy" in reading.part(message, form)


async def test_a_link_of_another_purpose_cannot_confirm(
    site: Site, tmp_path: Path
) -> None:
    """The unsubscribe token of a letter does not confirm a subscription."""
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        path = f"/p/{link.preferences}"
        await save(pages, path, [*await readers.standings(site), ADDED])
        swapped = await pages.post(f"/c/{link.unsubscribe}", {"confirm": "yes"})

    assert swapped.status_code == 404
    assert (await readers.standings(site))[ADDED] == "pending"


async def test_stop_everything_asks_first_then_stops_for_good(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    path = f"/p/{link.preferences}"
    before = await readers.everything(site)
    async with serving(site) as pages:
        asked = await pages.post(path, {"act": "stop"})
        unchanged = await readers.everything(site) == before
        done = await pages.post(path, {"act": "stop-now"})
    next_one = await campaigning.released(site, tmp_path)
    report = await campaigning.report(site, next_one)

    assert "stop-now" in asked.text
    assert unchanged
    assert done.status_code == 200
    assert set((await readers.standings(site)).values()) == {"ended"}
    assert (await reader(site)).stopped_at is not None
    assert report.skipped == {"stopped": 1}


async def test_unknown_acts_and_topics_change_nothing(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    on = list(await readers.standings(site))
    before = await readers.everything(site)
    async with serving(site) as pages:
        path = f"/p/{link.preferences}"
        await pages.post(path, {"act": "delete"})
        await pages.post(path, {})
        await save(pages, path, [*on, "no-such-topic", "'; drop table contact"])

    assert await readers.everything(site) == before


async def test_a_body_too_large_is_refused(site: Site, tmp_path: Path) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        answer = await pages.post(f"/p/{link.preferences}", {"act": "x" * 100_000})

    assert answer.status_code == 413


async def test_one_day_sends_two_confirmations_at_most(
    site: Site, tmp_path: Path
) -> None:
    """The same wish gets no second letter; a further one gets one, the next none."""
    link = await readers.signed(site, tmp_path)
    on = list(await readers.standings(site))
    wanted, shown = list(on), []
    async with serving(site) as pages:
        for topic in (ADDED, ADDED, "field-news", "focal-points"):
            wanted = sorted({*wanted, topic})
            shown.append(await save(pages, f"/p/{link.preferences}", wanted))
    async with site.database.reading() as session:
        numbers = await session.scalars(
            select(Campaign.id).where(Campaign.on_demand.is_(True))
        )
        made = [len(await campaigning.ledger(site, each)) for each in numbers]

    assert made == [1, 1]
    assert ["We have sent a letter" in each for each in shown] == [
        *(True, False),
        *(True, False),
    ]
    today = f"{clock.now():%B}"
    assert "A letter was sent to" in shown[1]
    assert today in shown[1]
    assert "because several have already been sent today" in shown[3]


async def test_a_link_confirms_its_own_wish_only(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    on = list(await readers.standings(site))
    async with serving(site) as pages:
        await save(pages, f"/p/{link.preferences}", [*on, ADDED])
        first = await readers.confirmation(site, relay)
        await save(pages, f"/p/{link.preferences}", [*on, ADDED, "field-news"])
        page = await pages.get(first)
        await pages.post(first, {"confirm": "yes"})
    found = await readers.standings(site)

    assert "<li>" in page.text
    assert page.text.count("<li>") - page.text.count("hreflang") == 1
    assert (found[ADDED], found["field-news"]) == ("active", "pending")


async def test_after_stop_everything_only_a_new_confirmation_brings_letters_back(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    path = f"/p/{link.preferences}"
    on = list(await readers.standings(site))
    async with serving(site) as pages:
        await save(pages, path, [*on, ADDED])
        old = await readers.confirmation(site, relay)
        await pages.post(path, {"act": "stop-now"})
        await pages.post(old, {"confirm": "yes"})
        await save(pages, path, [ADDED])
        await pages.post(old, {"confirm": "yes"})
        before = (await readers.standings(site))[ADDED]
        stopped = (await reader(site)).stopped_at
        new = await readers.confirmation(site, relay)
        await pages.post(new, {"confirm": "yes"})

    assert (before, stopped is None) == ("pending", False)
    assert (await readers.standings(site))[ADDED] == "active"
    assert (await reader(site)).stopped_at is None


async def test_a_retired_topic_can_be_left_and_is_offered_to_no_other_reader(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    on = list(await readers.standings(site))
    author = Author(by="editor", at=clock.now())
    async with site.database.writing() as session:
        for code in (ADDED, "monthly-letter"):
            await words.retire(session, DataKind.TOPIC, code, author)
    async with serving(site) as pages:
        offered = (await pages.get(f"/p/{link.preferences}")).text
        await save(pages, f"/p/{link.preferences}", [*on, ADDED])
        kept = await readers.standings(site)
        left = [each for each in on if each != "monthly-letter"]
        after = await save(pages, f"/p/{link.preferences}", left)

    assert f'value="{ADDED}"' not in offered
    assert 'value="monthly-letter"' in offered
    assert ADDED not in kept
    assert (await readers.standings(site))["monthly-letter"] == "ended"
    assert 'value="monthly-letter"' not in after
