"""A new folder says what is to be written; a copy says what its campaign says."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.review import gate
from mailer.campaigns.writing import starting, texts
from mailer.errors import ContentError, RefusedError
from mailer.rendering import letter_types, template_files
from mailer.rendering.checks.problem import Severity
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.commands import Mailer
from tools.checkout import ROOT

TEMPLATES = ROOT / "templates"
TYPES = [
    each
    for each in letter_types.names(template_files.read(TEMPLATES))
    if (TEMPLATES / each / "sample").exists()
]
COPIED = (
    *("name", "template", "topic", "audience", "themes", "default_language", "zone"),
    *("fallbacks", "per_block", "block_rules", "block_firsts", "hours", "files"),
    *("window_from", "window_until", "window_zone", "too_late_hours"),
)
DAY = date(2097, 5, 4)
EVENT = re.compile(
    r"^# (\[event\]|(?:uid|start|end|place|status) = .*)$", flags=re.MULTILINE
)
on_sqlite = pytest.mark.parametrize("store", ["sqlite"])


@on_sqlite
@pytest.mark.parametrize("name", TYPES)
async def test_a_new_folder_of_each_type_is_imported_and_names_what_is_unwritten(
    site: Site, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "new"
    starting.new(site, name, path, ["fr", "en"], author="editor", today=DAY)
    number = await campaigning.add(site, path)
    checked = await gate.check(site, number, now=clock.now())
    unwritten = {each.where for each in checked.problems if "{words}" in each.what}
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)

    assert (campaign.day, campaign.default_language) == (DAY, "fr")
    assert {where.partition(".md")[0] for where in unwritten} == {"fr", "en"}
    assert all(each.level is Severity.ERROR for each in checked.problems)
    assert site.settings.sender.reply_to in (path / "fr.md").read_text("utf-8")


@on_sqlite
@pytest.mark.parametrize("name", TYPES)
async def test_a_new_folder_lacks_nothing_but_words_and_languages(
    site: Site, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "new"
    starting.new(site, name, path, ["fr"], author="editor", today=DAY)
    text = (path / "fr.md").read_text("utf-8").replace("{words}", "Des mots")
    (path / "fr.md").write_text(text, "utf-8")
    toml = (path / "campaign.toml").read_text("utf-8")
    toml = EVENT.sub(r"\1", toml)
    (path / "campaign.toml").write_text(toml, "utf-8")
    number = await campaigning.add(site, path)
    checked = await gate.check(site, number, now=clock.now())

    assert {each.where for each in checked.problems} <= {"audience"}
    assert ("[event]" in toml) == (name == "invitation")


@on_sqlite
@pytest.mark.parametrize("name", TYPES)
async def test_a_new_letter_names_no_day_that_nobody_chose(
    site: Site, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "new"
    starting.new(site, name, path, ["fr"], author="editor", today=DAY)

    assert not re.search(r"\d{4}-\d\d-\d\d", (path / "fr.md").read_text("utf-8"))


def without_uid(event: dict[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (event or {}).items() if key != "uid"}


@pytest.mark.parametrize("name", TYPES)
async def test_a_copy_has_all_of_its_campaign_but_date_and_event_number(
    site: Site, tmp_path: Path, name: str
) -> None:
    first = await campaigning.add(site, site.root / "campaigns" / name)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, first)
        await starting.copy(session, campaign, tmp_path / "copy", today=DAY)
    second = await campaigning.add(site, tmp_path / "copy")
    async with site.database.reading() as session:
        made = await lookup.get(session, second)
        both = [await texts.texts_of(session, each) for each in (campaign, made)]

    assert {each: getattr(made, each) for each in COPIED} == {
        each: getattr(campaign, each) for each in COPIED
    }
    assert both[0] == both[1]
    assert without_uid(made.event) == without_uid(campaign.event)
    assert made.day == DAY
    assert made.event is None or made.event != campaign.event


def folders(place: Path) -> list[Path]:
    return list(place.iterdir())


@on_sqlite
async def test_nothing_is_written_over_and_a_wrong_language_writes_nothing(
    site: Site, tmp_path: Path
) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(RefusedError, match="exists already"):
        starting.new(site, TYPES[0], tmp_path / "kept", [], author="editor", today=DAY)
    for languages in (["klingon"], ["fr", "xx"]):
        with pytest.raises(ContentError):
            starting.new(
                site, TYPES[0], tmp_path / "a", languages, author="e", today=DAY
            )

    assert {each.name for each in folders(tmp_path)} == {"kept", "site"}


@on_sqlite
def test_the_commands_make_folders(mailer: Mailer, tmp_path: Path) -> None:
    by = ("--by", "editor")
    path, copied = str(tmp_path / "june"), str(tmp_path / "july")
    made = mailer("campaigns", "new", "monthly-letter", path, "--language", "es", *by)
    imported = mailer("campaigns", "import", path, *by)
    again = mailer("campaigns", "copy", "1", copied)
    missing = mailer("campaigns", "new", "monthly", path, *by)

    assert (made.code, imported.code, again.code) == (0, 0, 0)
    assert (tmp_path / "july" / "es.md").exists()
    assert (missing.code, "expected one of" in missing.err) == (1, True)
