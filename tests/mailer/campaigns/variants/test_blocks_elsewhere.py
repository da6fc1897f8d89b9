"""A block that is not translated comes in another language, with a notice."""

from pathlib import Path

import pytest

from audiences import languages
from mailer import clock
from mailer.campaigns.review import gate, preview
from mailer.rendering.language.catalogues import POP_ISOLATE
from mailer.reports.review import check_shapes
from mailer.sites.site import Site
from tests.acts import campaigning, directory, reading
from tools import samples
from tools.checkout import TEMPLATES

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

NOTE = "This part is not available in %(wanted)s; you read it in %(language)s."
TOML = """name = "Mixed"
template = "monthly-letter"
date = 2027-05-04
audience = "kind = natcom and country in (FR, EG, ES)"
[languages]
default = "{default}"
per_block = {per_block}
[languages.fallbacks]
es = ["fr"]
"""
TEXTS = {
    "en": ("A letter", "Dear all, see 202 EX/37.", "A note", "Its words."),
    "fr": ("Une lettre", "Chers tous, voir 202 EX/37.", "Une note", "Ses mots."),
    "ar": ("رسالة", "أعزاءنا، انظروا 202 EX/37.", "ملاحظة", "نص الملاحظة ICOM هنا."),
}


def text(language: str, *, note: bool = True) -> str:
    subject, opening, title, words = TEXTS[language]
    written = f"---\nsubject: {subject}\npreheader: x\n---\n# opening\n\n{opening}\n"
    if note:
        written += f"\n# note news\ntitle: {title}\n\n{words}\n"
    return written


async def made(
    site: Site, place: Path, default: str, lacking: str, per_block: str = "true"
) -> int:
    path = campaigning.write(
        place,
        toml=TOML.format(default=default, per_block=per_block),
        **{each: text(each, note=each != lacking) for each in TEXTS},
    )
    return await campaigning.add(site, path)


def notice(own: str, other: str) -> str:
    catalogue = samples.catalogues()[own]
    return catalogue.text(
        NOTE,
        wanted=catalogue.language_name(own),
        language=catalogue.language_name(other),
    )


@pytest.mark.parametrize(
    ("default", "lacking", "reader", "language"),
    [
        ("en", "ar", "secretariat@natcom-eg.example", "ar"),
        ("ar", "fr", "secretariat@natcom-fr.example", "fr"),
        ("en", "fr", "secretariat@natcom-fr.example", "fr"),
    ],
)
async def test_the_block_has_its_own_language_and_direction_and_a_notice(
    site: Site, tmp_path: Path, default: str, lacking: str, reader: str, language: str
) -> None:
    number = await made(site, tmp_path, default, lacking)
    letter = (await preview.preview(site, number, reader, now=clock.now())).letter
    direction = languages.direction(default)

    assert letter.language == language
    assert f'<div lang="{default}" dir="{direction}"' in letter.html.replace(
        f'<div dir="{direction}" lang="{default}"',
        f'<div lang="{default}" dir="{direction}"',
    )
    for part in (letter.text, "".join(reading.read(letter.html).words)):
        assert reading.plain(notice(language, default)) in reading.plain(part)
    if direction != languages.direction(language):
        opens = "\u2067" if direction == "rtl" else "\u2066"
        line = next(
            each for each in letter.text.split("\n") if TEXTS[default][3][:3] in each
        )
        assert line.startswith(opens)
        assert line.endswith(POP_ISOLATE)


async def test_readers_of_a_block_in_another_language_are_counted(
    site: Site, tmp_path: Path
) -> None:
    number = await made(site, tmp_path, "en", "fr")
    checked = await gate.check(site, number, now=clock.now())
    shown = check_shapes.check(checked)

    assert checked.readers == {"fr": 2, "ar": 1}
    assert checked.fallbacks == {("es", "fr"): 1}
    assert checked.blocks == {("news", "fr", "en"): 1, ("news", "es", "en"): 1}
    assert shown["fallbacks"] == {"es → fr": 1}
    assert shown["blocks"] == {"news, fr → en": 1, "news, es → en": 1}


async def test_a_block_may_lack_only_where_it_is_allowed(
    site: Site, tmp_path: Path
) -> None:
    for allowed, ok in (("false", False), ('["ar"]', False), ('["fr"]', True)):
        number = await made(site, tmp_path, "en", "fr", allowed)

        assert (await gate.check(site, number, now=clock.now())).ok == ok


@pytest.mark.parametrize(
    ("name", "default", "written"),
    [
        ("monthly-letter", "en", {"en", "fr", "es", "ar", "ru", "zh"}),
        ("forum-conclusions", "fr", {"en", "fr", "es", "ar", "ru", "zh"}),
        ("field-office-news", "fr", {"en", "fr", "es"}),
    ],
)
async def test_languages_and_fallbacks_equal_an_independent_count(
    site: Site, name: str, default: str, written: set[str]
) -> None:
    """The CSV files give the audience of each sample; English is the fallback."""
    number = await campaigning.add(site, TEMPLATES / name / "sample")
    checked = await gate.check(site, number, now=clock.now())
    readers: dict[str, int] = {}
    fallbacks: dict[tuple[str, str], int] = {}
    for entry in filter(AUDIENCES[name], directory.entries()):
        wanted = entry.language or default
        language = wanted if wanted in written else "en"
        readers[language] = readers.get(language, 0) + 1
        if wanted != language:
            pair = (wanted, language)
            fallbacks[pair] = fallbacks.get(pair, 0) + 1

    assert checked.readers == readers
    assert checked.fallbacks == fallbacks


AUDIENCES = {
    "monthly-letter": lambda entry: (
        "monthly-letter" in entry.topics
        and (
            entry.status in {"associate", "consultative"}
            or entry.kind in {"field_office", "sector", "natcom"}
        )
    ),
    "forum-conclusions": lambda entry: (
        entry.kind in {"delegation", "natcom"} or entry.code in {"SHS", "ED", "CI"}
    ),
    "field-office-news": lambda entry: (
        entry.kind == "ngo" and entry.country in directory.coverage("dakar")
    ),
}
