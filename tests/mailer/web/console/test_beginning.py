"""Letters are begun in the console: from a type, a copy, or a zip file."""

import io
import zipfile
from html import unescape
from pathlib import Path

import pytest

from mailer.campaigns.review import gate
from mailer.campaigns.writing.drafting import beginning
from mailer.clock import now
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tests.acts.pictures import damaged
from tests.mailer.web.console.test_writing import TEXT, editor, letter, stored
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
UNMARKED = "<p>La Fédération à l’œuvre : « dès l’été »</p>"
MARKED = f'<meta charset="windows-1252">{UNMARKED}'


async def test_a_letter_begins_from_its_type_unfilled_and_is_written_to_its_check(
    site: Site,
) -> None:
    async with serving(site) as pages:
        ed = await editor(site, pages)
        begun = await ed.post(
            "/campaigns/new",
            {"type": "monthly-letter", "name": "June <b>", "languages": "fr"},
        )
        assert begun.status_code == 303
        number = int(begun.headers["location"].split("/")[-2])
        page = await ed.get(f"/campaigns/{number}/write/fr")
        assert "{words}" not in page.text
        assert "June &lt;b&gt;" in page.text
        assert (await ed.get(f"/campaigns/{number}/check")).status_code == 200
        shown = await ed.get(f"/campaigns/{number}/write/fr/letter")
        assert "[subject …]" in shown.text
        assert "sandbox" in shown.headers["content-security-policy"]
    found = await gate.check(site, number, now=now(), scored=False)
    sentences = " ".join(each.what for each in found.problems)
    assert "the subject is missing" in sentences
    assert "needs text" in sentences


async def test_an_unfilled_letter_of_each_type_is_told_in_the_labels_of_its_fields(
    site: Site,
) -> None:
    await add_user(site, "awa", "author", language="fr")
    async with serving(site) as pages:
        awa = await visitor(site, pages, "awa")
        for kind in beginning.types(site):
            begun = await awa.post(
                "/campaigns/new", {"type": kind.name, "name": "A", "languages": "fr"}
            )
            number = int(begun.headers["location"].split("/")[-2])
            page = unescape((await awa.get(f"/campaigns/{number}/check")).text)
            page = page.replace("\xa0", " ")
            assert "Il manque encore : Objet" in page, kind.name
            assert "subject:" not in page
            assert "du trait du tableau" not in page


async def test_the_last_letter_of_a_type_is_copied(site: Site, tmp_path: Path) -> None:
    number = await letter(site, tmp_path)
    async with serving(site) as pages:
        ed = await editor(site, pages)
        assert f'value="{number}"' in (await ed.get("/campaigns/new")).text
        answer = await ed.post("/campaigns/new", {"copy": str(number)})
    copied = int(answer.headers["location"].split("/")[-2])
    assert (await stored(site, copied))["en"].split() == TEXT.split()


def zipped(files: dict[str, str]) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return octets.getvalue()


TOML = campaigning.TOML.format(audience=campaigning.SECTORS)


@pytest.mark.parametrize(
    ("octets", "status", "said"),
    [
        (zipped({"may/campaign.toml": TOML, "may/en.md": TEXT}), 303, ""),
        (zipped({"campaign.toml": TOML, "en.md": TEXT}), 303, ""),
        (zipped({"campaign.toml": TOML, "en.md": TEXT + "\n# itm x"}), 422, "itm"),
        (zipped({"../campaign.toml": TOML}), 422, "leaves the folder"),
        (zipped({"/etc/campaign.toml": TOML}), 422, "leaves the folder"),
        (zipped({"a/en.md": TEXT}), 422, "no campaign.toml"),
        (zipped({f"{n}.md": "" for n in range(501)}), 422, "at most 500"),
        (zipped({"en.md": "0" * 50_000_001}), 422, "unpacked"),
        (b"PK\x03\x04 no zip", 422, "is no zip file"),
        (damaged("campaign.toml"), 422, "is no zip file"),
        (zipped({".": TOML}), 422, "leaves the folder"),
        (b"", 422, "No file"),
    ],
)
async def test_a_folder_is_imported_from_a_zip_file_or_refused_with_its_fault(
    site: Site, octets: bytes, status: int, said: str
) -> None:
    async with serving(site) as pages:
        ed = await editor(site, pages)
        answer = await ed.upload("/campaigns/new", "folder", "may.zip", octets)
    assert answer.status_code == status
    assert said in unescape(answer.text)


@pytest.mark.parametrize(
    ("spoken", "proposed"), [("fr", "fr"), ("ar", "ar"), (None, "en")]
)
async def test_a_letter_is_proposed_in_the_language_of_its_author(
    site: Site, spoken: str | None, proposed: str
) -> None:
    await add_user(site, "awa", "author", language=spoken)
    async with serving(site) as pages:
        awa = await visitor(site, pages, "awa")
        asked = await awa.get("/campaigns/new/monthly-letter")

    assert f'<option value="{proposed}" selected>' in asked.text


@pytest.mark.parametrize("name", ["", " ", "n" * 201])
async def test_a_name_that_is_refused_leaves_the_form_as_it_was_filled(
    site: Site, name: str
) -> None:
    async with serving(site) as pages:
        ed = await editor(site, pages)
        refused = await ed.post(
            "/campaigns/new",
            {"type": "monthly-letter", "name": name, "languages": "es"},
        )

    assert refused.status_code == 422
    assert f'name="name" type="text" value="{name}"' in refused.text
    assert '<option value="es" selected>' in refused.text
    assert "the name" in refused.text.lower() or "no name" in refused.text


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (MARKED.encode("cp1252"), 303),
        (MARKED.replace("windows-1252", "iso-8859-1").encode("cp1252"), 303),
        (MARKED.replace("windows-1252", "utf-8").encode(), 303),
        (MARKED.replace("windows-1252", "utf-8").encode("cp1252"), 303),
        (MARKED.encode(), 303),  # a program wrote it anew, and kept the line
        (MARKED.encode("utf-16"), 303),
        (MARKED.encode("utf-8-sig"), 303),
        (UNMARKED.encode(), 303),
        (UNMARKED.encode("cp1252"), 303),
        (b"<p>\x81\x8d\x8f\x90\x9d</p>", 422),
    ],
)
async def test_a_web_page_is_taken_in_with_the_accents_that_word_gave_it(
    site: Site, tmp_path: Path, octets: bytes, status: int
) -> None:
    number = await letter(site, tmp_path)
    async with serving(site) as pages:
        ed = await editor(site, pages)
        answer = await ed.upload(
            f"/campaigns/{number}/document", "document", "paper.htm", octets
        )
    text = (await stored(site, number))["en"]

    assert answer.status_code == status
    assert ("Fédération à l’œuvre : « dès l’été »" in text) is (status == 303)
    assert "\ufffd" not in text


async def test_a_refused_file_leaves_its_description_in_the_form(
    site: Site, tmp_path: Path
) -> None:
    number = await letter(site, tmp_path)
    await add_user(site, "awa", "author", language="fr")
    async with serving(site) as pages:
        awa = await visitor(site, pages, "awa")
        answer = await awa.upload(
            f"/campaigns/{number}/files",
            *("file", "hall.exe", b"MZ"),
            alt="La salle XI",
            language="ar",
        )

    assert 'name="alt" value="La salle XI"' in answer.text
    assert '<option value="ar" selected>' in answer.text
    assert "types acceptés : .pdf" in unescape(answer.text).replace("\xa0", " ")
