"""Words, journal, state and settings of the site in the console."""

import csv
import io
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from mailer import clock
from mailer.campaigns import control
from mailer.campaigns.acts import Act
from mailer.settings.relays import NamedRelaySettings, RelaySettings
from mailer.settings.sections import KeySettings, StoreSettings
from mailer.sites.bundled import bundled
from mailer.sites.site import Site
from mailer.web.console import strings
from mailer.web.console.names import state_names
from mailer.web.console.site import described
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
CANARY = "canary-that-is-never-shown"


async def test_words_are_found_in_any_language_without_accents(site: Site) -> None:
    async with serving(site) as pages:
        user = await visitor(site, pages, "head-of-unit")
        found = await user.get("/words?list=countries&search=senegal")
        none = await user.get("/words?list=countries&search=<b>")
        topics = await user.get("/topics")
        steward = await visitor(site, pages, "editor")
        for kind, list_ in (("field_office", "offices"), ("sector", "sectors")):
            form = f"/directory/organisations/new?kind={kind}"
            assert form in (await steward.get(f"/words?list={list_}")).text
            new = (await steward.get(form)).text
            assert f'<option value="{kind}" selected>' in new

    assert "<code>SN</code>" in found.text
    assert "<code>FR</code>" not in found.text
    assert "No word matches." in none.text
    assert "monthly-letter" in topics.text


async def test_the_journal_shows_all_or_ones_own_acts(site: Site) -> None:
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        steward, vera = [await visitor(site, pages, u) for u in ("editor", "vera")]
        form = {"address": "j@icom.example", "organisation": "icom", "because": "=1+1"}
        assert (await steward.post("/directory/contacts/new", form)).status_code == 303
        everything = await steward.get("/journal")
        own = await vera.get("/journal?user=editor")
        exported = await steward.get("/journal/export?user=editor")
        assert (await vera.get("/journal/export")).status_code == 403
        faulty = await steward.get("/journal?since=someday&campaign=1x")
    rows = list(csv.reader(io.StringIO(exported.text)))

    assert "added" in everything.text
    assert "=1+1" in everything.text
    assert "Nothing was done in this time." in own.text
    assert rows[0] == ["at", "by", "about", "act", "detail"]
    assert {row[1] for row in rows[1:]} == {"editor"}
    assert faulty.status_code == 422


async def test_the_journal_says_acts_in_words_and_finds_them_by_their_object(
    site: Site, tmp_path: Path
) -> None:
    assert set(state_names.ACTS) == set(Act)
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        admin = await visitor(site, pages, "head-of-unit")
        steward = await visitor(site, pages, "editor")
        form = {"address": "j@icom.example", "organisation": "icom", "because": "new"}
        assert (await steward.post("/directory/contacts/new", form)).status_code == 303
        person = {"name": "lea", "role": "viewer", "shown": "Léa"}
        assert (await admin.post("/people", person)).status_code == 303
        french = unescape((await admin.get("/journal?lang=fr")).text)
        arabic = unescape((await admin.get("/journal?lang=ar")).text)
        of_letter = (await admin.get(f"/journal?campaign={number}")).text
        of_contact = (await admin.get("/journal?contact=j@icom.example")).text
        before = (await admin.get("/journal?until=2020-01-01&since=2019-01-01")).text
        for wrong in ("0001-01-01", "9999-12-31", "tomorrow", "2027-02-30"):
            for key in ("since", "until"):
                answer = await admin.get(f"/journal?{key}={wrong}")
                assert answer.status_code == 422, wrong
        unknown = await admin.get("/journal?contact=nowhere@x.example")
        for page in ("2", "0", "-1", "9" * 40, "²"):
            assert (await admin.get(f"/journal?page={page}")).status_code == 200

    assert "a commencé la lettre" in french
    assert "lit les lettres et les rapports" in french
    assert "viewer" not in french
    assert " → " in french
    assert " ← " in arabic
    assert " → " not in arabic
    link = f'href="/console/campaigns/{number}" dir="auto">{number} – \u2068A short'
    assert link in french
    assert "A short letter" in of_letter
    assert "icom.example" not in of_letter
    assert "j@icom.example" in of_contact
    assert "/people/lea" not in of_contact
    assert "Nothing was done in this time." in before
    assert unknown.status_code == 422


async def test_the_journal_says_lists_of_roles_and_cadences_in_the_language(
    site: Site,
) -> None:
    async with site.database.writing() as session:
        author = Author(by="init", account=None, because=None, at=clock.now())
        detail = {"roles": [None, ["admin", "approver"]]}
        data_changes.record(
            session, DataKind.USER, "head-of-unit", "added", author, detail
        )
        data_changes.record(
            session,
            *(DataKind.SERIES, "monthly-letter", "added", author),
            {"cadence": "first Tuesday, 10:00", "zone": "Africa/Dakar"},
        )
    async with serving(site) as pages:
        admin = await visitor(site, pages, "head-of-unit")
        french = unescape((await admin.get("/journal?lang=fr")).text)
        french = re.sub("[\u202f\xa0]", " ", french)

    assert "ajoute des personnes et attribue les rôles, approuve les lettres" in french
    assert "approver" not in french
    assert "le premier mardi de chaque mois à 10 h" in french
    assert "Africa/Dakar" in french
    assert "UTC" not in french
    assert "first Tuesday" not in french


async def test_the_state_is_for_operators_and_says_what_to_do(site: Site) -> None:
    await add_user(site, "vera", "viewer")
    async with serving(site) as pages:
        operator, vera = [await visitor(site, pages, u) for u in ("editor", "vera")]
        state = await operator.get("/health")
        whole = await operator.post("/health")
        french = await operator.get("/health?lang=fr")
        for path in ("/health", "/settings"):
            assert (await vera.get(path)).status_code == 403

    assert "no message waits" in state.text
    assert "What the whole examination found" in whole.text
    assert "config.toml is valid" in whole.text
    assert "le disque du site a" in unescape(french.text)
    assert "cannot be used" not in french.text


async def test_settings_are_shown_and_secrets_only_as_set(site: Site) -> None:
    relay = RelaySettings(host="mail.example", security="tls", password=CANARY)
    named = NamedRelaySettings(host="x.example", security="tls", password=CANARY)
    settings = site.settings.model_copy(
        update={
            "relay": relay,
            "relays": {"second": named},
            "keys": KeySettings(signing=CANARY, address=CANARY),
            "store": StoreSettings(
                url=f"postgresql://user:{CANARY}@db.example/x?password={CANARY}"
            ),
        }
    )
    text = bundled("config.toml").read_text(encoding="utf-8")
    shown = {each.key: each for each in described.described(settings, text)}
    async with serving(replace(site, settings=settings)) as pages:
        operator = await visitor(site, pages, "editor")
        page = await operator.get("/settings")

    assert CANARY not in page.text
    assert CANARY not in str(shown)
    assert shown["relay.password"].is_set
    assert shown["relay.password"].value is None
    assert shown["store.url"].value == "postgresql://db.example/x"
    assert not shown["relay.host"].is_default
    assert shown["relay.host"].sentence.startswith("The SMTP server")
    assert shown["delivery.mark_ahead"].is_default


async def test_a_latin_address_within_an_arabic_one_keeps_its_order(store: str) -> None:
    arabic = "اليونسكو، 7, place de Fontenoy، فرنسا"

    assert "، \u20687, place de Fontenoy\u2069،" in described.ordered(arabic)
    assert described.ordered("7, place de Fontenoy") == "7, place de Fontenoy"
    assert described.ordered("") == ""


async def test_each_setting_of_the_file_has_its_sentence(site: Site) -> None:
    text = bundled("config.toml").read_text(encoding="utf-8")
    shown = described.described(site.settings, text)
    without = {each.key for each in shown if not each.sentence}
    own = ("relay.password_file", "feedback.imap.user", "feedback.imap.folder")
    sentences = {each.key: each.sentence for each in shown}
    above = ("relay.user", "feedback.imap.security", "feedback.imap.ca_file")

    assert without <= {
        *("keys.signing", "keys.address", "relay.password", "relays"),
        "signin.oidc.client_secret",
    }
    assert all(
        sentences[key] != sentences[other]
        for key, other in zip(own, above, strict=True)
    )
    assert not [each for each in shown if (each.value or "").endswith(".0")]
    assert {each.key for each in shown if each.value is None} == {
        "keys.signing",
        "keys.address",
        "relay.password",
        "feedback.imap.password",
        "feedback.replies_imap.password",
        "signin.oidc.client_secret",
    }


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_command_that_begins_a_remedy_keeps_its_small_letter(
    site: Site, tmp_path: Path, language: str
) -> None:
    paused = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        await control.pause(session, paused, by="editor", because="x", now=clock.now())
    async with serving(site) as pages:
        operator = await visitor(site, pages, "editor")
        page = (await operator.get(f"/health?lang={language}")).text

    assert f"<code>mailer campaigns report {paused}</code>" in page
    assert 'class="sentence"' in page
    assert 'class="sentence"><code>' not in page


async def test_names_in_arabic_keep_their_order(site: Site) -> None:
    names = ["head-of-unit", "paul"]
    french, arabic = (strings.of(site, each) for each in ("fr", "ar"))

    assert strings.names(french, names) == "head-of-unit, paul"
    assert strings.names(arabic, names) == "\u2068head-of-unit\u2069، \u2068paul\u2069"


async def test_the_journal_names_roles_in_words_however_they_are_kept(
    site: Site,
) -> None:
    async with serving(site) as pages:
        editor = await visitor(site, pages, "editor")
        page = unescape((await editor.get("/journal?lang=fr")).text)

    assert "steward" not in page
    assert "tient l’annuaire" in page
