"""The gate finds the faults of a campaign, each with its language and place."""

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from mailer import clock
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import gate
from mailer.campaigns.review.gate import CampaignCheck
from mailer.sites.site import Site
from tests.acts import campaigning, real_sites

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

FRENCH = campaigning.TEXT.replace("Dear", "Cher").replace("this is", "ceci est")
MIXED = """name = "Mixed"
template = "monthly-letter"
date = 2027-05-04
audience = "kind = natcom and country in (FR, EG) and sub(monthly-letter)"
"""


async def check(site: Site, path: Path) -> CampaignCheck:
    number = await campaigning.add(site, path)
    return await gate.check(site, number, now=clock.now())


def problems(checked: CampaignCheck) -> list[tuple[str, str, str]]:
    return [(str(each.level), each.language, each.what) for each in checked.problems]


def with_text(place: Path, text: str) -> Path:
    return campaigning.write(place, en=campaigning.TEXT + text)


async def test_a_good_letter_passes(site: Site, tmp_path: Path) -> None:
    checked = await check(site, campaigning.write(tmp_path))

    assert checked.ok
    assert checked.problems == []
    assert checked.readers == {"en": 10}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Dear {nme}.", "{nme}"),
        ("[here](http://a.example/)", "the link 'http://a.example/' is not https"),
        ("[here](javascript:x)", "the link 'javascript:x' is not https"),
        ("![x](data:image/png;base64,AA)", "no file of the letter"),
        ("![x](files/b.png)", "put it in files/, and write cid:b.png"),
    ],
)
async def test_a_fault_of_a_block_blocks(
    site: Site, tmp_path: Path, text: str, what: str
) -> None:
    checked = await check(site, with_text(tmp_path, text))

    assert not checked.ok
    assert [each.where for each in checked.problems] == ["en.md, line 8"]
    assert what in checked.problems[0].what


async def test_a_subject_of_more_than_120_characters_blocks(
    site: Site, tmp_path: Path
) -> None:
    text = campaigning.TEXT.replace("subject: A", f"subject: {'x' * 120}")
    checked = await check(site, campaigning.write(tmp_path, en=text))

    assert not checked.ok
    assert "at most 120" in problems(checked)[0][2]


async def test_a_letter_without_a_preheader_is_a_warning_only(
    site: Site, tmp_path: Path
) -> None:
    text = campaigning.TEXT.replace("preheader: It is short\n", "")
    checked = await check(site, campaigning.write(tmp_path, en=text))

    assert checked.ok
    assert problems(checked) == [
        ("warning", "en", "no preheader; add a line preheader: …")
    ]


async def test_a_letter_that_mail_programs_would_clip_blocks(
    site: Site, tmp_path: Path
) -> None:
    checked = await check(site, with_text(tmp_path, "One line more. " * 7000))

    assert not checked.ok
    assert "KB of HTML, at most 102" in problems(checked)[0][2]


async def test_languages_with_other_blocks_block(site: Site, tmp_path: Path) -> None:
    more = FRENCH + "\n# note extra\n\nEncore.\n"
    path = campaigning.write(tmp_path, en=campaigning.TEXT, fr=more)
    checked = await check(site, path)

    assert problems(checked) == [
        ("error", "fr", "has extra, which en.md does not have")
    ]


async def test_a_rule_for_a_block_that_does_not_exist_blocks(
    site: Site, tmp_path: Path
) -> None:
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml += '\n[blocks.bonus]\nfor = "kind = ngo"\n'
    checked = await check(site, campaigning.write(tmp_path, toml=toml))

    assert problems(checked) == [("error", "en", "en.md has no block of that name")]
    assert checked.problems[0].where == "campaign.toml, blocks.bonus"


async def test_an_empty_audience_blocks(site: Site, tmp_path: Path) -> None:
    rule = "kind = sector and kind = ngo"
    checked = await check(site, campaigning.write(tmp_path, audience=rule))

    assert problems(checked) == [("error", "", "the audience is empty")]


async def test_readers_without_a_language_block(site: Site, tmp_path: Path) -> None:
    path = campaigning.write(tmp_path, toml=MIXED, en=campaigning.TEXT, fr=FRENCH)
    checked = await check(site, path)

    assert not checked.ok
    assert checked.readers == {"fr": 1}
    assert "1 reader without a letter: ar is neither written" in problems(checked)[0][2]


async def test_an_allowed_fallback_is_counted_and_only_warned_of(
    site: Site, tmp_path: Path
) -> None:
    toml = MIXED + '[languages.fallbacks]\nar = ["en"]\n'
    path = campaigning.write(tmp_path, toml=toml, en=campaigning.TEXT, fr=FRENCH)
    checked = await check(site, path)

    assert checked.ok
    assert checked.readers == {"fr": 1, "en": 1}
    assert checked.fallbacks == {("ar", "en"): 1}
    assert [level for level, *_ in problems(checked)] == ["warning"]


async def test_a_template_that_cannot_be_laid_out_blocks(
    site: Site, tmp_path: Path
) -> None:
    (site.templates_folder / "monthly-letter/body.mjml").write_text("{{ unknown }}")
    checked = await check(site, campaigning.write(tmp_path))

    assert not checked.ok
    assert checked.problems[0].where == "monthly-letter/body.mjml, line 1"
    assert "unknown" in checked.problems[0].what


async def test_unsigned_letters_are_warned_of(site: Site, tmp_path: Path) -> None:
    unsigned = real_sites.real(site, dkim={"relay_signs": False})

    checked = await check(unsigned, campaigning.write(tmp_path))

    assert checked.ok
    assert [each.where for each in checked.problems] == ["config.toml, dkim"]


async def test_a_style_that_few_mail_programs_show_is_warned_of_once_with_its_line(
    site: Site, tmp_path: Path
) -> None:
    css = site.templates_folder / "_layout/letter.css"
    css.write_text(css.read_text() + ".sender { position: relative }\n")
    path = campaigning.write(
        tmp_path, audience=campaigning.OFFICES, en=campaigning.TEXT, fr=FRENCH
    )
    checked = await check(site, path)
    (lacking,) = [each for each in checked.problems if "position" in each.what]

    assert checked.ok
    assert str(lacking.level) == "warning"
    assert re.fullmatch(r"_layout/letter\.css, line \d+", lacking.where)
    assert "is not shown by Gmail" in lacking.what


async def test_a_block_of_code_is_asked_about_with_its_line(
    site: Site, tmp_path: Path
) -> None:
    checked = await check(site, with_text(tmp_path, "\n```\nx\n```\n"))

    (problem,) = checked.problems
    assert checked.ok
    assert problem.where == "en.md, line 9"
    assert "remove ```" in problem.what


NOBODY = "kind = ngo and kind = sector"


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        (MIXED, "without a letter"),
        (campaigning.TOML.format(audience=NOBODY), "the audience is empty"),
    ],
)
async def test_a_fault_of_the_readers_hides_none_of_template_and_letter(
    site: Site, tmp_path: Path, toml: str, fault: str
) -> None:
    (site.templates_folder / "monthly-letter/body.mjml").write_text("{{ unknown }}")
    path = campaigning.write(tmp_path, toml=toml, en=campaigning.TEXT, fr=FRENCH)
    checked = await check(site, path)
    said = [what for _, _, what in problems(checked)]

    assert fault in said[0]
    failed = [lang for _, lang, what in problems(checked) if "unknown" in what]
    assert sorted(failed) == ["en", "fr"]


async def test_a_letter_that_nobody_reads_yet_is_rendered_where_readers_lack_one(
    site: Site, tmp_path: Path
) -> None:
    long = campaigning.TEXT + "One line more. " * 7000
    path = campaigning.write(tmp_path, toml=MIXED, en=long, fr=FRENCH)
    checked = await check(site, path)

    assert checked.readers == {"fr": 1}
    assert [lang for _, lang, what in problems(checked) if "KB" in what] == ["en"]


async def test_a_fault_of_a_text_hides_none_of_its_letter(
    site: Site, tmp_path: Path
) -> None:
    checked = await check(
        site, with_text(tmp_path, "{nme}\n\n# note two\n\n![x](cid:lost.png)\n")
    )
    said = [what for _, _, what in problems(checked)]

    assert len(said) == 2
    assert "{nme}" in said[0]
    assert "the image lost.png is not in files/" in said[1]


async def test_an_unfinished_block_hides_no_fault_of_the_others(
    site: Site, tmp_path: Path
) -> None:
    unfinished = "# item day\n\nIt has no title.\n\n# note two\n\n![x](cid:lost.png)\n"
    path = campaigning.write(
        tmp_path,
        toml=campaigning.TOML.format(audience=campaigning.OFFICES),
        en=campaigning.TEXT + "\n" + unfinished,
        fr=FRENCH + "\nBonjour {nme}.\n",
    )
    number = await campaigning.add(site, path, unfinished=True)
    checked = await gate.check(site, number, now=clock.now())
    errors = [each for each in problems(checked) if each[0] == "error"]

    assert any("needs title" in what for _, lang, what in errors if lang == "en")
    assert any("lost.png is not in" in what for _, lang, what in errors if lang == "en")
    assert any("{nme}" in what for _, lang, what in errors if lang == "fr")
    assert len(errors) == len({what for _, _, what in errors})


async def test_a_rule_that_cannot_be_read_hides_no_fault_of_the_letter(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, with_text(tmp_path, "![x](cid:lost.png)"))
    async with site.database.writing() as session:
        await session.execute(update(Campaign).values(audience="segment(gone)"))
    checked = await gate.check(site, number, now=clock.now())
    places = [(each.where, each.what.partition("; ")[0]) for each in checked.problems]

    assert places == [
        ("audience", "column 9: no segment is called 'gone'"),
        ("en.md, line 8", "the image lost.png is not in files/ of the campaign folder"),
    ]
