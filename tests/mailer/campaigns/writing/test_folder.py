"""A campaign folder that cannot be read is refused with the file and the line."""

from pathlib import Path

import pytest

from mailer.campaigns.writing import folder
from mailer.errors import ContentError
from mailer.sites.site import Site
from tests.acts import campaigning

GOOD = """name = "A letter"
template = "monthly-letter"
date = 2027-05-04
"""
EVENT = """[event]
uid = "a"
start = 2027-05-04
end = 2027-05-05
"""
FAULTS = [
    ("name = \n", "campaign.toml: not valid TOML", "line 1"),
    ('template = "x"\ndate = 2027-05-04', "name is missing", "campaign.toml:"),
    ('name = "x"\ndate = 2027-05-04', "template is missing", "campaign.toml:"),
    ('name = "x"\ntemplate = "x"', "date is missing", "campaign.toml:"),
    (GOOD.replace("2027-05-04", '"soon"'), "not a day such as", "line 3"),
    (GOOD.replace("2027-05-04", "2027-05-04T10:00:00"), "not a day", "line 3"),
    (GOOD.replace('"A letter"', "7"), "name is 7, not a text", "line 1"),
    (GOOD.replace('"A letter"', '" "'), "name is empty", "line 1"),
    (GOOD.replace('"A letter"', '"A\\nB"'), "line break or control", "line 1"),
    (GOOD.replace("A letter", "x" * 201), "201 characters, at most 200", "line 1"),
    (GOOD.replace('"A letter"', "“A letter”"), "straight quotation marks", "line 1"),
    (GOOD.replace('"A letter"', "A letter"), "put a text in quotation", "line 1"),
    (GOOD.replace("2027-05-04", "04/05/2027"), "write a day as 2027-05-04", "line 3"),
    (GOOD + 'audience = ""', "audience is empty; fill it or remove", "line 4"),
    (GOOD + 'topic = " "', "topic is empty", "line 4"),
    (
        GOOD + EVENT + 'place = {fre = "Dakar"}',
        "event.place: the language fre",
        "line 8",
    ),
    (GOOD + 'subjct = "x"', "no such setting: subjct", "line 4"),
    (GOOD + 'languages = "fr"', "languages is not a section", "line 4"),
    (GOOD + "[languages]\nfallback = {}", "languages has no fallback", "line 5"),
    (GOOD + '[languages]\ndefault = "fr"', "fr has no fr.md", "line 5"),
    (GOOD + '[languages]\ndefault = "français"', "not a language tag", "line 5"),
    (GOOD + '[languages.fallbacks]\nar = "en"', 'not a list such as ["en"]', "line 5"),
    (GOOD + '[languages.fallbacks]\nar = ["anglais"]', "not a language tag", "line 5"),
    (GOOD + '[languages.fallbacks]\narabe = ["en"]', "not a language tag", "line 5"),
    (GOOD + 'themes = "sdg-04"', "themes is not a list", "line 4"),
    (GOOD + "[blocks.opening]\n", "blocks.opening may have only: for", "line 4"),
    (GOOD + "[blocks.opening]\nfor = 3", "blocks.opening may have only: for", "line 4"),
    (GOOD + "[blocks]\nopening = 3", "blocks.opening may have only: for", "line 5"),
    (
        GOOD + '[blocks.opening]\nif = "x"',
        "blocks.opening may have only: for",
        "line 4",
    ),
]
RULES = [
    ('audience = "kind = ngoo"', "audience", "ngoo"),
    ('audience = "kind ="', "audience", "column"),
    ('audience = "segment(missing)"', "audience", "missing"),
    ('[blocks.opening]\nfor = "knd = ngo"', "blocks.opening", "knd"),
    ('themes = ["sdg-99"]', "themes", "no theme is called 'sdg-99'; did you mean sdg-"),
]


@pytest.mark.parametrize(("toml", "sentence", "place"), FAULTS)
def test_a_fault_of_campaign_toml_names_its_line(
    tmp_path: Path, toml: str, sentence: str, place: str
) -> None:
    path = campaigning.write(tmp_path, toml=toml)
    with pytest.raises(ContentError) as refused:
        folder.read(path)

    assert str(refused.value).startswith(f"{path.name}/campaign.toml")
    assert sentence in str(refused.value)
    assert place in str(refused.value)
    assert "\n" not in str(refused.value)


def test_campaign_toml_may_begin_with_a_mark_of_utf8(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path, toml="\ufeff" + GOOD)

    assert folder.read(path).name == "A letter"


def test_a_folder_without_campaign_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"campaign\.toml: does not exist"):
        folder.read(tmp_path)


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path) / "en.md"
    with pytest.raises(ContentError, match=r"en\.md: is not a folder"):
        folder.read(path)


def test_a_text_that_is_not_utf8_is_refused_by_its_name(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path)
    (path / "fr.md").write_bytes("---\nsubject: Été\n---\n".encode("cp1252"))
    with pytest.raises(ContentError, match=r"fr\.md: is not UTF-8; save it as UTF-8"):
        folder.read(path)


@pytest.mark.parametrize("name", ["campaign.toml", "fr.md"])
def test_a_file_that_cannot_be_read_is_named_once(tmp_path: Path, name: str) -> None:
    path = campaigning.write(tmp_path)
    (path / name).unlink(missing_ok=True)
    (path / name).mkdir()
    with pytest.raises(ContentError) as refused:
        folder.read(path)

    assert str(refused.value).endswith(f"{name}: cannot be read: Is a directory")
    assert str(refused.value).count(name) == 1


def test_a_text_whose_name_is_no_language_is_refused(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path, en=campaigning.TEXT, lisez_moi="x")
    with pytest.raises(ContentError, match=r"lisez-moi\.md: the name is not a lang"):
        folder.read(path)


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(("more", "key", "named"), RULES)
async def test_a_rule_that_cannot_be_read_names_its_setting(
    site: Site, tmp_path: Path, more: str, key: str, named: str
) -> None:
    path = campaigning.write(tmp_path, toml=GOOD + more)
    with pytest.raises(ContentError) as refused:
        await campaigning.add(site, path)

    assert str(refused.value).startswith(f"campaign.toml, {key}: ")
    assert named in str(refused.value)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_unknown_template_is_refused_with_the_known_ones(
    site: Site, tmp_path: Path
) -> None:
    toml = GOOD.replace("monthly-letter", "../secrets")
    with pytest.raises(ContentError, match=r"no template is called.*monthly-letter"):
        await campaigning.add(site, campaigning.write(tmp_path, toml=toml))


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "._fr.md", "Thumbs.db", "desktop.ini", "~$fr.md", ".~lock.fr.md#"],
)
def test_what_a_desktop_leaves_in_a_folder_is_left_out(
    tmp_path: Path, name: str
) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    for place in (path, path / "files"):
        (place / name).write_bytes(b"\0\1")
    (path / ".git").mkdir()

    assert list(folder.read(path).texts) == ["en"]
    assert folder.read(path).files == []


@pytest.mark.parametrize("name", ["fr.MD", "FR.md", "Fr.Md"])
def test_a_text_is_read_in_any_capitals(tmp_path: Path, name: str) -> None:
    path = campaigning.write(tmp_path)
    (path / name).write_text(campaigning.TEXT, encoding="utf-8")

    assert sorted(folder.read(path).texts) == ["en", "fr"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("zz.md", "zz is no language"),
        ("eng.md", "the language eng is written en; rename the file"),
        ("und.md", "und is no language"),
        ("fr_FR.md", "rename it to fr.md"),
        ("français.md", "rename it to fr.md"),
        ("Spanish.md", "rename it to es.md"),
        ("fr.txt", "rename it to fr.md"),
        ("fr.md.txt", "rename it to fr.md"),
        ("fr.markdown", "rename it to fr.md"),
        ("EN.md", "differs"),
    ],
)
def test_a_text_with_a_name_that_is_none_is_refused_with_a_suggestion(
    tmp_path: Path, name: str, sentence: str
) -> None:
    path = campaigning.write(tmp_path)
    (path / name).write_text(campaigning.TEXT, encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        folder.read(path)

    assert sentence in str(refused.value)
    assert refused.value.where.startswith(path.name)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a.pdf", "a.pdf: no letter would have this file, which is beside the texts"),
        ("Pièces jointes/a.pdf", "that go with a letter are in files/; rename it"),
        ("附件/a.pdf", "that go with a letter are in files/; rename it"),
        (
            "files/de/a.pdf",
            "files/de: no letter would have these files: there is no de",
        ),
        ("files/fr-CA/a.pdf", "there is no fr-CA.md; move them to files/"),
        ("files/images/a.pdf", "'images' is not a language; put the file in files/ or"),
        ("files/zz/a.pdf", "'zz' is not a language; put the file in files/ or"),
    ],
)
def test_a_file_that_no_letter_would_have_is_refused(
    tmp_path: Path, name: str, sentence: str
) -> None:
    path = campaigning.write(tmp_path, en=campaigning.TEXT, fr=campaigning.TEXT)
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(b"%PDF-1.4")
    with pytest.raises(ContentError) as refused:
        folder.read(path)

    assert sentence in str(refused.value)


def test_all_faults_of_files_are_shown_at_once(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    for name in ("a.exe", "b.webp", "c.png", "d.docm"):
        (path / "files" / name).write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(ContentError) as refused:
        folder.read(path)

    for each in ("allowed: .pdf", "as .png or .jpg", "is damaged", "without macros"):
        assert each in str(refused.value)


def test_all_faults_of_a_folder_are_shown_at_once(tmp_path: Path) -> None:
    toml = GOOD + 'subjct = "x"\nthemes = 3\nzone = "Mars"\n[languages]\ndefault = "zz"'
    path = campaigning.write(tmp_path, toml=toml, en=campaigning.TEXT, eng="x", zz="x")
    with pytest.raises(ContentError) as refused:
        folder.read(path)

    for each in ("subjct", "themes", "Mars", "line 8: zz", "eng.md", "zz.md"):
        assert each in str(refused.value)
