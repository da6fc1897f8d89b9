"""An upgraded site of an older version works: links, letters, choices, campaigns."""

import json
import tarfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import time_machine
from sqlalchemy import update

from audiences.contacts import find
from mailer import clock
from mailer.campaigns.models import CampaignText
from mailer.errors import RefusedError
from mailer.maintenance import schema
from mailer.outbox import release
from mailer.settings import loading
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.users import guard
from tests.acts import campaigning, delivering, readers, reading
from tests.acts.commands import Mailer
from tools.checkout import ROOT
from tools.peers.postgres import Cluster
from tools.peers.relay import Relay
from tools.peers.serving import ONE_CLICK, serving

pytestmark = pytest.mark.prove

ARCHIVES = ROOT / "tests" / "lived"
# the campaigns in the archives
MONTHLY, IN_SERIES, APPROVED, DRAFT, CONFIRMATIONS = 1, 2, 3, 4, 5


@dataclass(frozen=True, kw_only=True)
class Lived:
    """An upgraded site, and the facts recorded before the upgrade."""

    site: Site
    known: dict[str, Any]

    @property
    def made(self) -> datetime:
        """Return when the older version made it."""
        return datetime.fromisoformat(self.known["made"])

    def letter(self, language: str) -> EmailMessage:
        """Return a letter as its reader received it."""
        octets = (self.site.root / f"{language}.eml").read_bytes()
        return reading.parsed(octets)


@pytest.fixture
def folder(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Path]:
    """Return the folder of a site that an older version made."""
    folder = tmp_path / "lived"
    with tarfile.open(ARCHIVES / f"{store}.tar.xz") as archive:
        # Python 3.11.2, of Debian 12, has no filter; the archive is our own
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)  # noqa: S202 (no stranger made it)
    if store == "sqlite":
        yield folder
        return
    running: Cluster = request.getfixturevalue("cluster")
    with running.database() as url:
        with psycopg.connect(url) as connection:
            connection.execute((folder / "store.sql").read_bytes())
        edit_toml(folder / "config.toml", {("store", "url"): url})
        yield folder


@pytest.fixture
async def lived(folder: Path, relay: Relay) -> AsyncIterator[Lived]:
    """Return the upgraded site, with a relay that accepts everything."""
    edit_toml(folder / "config.toml", {("relay", "port"): relay.port})
    known = json.loads((folder / "known.json").read_text(encoding="utf-8"))
    async with open_site(folder / "config.toml") as site:
        await schema.upgrade(site.database, now=clock.now())
        yield Lived(site=site, known=known)


async def test_one_click_in_an_old_letter_unsubscribes_its_reader(lived: Lived) -> None:
    letter = lived.letter("fr")
    address = letter["Delivered-To"]
    link = urlsplit(letter["List-Unsubscribe"].split(",")[0].strip("<> "))
    before = await readers.standings(lived.site, address)
    async with serving(lived.site) as pages:
        answer = await pages.post(link.path, ONE_CLICK)

    assert answer.status_code == 200
    after = await readers.standings(lived.site, address)
    assert (before["monthly-letter"], after["monthly-letter"]) == ("active", "ended")
    assert before | {"monthly-letter": "ended"} == after


async def test_the_preferences_of_an_old_letter_open(lived: Lived) -> None:
    text = reading.part(lived.letter("ar"), "plain")
    link = next(
        urlsplit(word.strip("<>"))
        for word in text.split()
        if "/p/" in word and word.strip("<>").startswith("http")
    )
    async with serving(lived.site) as pages:
        answer = await pages.get(link.path)

    assert answer.status_code == 200
    assert 'lang="ar"' in answer.text


@pytest.mark.parametrize("language", ["ar", "fr"])
async def test_an_old_return_path_names_its_message(
    lived: Lived, language: str
) -> None:
    letter = lived.letter(language)
    local_part = letter["Return-Path"].strip("<>").partition("@")[0]
    number = lived.site.signer.stamp_of_return_path(local_part).number
    ledger = await campaigning.ledger(lived.site, MONTHLY)

    assert ledger[letter["Delivered-To"]].id == number


def test_old_message_ids_are_those_of_the_ledger(mailer: Mailer, folder: Path) -> None:
    assert mailer("upgrade").code == 0
    listed = mailer("messages", "list", "--campaign", str(MONTHLY), "--json-lines")
    ids = {each["address"]: each["message_id"] for each in listed.lines}
    known = json.loads((folder / "known.json").read_text(encoding="utf-8"))

    assert known["taken"].items() <= ids.items()


async def test_the_choices_of_readers_still_hold(lived: Lived) -> None:
    people = lived.known["people"]
    async with lived.site.database.reading() as session:
        stopped = await find(session, people["stopped"], key=lived.site.address_key)
    left = await readers.standings(lived.site, people["left"])
    asks = await readers.standings(lived.site, people["asks"])

    assert stopped.stopped_at is not None
    assert (left["monthly-letter"], asks["monthly-letter"]) == ("ended", "pending")


async def test_an_old_confirmation_link_confirms_what_it_was_sent_for(
    lived: Lived,
) -> None:
    """The older version kept no list of the wishes of a letter."""
    asks, at = lived.known["people"]["asks"], lived.made + timedelta(hours=1)
    form: dict[str, str | list[str]] = {
        "act": "save",
        "topic": ["monthly-letter", "sector-SC"],
    }
    with time_machine.travel(at, tick=True):
        row = (await campaigning.ledger(lived.site, CONFIRMATIONS))[asks]
        link = await readers.signed_of(lived.site, row)
        async with serving(lived.site) as pages:
            await pages.post(f"/p/{link.preferences}", form)
            shown = await pages.get(f"/c/{link.confirm}")
            await pages.post(f"/c/{link.confirm}", {"confirm": "yes"})
    standings = await readers.standings(lived.site, asks)

    assert shown.text.count("<li>") - shown.text.count("hreflang") == 1
    assert standings["monthly-letter"] == "active"
    assert standings["sector-SC"] == "pending"


async def test_the_campaign_being_sent_reaches_each_remaining_reader_once(
    lived: Lived, relay: Relay
) -> None:
    known = lived.known
    with time_machine.travel(lived.made + timedelta(hours=1)):
        await delivering.work_until(
            lived.site, lambda: len(relay.accepted) >= 509 - 40 - 2 - 4
        )
    counts = Counter(relay.recipients())
    report = await campaigning.report(lived.site, MONTHLY)
    answered = known["taken"].keys() - set(known["unanswered"])

    assert set(counts.values()) == {1}
    assert not counts.keys() & answered
    assert set(known["unanswered"]) <= counts.keys()
    assert known["people"]["suppressed"] not in counts
    assert known["people"]["left"] not in counts
    assert known["people"]["stopped"] not in counts
    assert report.as_json()["refused"] == 2


def test_the_slot_of_the_series_is_kept(mailer: Mailer) -> None:
    assert mailer("upgrade").code == 0
    slots = [each["campaign"] for each in mailer("series", "list", "--json").json]
    listed = mailer("campaigns", "list", "--json").json
    states = {each["id"]: each["state"] for each in listed}

    assert IN_SERIES in slots
    assert {key: states[key] for key in (IN_SERIES, APPROVED, DRAFT)} == {
        IN_SERIES: "scheduled",
        APPROVED: "approved",
        DRAFT: "draft",
    }


def test_settings_with_former_names_are_read_and_reported(
    mailer: Mailer, folder: Path
) -> None:
    assert mailer("upgrade").code == 0
    settings = loading.load(folder / "config.toml")
    found = mailer("doctor", "--json").json["findings"]
    sentences = [each["sentence"] for each in found if each["about"] == "configuration"]

    assert settings.delivery.too_late_hours == 95
    assert settings.ticker.grace_hours == 10
    assert "delivery.give_up_hours is now delivery.too_late_hours" in sentences
    assert "ticker.late_hours is now ticker.grace_hours" in sentences


def test_a_variable_with_a_former_name_replaces_the_files_value(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_TICKER__LATE_HOURS", "3")

    assert loading.load(folder / "config.toml").ticker.grace_hours == 3


async def test_a_campaign_the_older_version_approved_is_released(
    lived: Lived,
) -> None:
    await release.release(lived.site, APPROVED, by="editor", now=clock.now())
    ledger = await campaigning.ledger(lived.site, APPROVED)

    assert len(ledger) > 50


async def test_a_campaign_the_older_version_approved_is_not_released_once_changed(
    lived: Lived,
) -> None:
    async with lived.site.database.writing() as session:
        await session.execute(update(CampaignText).values(text=campaigning.TEXT + "!"))
    with pytest.raises(RefusedError, match="changed after head-of-unit approved it"):
        await release.release(lived.site, APPROVED, by="editor", now=clock.now())


async def test_users_keep_what_they_did_and_the_first_is_admin(lived: Lived) -> None:
    async with lived.site.database.reading() as session:
        held = {each.name: set(each.roles) for each in await guard.listed(session)}

    assert {"author", "sender"} <= held["editor"]
    assert "approver" in held["head-of-unit"]
    assert "approver" not in held["editor"]
    assert sum("admin" in each for each in held.values()) == 1
