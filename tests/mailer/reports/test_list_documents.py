"""The lists as PDF: tagged, in six languages; what looks like code is text."""

import re
import subprocess
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audiences.languages import OFFERED
from mailer.errors import RefusedError
from mailer.reports.lists import document, typesetting
from mailer.reports.lists.entries import ListEntry
from mailer.reports.lists.kinds import ListKind
from mailer.sites.site import Site
from tests.acts.commands import Mailer

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
NOW = datetime(2027, 5, 4, 10, tzinfo=UTC)
EXPORT = ("directory", "export")
HOSTILE = (
    *('#panic("x")', '#import "@preview/x:1.0.0"', "*bold* _it_ `raw` $x^2$ <label>"),
    *('#read("/etc/passwd")', "\\u{41} \\ // /* @ref = - +", '"]} {"a": "b'),
    *("W" * 5000, "a\nb\tc", "a\x00b\x07c", "\ue000 \uffff \ud800", "\u202eevil"),
)


def entry(name: str, number: int = 1) -> ListEntry:
    return ListEntry(
        number=number,
        region="Africa",
        country="Senegal",
        name=name,
        acronym=name[:20],
        status="",
        fields=["Culture"],
        serves=[],
        languages=["français"],
        addresses=[f"{name[:60]} <a@b.example>"],
        confirmed=NOW.date(),
    )


def objects(pdf: bytes) -> bytes:
    """Return a PDF with its streams unpacked."""
    found = [pdf]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return b"".join(found)


async def written(site: Site, *names: str, language: str = "en") -> bytes:
    listed = [entry(name, number) for number, name in enumerate(names)]
    return await document.write(
        ListKind.NGOS, listed, site.catalogue(language), sender="Desk", now=NOW
    )


@pytest.mark.parametrize(
    ("kind", "language"),
    list(zip(("ngos", "experts", "offices") * 2, OFFERED, strict=True)),
)
def test_a_list_in_each_language_is_a_tagged_pdf(
    mailer: Mailer, tmp_path: Path, kind: str, language: str
) -> None:
    names = ("--name", "en=chair", "--name", "ar=رئيسة", "--name", "zh=主席")
    mailer("roles", "add", "chair", *names, "--by", "editor")
    held = ("--roles", "chair head", "--by", "editor")
    edited = mailer("contacts", "edit", "unesco-liaison@icom.example", *held)
    assert edited.code == 0, edited.err
    out = tmp_path / "list.pdf"
    options = ("--language", language, "--format", "pdf", "--out", str(out))
    ran = mailer(*EXPORT, kind, *options)
    assert ran.code == 0, ran.err
    text = objects(out.read_bytes())

    assert out.read_bytes().startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in text
    assert b"/Marked true" in text
    assert f"/Lang({language})".encode() in text
    tags = {each.decode() for each in re.findall(rb"/S/(\w+)", text)}
    assert {"Title", "TOC", "Link", "H1", "Table", "TH", "TD"} <= tags


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_looks_like_code_in_a_name_is_text(site: Site, name: str) -> None:
    assert (await written(site, name)).startswith(b"%PDF")


async def test_the_same_list_is_the_same_file(site: Site) -> None:
    assert await written(site, "ICOM") == await written(site, "ICOM")


async def test_a_character_without_a_font_is_named_with_its_entry(site: Site) -> None:
    with pytest.raises(RefusedError) as caught:
        await written(site, "ICOM", "\U00016a70 of Ur")

    sentence = str(caught.value)
    assert sentence.startswith(
        "no font of this machine has ‘\U00016a70’ (in the entry of \U00016a70 of Ur)"
    )
    assert typesetting.PACKAGES in sentence


@pytest.mark.prove
async def test_ten_thousand_entries_fit(site: Site) -> None:
    names = [f"Organisation {number}" for number in range(10_000)]

    assert len(await written(site, *names)) > 1_000_000


@pytest.mark.prove
@pytest.mark.parametrize("form", ["xlsx", "html"])
def test_libreoffice_opens_a_list(mailer: Mailer, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"list.{form}"
    options = ("--language", "ar", "--format", form, "--out", str(out))
    assert mailer(*EXPORT, "ngos", *options).code == 0
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    opened = subprocess.run(
        [
            *("soffice", profile, "--headless", "--calc", "--convert-to"),
            *("csv:Text - txt - csv (StarCalc):44,34,76", str(out)),
            *("--outdir", str(tmp_path)),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    text = (tmp_path / "list.csv").read_text(encoding="utf-8")

    assert "unesco-liaison@icom.example" in text, opened.stderr
    assert "المنظمات غير الحكومية" in text or form == "xlsx"
