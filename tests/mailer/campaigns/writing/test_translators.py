"""A campaign is exported for translators and imported again, without a loss."""

from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.review import gate
from mailer.campaigns.writing import texts
from mailer.campaigns.writing.translation import exchange
from mailer.campaigns.writing.translation.exchange import ImportedTranslation
from mailer.errors import ContentError, RefusedError
from mailer.sites.site import Site
from tests.acts import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

ENGLISH = """---
subject: A letter
preheader: It is short
---
# opening

Dear {organisation}, see 202 EX/37
and 36 C/Res.108.

A second paragraph with [a page](https://letters.example/en/).

# item day
date: 2027-05-03
time: 15:00
title: A day
place: Paris

Its text.
"""
SPANISH = """---
subject: Una carta
preheader: Es corta
---
# opening

{organisation}: véase 202 EX/37 y 36 C/Res.108.

Otro párrafo con [una página](https://letters.example/es/).

# item day
date: 2027-05-03
time: 15:00
title: Un día
place: París

Su texto.
"""
LOST = "{organisation}: véase 202 EX/37 y 36 C/Res.108."


async def written(site: Site, place: Path, **texts: str) -> int:
    given = texts or {"en": ENGLISH, "es": SPANISH}
    return await campaigning.add(site, campaigning.write(place, **given))


async def exported(site: Site, number: int, language: str = "es") -> str:
    octets = await exchange.export_po(site, number, language, now=clock.now())
    return octets.decode()


async def imported(site: Site, number: int, text: str) -> ImportedTranslation:
    octets = text.encode()
    return await exchange.import_po(
        site, number, octets, name="es.po", by="editor", now=clock.now()
    )


async def text_of(site: Site, number: int, language: str) -> str:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return (await texts.texts_of(session, campaign))[language]


async def test_an_unchanged_round_trip_changes_nothing(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path)
    await campaigning.approve(site, number)
    done = await imported(site, number, await exported(site, number))

    assert (done.changed, done.confirmed, done.fuzzy) == (0, 0, 0)
    assert await text_of(site, number, "es") == SPANISH
    assert await campaigning.state(site, number) == "approved"


async def test_a_changed_entry_is_stored_and_voids_the_approval(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path)
    await campaigning.approve(site, number)
    text = (await exported(site, number)).replace('"Un día"', '"Una jornada"')
    done = await imported(site, number, text)

    assert done.changed == 1
    assert (done.progress.done, done.progress.missing) == (7, 0)
    assert "title: Una jornada\n" in await text_of(site, number, "es")
    assert await campaigning.state(site, number) == "draft"


async def test_a_language_can_be_written_from_its_file_alone(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path, en=ENGLISH)
    filled = await exported(site, await written(site, tmp_path))
    done = await imported(site, number, filled)

    assert (done.changed, done.progress.done) == (7, 7)
    assert (await gate.check(site, number, now=clock.now())).ok
    assert "time: 15:00" in await text_of(site, number, "es")


async def test_an_entry_whose_source_changed_is_fuzzy_with_its_previous_source(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path)
    changed = ENGLISH.replace("A day", "A long day")
    again = campaigning.write(tmp_path, en=changed, es=SPANISH)
    await campaigning.replace(site, number, again)
    text = await exported(site, number)
    checked = await gate.check(site, number, now=clock.now())

    assert '#, fuzzy\n#| msgid "A day"\nmsgctxt "day/title"\nmsgid "A long day"' in text
    assert checked.translations["es"].stale == 1
    assert any("entries translated from a text" in e.what for e in checked.problems)


async def test_a_fuzzy_entry_is_stale_until_its_flag_is_removed(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path)
    changed = ENGLISH.replace("A day", "A long day")
    again = campaigning.write(tmp_path, en=changed, es=SPANISH)
    await campaigning.replace(site, number, again)
    text = await exported(site, number)
    unsure = await imported(site, number, text)
    sure = await imported(site, number, text.replace("#, fuzzy\n", ""))

    assert (unsure.fuzzy, unsure.changed, unsure.progress.stale) == (1, 0, 1)
    assert (sure.confirmed, sure.changed, sure.progress.stale) == (1, 0, 0)


async def test_rewrapping_the_source_makes_nothing_stale(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path)
    wrapped = ENGLISH.replace("EX/37\nand", "EX/37 and")
    await campaigning.replace(
        site, number, campaigning.write(tmp_path, en=wrapped, es=SPANISH)
    )

    assert "fuzzy" not in await exported(site, number)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (LOST.replace("{organisation}", "Señores"), "{organisation} was lost"),
        (f"{LOST} {{name}}", "placeholder {name} is not in the source"),
        (LOST.replace("202 EX/37", "202 EX/38"), "document symbol 202 EX/37 was lost"),
        (f"{LOST} <b>ya</b>", "HTML (<b>) is not allowed"),
        (
            f"{LOST} https://x.example/",
            "the number of addresses is 1, and 0 in the source",
        ),
        (f"{LOST}\\n# item two", "a line begins with #"),
    ],
)
async def test_a_change_that_is_not_allowed_is_refused_with_its_line(
    site: Site, tmp_path: Path, wrong: str, sentence: str
) -> None:
    number = await written(site, tmp_path)
    text = await exported(site, number)
    line = text[: text.index("opening/text/1")].count("\n") + 2  # of its msgid
    with pytest.raises(ContentError) as refused:
        await imported(site, number, text.replace(f'"{LOST}"', f'"{wrong}"'))

    assert sentence in str(refused.value)
    assert f"es.po, line {line}" in str(refused.value)
    assert await text_of(site, number, "es") == SPANISH


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("block type: item", "block type: action", "export it again"),
        ('"day/title"', '"night/title"', "night/title is not in this campaign"),
        ('"Language: es\\n"', '"Language: English!\\n"', "not a PO file"),
        ('"Language: es\\n"\n', "", "its header has no language"),
    ],
)
async def test_a_file_that_does_not_fit_is_refused(
    site: Site, tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    number = await written(site, tmp_path)
    with pytest.raises(ContentError, match=sentence):
        await imported(site, number, (await exported(site, number)).replace(old, new))


async def test_the_source_language_is_not_exported(site: Site, tmp_path: Path) -> None:
    number = await written(site, tmp_path)
    with pytest.raises(RefusedError, match="is written in en; choose another language"):
        await exported(site, number, "en")


async def test_script_tags_are_imported_as_they_were_exported(
    site: Site, tmp_path: Path
) -> None:
    """`zh-Hant` is neither read nor stored as `zh`."""
    number = await written(site, tmp_path)
    text = await exported(site, number, "zh-Hant")
    filled = text.replace('msgid "A day"\nmsgstr ""', 'msgid "A day"\nmsgstr "一日"')

    assert "Language: zh_Hant" in text
    with pytest.raises(ContentError, match=r"zh-Hant\.md"):
        await imported(site, number, filled)
