"""Release: each reader has one row, with a letter or a reason."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from audiences import subscriptions, suppressions
from audiences.contacts import Contact, find
from audiences.subscriptions import Evidence, How
from audiences.suppressions import Why
from mailer import clock
from mailer.errors import MailerError
from mailer.outbox import release
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from tests.acts import campaigning, directory

WRITTEN = {"en", "fr", "es", "ar", "ru", "zh"}


async def contact(site: Site, address: str) -> Contact:
    async with site.database.reading() as session:
        return await find(session, address, key=site.address_key)


@pytest.mark.prove
async def test_every_reader_of_the_monthly_letter_has_the_language_of_the_chain(
    site: Site,
) -> None:
    """The test computes language and step from the CSV files with its own code."""
    number = await campaigning.released_sample(site, "monthly-letter")
    ledger = await campaigning.ledger(site, number)
    expected = {
        entry.address: directory.chain(entry, default="en")
        for entry in directory.entries()
        if directory.monthly(entry)
    }

    assert {language for language, _ in expected.values()} == WRITTEN
    assert {step for _, step in expected.values()} == {
        "organisation",
        "state",
        "campaign",
    }
    assert {
        address: (message.language, message.step) for address, message in ledger.items()
    } == expected
    assert {message.state for message in ledger.values()} == {"waiting"}


async def test_forum_conclusions_go_to_readers_whom_their_themes_concern(
    site: Site,
) -> None:
    number = await campaigning.released_sample(site, "forum-conclusions")
    ledger = await campaigning.ledger(site, number)
    themes = {row["code"]: row for row in directory.read("themes.csv")}
    desks = {
        desk
        for code in ("forum-09", "thes-1", "thes-5")
        for desk in themes[code]["sectors"].split()
    }
    expected = {
        entry.address
        for entry in directory.entries()
        if entry.kind in {"delegation", "natcom"}
        or (entry.kind == "sector" and entry.code in desks)
    }

    assert desks
    assert set(ledger) == expected
    assert {message.language for message in ledger.values()} == WRITTEN


async def test_news_of_dakar_go_to_the_ngos_it_serves(site: Site) -> None:
    number = await campaigning.released_sample(site, "field-office-news")
    ledger = await campaigning.ledger(site, number)

    assert set(ledger) == {
        entry.address
        for entry in directory.entries()
        if entry.kind == "ngo" and entry.country in directory.coverage("dakar")
    }


async def test_two_releases_at_once_make_one_row_a_reader(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    both = [
        release.release(site, number, by=user, now=clock.now())
        for user in ("editor", "head-of-unit")
    ]
    results = await asyncio.gather(*both, return_exceptions=True)
    ledger = await campaigning.ledger(site, number)

    assert [each for each in results if isinstance(each, int)] == [10]
    assert len([each for each in results if isinstance(each, MailerError)]) == 1
    assert len(ledger) == 10


async def leave_in_four_ways(site: Site) -> dict[str, str]:
    """Let four readers leave or pause; return the reason by address."""
    unsubscribed, stopped, suppressed, paused = [
        await contact(site, f"focal-point@{code}.sector.example")
        for code in ("ed", "sc", "shs", "clt")
    ]
    evidence = Evidence(at=clock.now(), how=How.PAGE)
    async with site.database.writing() as session:
        await subscriptions.unsubscribe(
            session, unsubscribed.id, "monthly-letter", evidence=evidence
        )
        await subscriptions.stop_everything(session, stopped.id, evidence=evidence)
        await suppressions.suppress(
            session, suppressed.address_key, Why.ASKED, now=clock.now()
        )
        await session.merge(
            subscriptions.Subscription(
                contact_id=paused.id,
                topic="monthly-letter",
                standing=subscriptions.Standing.PAUSED,
                since=clock.now(),
            )
        )
    return {
        str(unsubscribed.address): "unsubscribed",
        str(stopped.address): "stopped",
        str(suppressed.address): "suppressed",
        str(paused.address): "paused",
    }


async def test_a_reader_who_is_left_out_has_a_row_with_the_reason(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    reasons = await leave_in_four_ways(site)
    await release.release(site, number, by="editor", now=clock.now())
    ledger = await campaigning.ledger(site, number)
    counted = await campaigning.report(site, number)

    assert {address: ledger[address].reason for address in reasons} == reasons
    assert counted.skipped == dict.fromkeys(
        ("unsubscribed", "stopped", "suppressed", "paused"), 1
    )
    assert counted.audience == 10
    assert (counted.states[MessageState.WAITING], counted.left_since_approval) == (6, 4)


async def test_a_reader_without_an_allowed_language_is_skipped_with_the_reason(
    site: Site, tmp_path: Path
) -> None:
    """Their language changed after the check had passed."""
    number = await campaigning.approved(site, tmp_path)
    async with site.database.writing() as session:
        found = await find(
            session, "focal-point@ed.sector.example", key=site.address_key
        )
        found.languages = "pt"
    await release.release(site, number, by="editor", now=clock.now())
    counted = await campaigning.report(site, number)

    assert counted.skipped == {"no_translation": 1}
    assert counted.audience == 10


async def test_a_block_with_a_rule_is_in_the_letter_of_its_readers_only(
    site: Site, tmp_path: Path
) -> None:
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml += '\n[blocks.bonus]\nfor = "desk in (ED, SC)"\n'
    text = campaigning.TEXT + "\n# note bonus\n\nOnly for two.\n"
    number = await campaigning.add(
        site, campaigning.write(tmp_path, toml=toml, en=text)
    )
    await campaigning.approve(site, number)
    await release.release(site, number, by="editor", now=clock.now())
    ledger = await campaigning.ledger(site, number)
    letters = Counter(message.letter_id for message in ledger.values())

    assert sorted(letters.values()) == [2, 8]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_languages_of_a_contact_go_before_those_of_its_organisation(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(
        site,
        campaigning.write(
            tmp_path,
            audience="kind = natcom and country = SN and sub(monthly-letter)",
            en=campaigning.TEXT,
            fr=campaigning.TEXT,
        ),
    )
    await campaigning.approve(site, number)
    async with site.database.writing() as session:
        found = await find(
            session, "secretariat@natcom-sn.example", key=site.address_key
        )
        found.languages = "wo en"
    await release.release(site, number, by="editor", now=clock.now())
    (message,) = (await campaigning.ledger(site, number)).values()

    assert (message.language, message.step) == ("en", "contact")
