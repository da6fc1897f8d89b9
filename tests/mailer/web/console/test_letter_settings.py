"""The settings of a letter in the console: what campaign.toml holds, as one form."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import Visitor, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
FORM: dict[str, str | list[str]] = {
    "reference": "CSP/NGO/{yy}/{number}",
    "topic": "",
    "themes": "sdg-04, sdg-05",
    "zone": "Africa/Dakar",
    "fallback-ar": "en, fr",
    "per_block": ["es"],
    "window_from": "08:00",
    "window_until": "18:00",
    "window_zone": "Europe/Paris",
    "too_late_hours": "36,5",
    "event-start-day": "2097-06-15",
    "event-start-hour": "09:00",
    "event-end-day": "2097-06-17",
    "event-end-hour": "17:00",
    "event-zone": "Africa/Dakar",
    "event-place-": "Dakar",
    "event-place-fr": "Dakar <b>",
    "event-status": "confirmed",
}


@pytest.fixture
async def editor(site: Site, tmp_path: Path) -> AsyncIterator[Visitor]:
    await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        yield await visitor(site, pages, "editor")


async def stored(site: Site) -> Campaign:
    async with site.database.reading() as session:
        return await lookup.get(session, 1)


async def base(user: Visitor) -> str:
    """Return the digest that the form carries."""
    page = await user.get("/campaigns/1/settings")
    found = re.search(r'name="base" value="(\w+)"', page.text)
    assert found is not None
    return found[1]


async def test_all_settings_of_a_letter_are_saved_and_shown_again(
    site: Site, editor: Visitor
) -> None:
    topic = (await stored(site)).topic or ""
    given = FORM | {"base": await base(editor), "topic": topic}
    saved = await editor.post("/campaigns/1/settings", given)
    page = await editor.get("/campaigns/1/settings?done=1&lang=fr")
    same = await editor.post(
        "/campaigns/1/settings", given | {"base": await base(editor)}
    )
    row = await stored(site)

    assert saved.status_code == 303, saved.text
    assert same.status_code == 303
    assert row.reference_pattern == "CSP/NGO/{yy}/{number}"
    assert (row.themes, row.zone) == (["sdg-04", "sdg-05"], "Africa/Dakar")
    assert (row.fallbacks, row.per_block) == ({"ar": ["en", "fr"]}, ["es"])
    assert (row.window_from, row.window_until) == ("08:00", "18:00")
    assert (row.window_zone, row.too_late_hours) == ("Europe/Paris", 36.5)
    assert row.event is not None
    assert row.event["start"] == "2097-06-15T09:00:00"
    assert row.event["places"] == {"": "Dakar", "fr": "Dakar <b>"}
    assert 'value="Dakar &lt;b&gt;"' in page.text
    assert 'value="36.5"' in page.text


async def test_an_event_of_whole_days_keeps_its_uid_and_goes_with_its_first_day(
    site: Site, editor: Visitor
) -> None:
    topic = (await stored(site)).topic or ""
    given = FORM | {"topic": topic, "event-start-hour": "", "event-end-hour": ""}
    await editor.post("/campaigns/1/settings", given | {"base": await base(editor)})
    first = (await stored(site)).event
    moved = given | {"event-end-day": "2097-06-18", "base": await base(editor)}
    await editor.post("/campaigns/1/settings", moved)
    second = (await stored(site)).event
    none = given | {"event-start-day": "", "base": await base(editor)}
    await editor.post("/campaigns/1/settings", none)

    assert first is not None
    assert second is not None
    assert (first["start"], second["end"]) == ("2097-06-15", "2097-06-18")
    assert first["uid"] == second["uid"]
    assert (await stored(site)).event is None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("reference", "{year}/{number}", "expected {yy}"),
        ("reference", "x" * 201, "at most 200"),
        ("topic", "no-topic", "no topic is called"),
        ("themes", "sdg-99", "no theme in use"),
        ("zone", "Mars/Base", "Mars/Base"),
        ("zone", "", "zone"),
        ("fallback-ar", "klingonish", "klingonish"),
        ("window_until", "", "window"),
        ("reader_hour", "10:00", "one of them"),
        ("too_late_hours", "soon", "no number of hours"),
        ("too_late_hours", "nan", "expected hours"),
        ("too_late_hours", "1e9", "at most 336"),
        ("event-end-day", "2097-06-14", "not after"),
        ("event-start-day", "someday", "no day or no time"),
        ("event-end-hour", "", "not both"),
        ("event-status", "perhaps", "neither confirmed"),
    ],
)
async def test_a_faulty_setting_is_refused_and_what_was_typed_stays(
    site: Site, editor: Visitor, field: str, value: str, said: str
) -> None:
    before = await stored(site)
    topic = before.topic or ""
    given = FORM | {"topic": topic, field: value, "base": await base(editor)}
    answer = await editor.post("/campaigns/1/settings", given)
    row = await stored(site)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="sdg-04, sdg-05"' in answer.text or field == "themes"
    assert (row.themes, row.zone) == (before.themes, before.zone)


async def test_what_a_colleague_saved_meanwhile_is_shown_beside_ones_own(
    site: Site, editor: Visitor
) -> None:
    topic = (await stored(site)).topic or ""
    given = FORM | {"topic": topic, "base": await base(editor)}
    await editor.post("/campaigns/1/settings", given)
    mine = given | {"themes": "sdg-06"}
    refused = await editor.post("/campaigns/1/settings", mine)
    found = re.search(r'name="base" value="(\w+)"', refused.text)
    assert found is not None
    before = (await stored(site)).themes
    again = await editor.post("/campaigns/1/settings", mine | {"base": found[1]})

    assert refused.status_code == 409
    assert 'value="sdg-06"' in refused.text
    assert "Stands now: sdg-04, sdg-05." in refused.text
    assert before == ["sdg-04", "sdg-05"]
    assert again.status_code == 303
    assert (await stored(site)).themes == ["sdg-06"]


async def test_an_approved_letter_keeps_its_settings(
    site: Site, editor: Visitor
) -> None:
    topic = (await stored(site)).topic or ""
    given = FORM | {"topic": topic, "base": await base(editor)}
    await campaigning.approve(site, 1)
    page = await editor.get("/campaigns/1/settings")
    refused = await editor.post("/campaigns/1/settings", given)

    assert "<fieldset disabled>" in page.text
    assert refused.status_code == 422
    assert "take it back before you change it" in refused.text
    assert await campaigning.state(site, 1) == "approved"


async def test_languages_in_place_of_another_are_typed_and_shown_by_name(
    site: Site, editor: Visitor
) -> None:
    given = FORM | {
        "topic": (await stored(site)).topic or "",
        "base": await base(editor),
        "fallback-ar": "Français , english; fr",
        "fallback-ru": "zh-Hant en",
    }
    answer = await editor.post("/campaigns/1/settings?lang=fr", given)
    page = await editor.get("/campaigns/1/settings?lang=fr")

    assert answer.status_code == 303
    found = (await stored(site)).fallbacks
    assert found["ar"] == ["fr", "en"]
    assert found["ru"] == ["zh-Hant", "en"]
    assert 'value="français, anglais"' in page.text
    assert 'value="zh-Hant, anglais"' in page.text
