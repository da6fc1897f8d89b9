"""What a translation lacks, or has beyond its source, is said with file and line."""

import re
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns.review import gate
from mailer.campaigns.writing.translation import exchange
from mailer.campaigns.writing.translation.exchange import ImportedTranslation
from mailer.errors import ContentError
from mailer.sites.site import Site
from tests.acts import campaigning

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

LIST = "- one\n  - below one\n  - more\n- two"
ENGLISH = f"""---
subject: A letter
preheader: Short
---
# opening

Dear partners,

{LIST}

Goodbye.

# table figures
title: Figures

| Who | What |
|-----|------|
| a   | 1    |
| b   | 2    |

# item day
title: A day
place: Paris
"""
FRENCH = {
    "subject": "Une lettre",
    "preheader": "Courte",
    "opening/text/1": "Chers partenaires,",
    "opening/text/2": "- un\\n  - dessous\\n  - encore\\n- deux",
    "opening/text/3": "Au revoir.",
    "figures/title": "Chiffres",
    "figures/text/1": "| Qui | Quoi |\\n|---|---|\\n| a | 1 |\\n| b | 2 |",
    "day/title": "Un jour",
    "day/place": "Paris",
}


async def exported(site: Site, number: int) -> str:
    octets = await exchange.export_po(site, number, "fr", now=clock.now())
    return octets.decode()


def filled(po: str, **changed: str) -> str:
    """Return a PO file with French words; a changed entry is named with _ for /."""
    given = FRENCH | {name.replace("_", "/"): text for name, text in changed.items()}
    for context, text in given.items():
        entry = re.compile(
            rf'(msgctxt "{context}"\n(?:msgid .*\n)(?:".*"\n)*)msgstr (?:".*"\n)+'
        )
        if old := entry.search(po):
            new = f'{old[1]}msgstr "{text}"\n'
            po = f"{po[: old.start()]}{new}{po[old.end() :]}"
    return po


def line_of(po: str, context: str) -> int:
    return po[: po.index(f'"{context}"')].count("\n") + 2  # of its msgid


async def written(site: Site, place: Path, **texts: str) -> int:
    given = texts or {"en": ENGLISH}
    return await campaigning.add(site, campaigning.write(place, **given))


async def imported(site: Site, number: int, po: str) -> ImportedTranslation:
    return await exchange.import_po(
        site, number, po.encode(), name="fr.po", by="editor", now=clock.now()
    )


async def warnings(site: Site, number: int) -> list[tuple[str, str]]:
    checked = await gate.check(site, number, now=clock.now())
    return [
        (each.where, each.what)
        for each in checked.problems
        if each.code == "translation.incomplete" or " in en.md" in each.what
    ]


async def test_what_is_not_translated_is_named_with_its_line(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path)
    empty = await exported(site, number)
    po = filled(empty, opening_text_3="", day_place="")
    done = await imported(site, number, po)

    assert (done.progress.done, done.progress.missing) == (7, 2)
    assert list(done.remarks) == [
        f"fr.po, line {line_of(po, each)}: {each} is not translated"
        for each in ("opening/text/3", "day/place")
    ]
    assert await warnings(site, number) == [
        ("fr.md, line 8", "paragraphs in the text of opening: 2, and 3 in en.md"),
        ("fr.md", "entries not translated, 1 of 9: day/place"),
    ]


@pytest.mark.parametrize(
    ("entry", "text", "sentence"),
    [
        ("opening_text_2", "- un\\n  - dessous\\n- deux", "lists: 3, and 4 in"),
        ("opening_text_2", f"{FRENCH['opening/text/2']}\\n- trois", "lists: 5, and 4"),
        ("opening_text_2", "un, dessous, encore, deux", "lists: 0, and 4 in"),
        (
            "opening_text_2",
            "- un\\n- sous\\n- plus\\n- deux",
            "stands at another level",
        ),
        ("opening_text_1", "- Chers partenaires,", "lists: 1, and 0 in"),
        ("figures_text_1", "| Qui | Quoi |\\n|---|---|\\n| a | 1 |", "table: 2, and 3"),
    ],
)
async def test_an_item_that_is_lost_or_added_is_refused_with_its_line(
    site: Site, tmp_path: Path, entry: str, text: str, sentence: str
) -> None:
    number = await written(site, tmp_path)
    po = filled(await exported(site, number), **{entry: text})
    where = f"fr.po, line {line_of(po, entry.replace('_', '/'))}: "
    with pytest.raises(ContentError, match=re.escape(where)) as refused:
        await imported(site, number, po)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["1. un\\n   - dessous\\n   - encore\\n2. deux", "• un\\n  – b\\n  – c\\n• d"],
)
async def test_a_list_with_other_marks_is_taken(
    site: Site, tmp_path: Path, text: str
) -> None:
    number = await written(site, tmp_path)
    po = filled(await exported(site, number), opening_text_2=text)
    assert list((await imported(site, number, po)).remarks) == []


async def test_a_file_that_is_older_than_the_letter_is_taken_and_says_so(
    site: Site, tmp_path: Path
) -> None:
    number = await written(site, tmp_path)
    po = filled(await exported(site, number))
    changed = ENGLISH.replace("- two", "- two\n- three").replace(
        "place: Paris", "place: Paris\n\nNew words."
    )
    await campaigning.replace(site, number, campaigning.write(tmp_path, en=changed))
    done = await imported(site, number, po)

    assert (done.progress.stale, done.progress.missing) == (1, 1)
    line, of_old = line_of(po, "opening/text/2"), "from a text that has changed"
    old, new = done.remarks
    assert old == (
        f"fr.po, line {line}: opening/text/2 is translated {of_old}; export it again"
    )
    assert new == (
        "fr.po: day/text/1 is not in this file, which is older than the text;"
        " export it again"
    )
    assert await warnings(site, number) == [
        ("fr.md, line 8", "items of lists in the text of opening: 4, and 5 in en.md"),
        ("fr.md", f"entries translated {of_old}, 1 of 10: opening/text/2"),
        ("fr.md", "entries not translated, 1 of 10: day/text/1"),
    ]


async def test_two_paragraphs_in_one_are_not_said_to_be_untranslated(
    site: Site, tmp_path: Path
) -> None:
    english = ENGLISH.partition("# table")[0]
    french = english.replace("partners,\n\n- one", "partners,\n- one")
    number = await written(site, tmp_path, en=english, fr=french)
    assert await warnings(site, number) == [
        ("fr.md, line 7", "paragraphs in the text of opening: 2, and 3 in en.md")
    ]
