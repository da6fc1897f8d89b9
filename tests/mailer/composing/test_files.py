"""Attached files and images: names in any script, allowed types, one stored copy."""

import time
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from mailer import clock
from mailer.campaigns.models import StoredFile
from mailer.campaigns.review import gate, preview
from mailer.campaigns.writing import (
    file_types,
    files,
    folder,
)
from mailer.composing.parts import Extras, File
from mailer.errors import ContentError
from mailer.sites.site import Site
from tests.acts import campaigning, directory, reading
from tests.acts.composing import compiled, composed
from tests.acts.pictures import archive, damaged, png
from tools.verifier import header, mime, verifier, wire_lines

PDF, PNG = b"%PDF-1.7\n" + bytes(range(256)) * 3, png(120, 40)
READER = "ed@sectors.example"
NAMES = st.text(
    st.characters(
        exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="/\\"
    ),
    min_size=1,
    max_size=120,
).filter(lambda name: name.strip() == name)


@settings(max_examples=150)
@given(NAMES)
def test_a_file_arrives_under_its_name(name: str) -> None:
    file = File(name=f"{name}.pdf", type="application/pdf", octets=PDF)
    message = composed(compiled(extras=Extras(files=(file,))))

    head, body = wire_lines.split(message)
    attached = mime.parse(header.Header(head), body).children[1]
    read = next(reading.parsed(message).iter_attachments())
    assert verifier.verify(message, thorough=False) == []
    assert attached.octets == PDF
    assert read.get_content() == PDF
    assert read.get_filename() == f"{name}.pdf"


def test_an_image_and_a_file_are_where_mail_programs_expect_them() -> None:
    image = File(name="été.png", type="image/png", octets=PNG, content_id="a@x.example")
    file = File(name="Ordre du jour, été.pdf", type="application/pdf", octets=PDF)
    message = composed(compiled(extras=Extras(images=(image,), files=(file,))))

    head, body = wire_lines.split(message)
    assert mime.parse(header.Header(head), body).shape() == (
        "multipart/mixed(multipart/alternative(text/plain,"
        " multipart/related(text/html, image/png)), application/pdf)"
    )
    assert verifier.verify(message) == []


def campaign(place: Path, text: str = campaigning.TEXT) -> Path:
    """Write a campaign with three files."""
    path = campaigning.write(place, en=text, fr=text)
    (path / "files" / "fr").mkdir(parents=True)
    (path / "files" / "Programme – été.pdf").write_bytes(PDF)
    (path / "files" / "logo.png").write_bytes(PNG)
    (path / "files" / "fr" / "Programme.pdf").write_bytes(PDF)
    return path


async def test_a_campaign_carries_its_files_and_shows_its_images(
    site: Site, tmp_path: Path
) -> None:
    text = campaigning.TEXT + "\n![The emblem](cid:logo.png)\n"
    number = await campaigning.add(site, campaign(tmp_path, text))

    checked = await gate.check(site, number, now=clock.now())
    made = await preview.preview(site, number, reader(), now=clock.now())

    assert checked.problems == []
    assert verifier.verify(made.octets) == []
    found = [part.get_filename() for part in reading.parsed(made.octets).walk()]
    assert [name for name in found if name] == ["logo.png", "Programme – été.pdf"]
    async with site.database.reading() as session:
        kept = await session.scalar(select(func.count()).select_from(StoredFile))
    assert kept == 2


def reader() -> str:
    """Return the address of a reader of the short letter."""
    return next(
        entry.address for entry in directory.entries() if entry.kind == "sector"
    )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_image_that_is_missing_blocks_approval(
    site: Site, tmp_path: Path
) -> None:
    text = campaigning.TEXT + "\n![The emblem](cid:emblem.png)\n"
    number = await campaigning.add(site, campaign(tmp_path, text))

    checked = await gate.check(site, number, now=clock.now())

    assert not checked.ok
    (problem,) = checked.problems
    assert problem.where == "en.md, line 9"
    assert "the image emblem.png is not in files/" in problem.what


@pytest.mark.parametrize(
    ("name", "octets", "kind"),
    [
        ("a.csv", "Prénom;Pays\n".encode(), "text/csv; charset=utf-8"),
        ("a.csv", "Prénom;Pays\nZoé;Côte d’Ivoire\n".encode("cp1252"), "1252"),
        ("a.csv", "Nom\nDelégué à Genève\n".encode("cp1252"), "1252"),
        ("a.csv", "Имя;Страна\nАнна;Россия\nОлег;Сербия\n".encode("cp1251"), "1251"),
        ("a.csv", "Όνομα;Χώρα\nΆννα;Ελλάδα\n".encode("cp1253"), "windows-1253"),
        ("a.csv", "Prénom\tPays\n".encode("utf-16"), "text/csv; charset=utf-16"),
        ("a.vcf", b"BEGIN:VCARD\r\nN:A\r\nEND:VCARD\r\n", "text/vcard; charset=utf-8"),
        ("A.VCF", "BEGIN:VCARD\nN:Zoé\nEND:VCARD\n".encode("cp1252"), "1252"),
        ("a.docx", archive("word/document.xml"), "wordprocessingml.document"),
    ],
)
def test_a_file_has_the_type_and_encoding_of_its_content(
    name: str, octets: bytes, kind: str
) -> None:
    found = file_types.media_type(name, octets)

    assert found.endswith(kind)


def test_a_text_whose_encoding_is_not_sure_is_refused() -> None:
    with pytest.raises(ValueError, match="save it as UTF-8"):
        file_types.media_type("a.csv", "Łukasz Żółć;Książki\n".encode("cp1250"))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Plan.pdf", "plan.PDF"), ("é.pdf", "e\u0301.pdf"), ("a.pdf", "fr/a.pdf")],
)
def test_no_two_files_of_a_letter_have_one_name(
    tmp_path: Path, one: str, other: str
) -> None:
    path = campaigning.write(tmp_path)
    (path / "files" / "fr").mkdir(parents=True)
    for name in (one, other):
        (path / "files" / name).write_bytes(PDF)

    with pytest.raises(ContentError, match=r"two files of a letter|only in capitals"):
        folder.read(path)


def test_files_that_systems_leave_are_passed_over(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path)
    (path / "files" / "fr").mkdir(parents=True)
    for name in (".DS_Store", "._a.pdf", "Thumbs.db", "fr/~$a.docx", "fr/.DS_Store"):
        (path / "files" / name).write_bytes(b"x")

    assert folder.read(path).files == []


@pytest.mark.parametrize("store", ["sqlite"])
async def test_files_too_large_for_every_reader_block_approval(
    site: Site, tmp_path: Path
) -> None:
    path = campaign(tmp_path)
    (path / "files" / "map.pdf").write_bytes(PDF + bytes(3_000_000))
    number = await campaigning.add(site, path)

    checked = await gate.check(site, number, now=clock.now())

    assert not checked.ok
    assert "3.0 MB of files go to every reader" in checked.problems[0].what


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("run.exe", b"MZ", "files of this type are not sent"),
        ("page.html", b"<p>", "files of this type are not sent"),
        ("not.pdf", b"MZ", "does not begin as a .pdf file does"),
        ("empty.csv", b"", "is empty"),
        ("list.csv", b"MZ\x90\x00", "like a program"),
        ("list.csv", b"<!DOCTYPE html><p>", "like HTML"),
        ("list.csv", b"PK\x03\x04\x00", "like an archive"),
        ("list.csv", "a;é\n".encode("utf-16-le"), "save it as UTF-8"),
        ("list.csv", "a;é\n".encode("utf-32"), "save it as UTF-8"),
        ("a.docx", archive("word/document.xml", "word/vbaProject.bin"), "has macros"),
        ("a.xlsx", archive("xl/workbook.xml", "xl/macrosheets/a.xml"), "has macros"),
        ("a.docx", archive("word/document.xml", "word/VBAPROJECT.BIN"), "has macros"),
        ("a.odt", archive("content.xml", "Basic/Standard/a.xml"), "has macros"),
        ("a.ods", archive("content.xml", "Scripts/python/a.py"), "has macros"),
        (
            "a.xlsx",
            archive("xl/workbook.xml", "xl/externalLinks/externalLink1.xml"),
            "links to other workbooks",
        ),
        ("list.csv", b"a\x00b\x01", "does not begin as a .csv"),
        ("card.vcf", b"BEGIN:VCALENDAR", "does not begin as a .vcf"),
        ("a.pdf", b"PK\x03\x04", "like an archive"),
        ("a.odt", damaged("mimetype", "content.xml"), "not begin as a .odt"),
        ("a.docx", b"PK\x03\x04", "does not begin as a .docx"),
        ("a.xlsx", archive("word/document.xml"), "does not begin as a .xlsx"),
        ("huge.csv", bytes(files.MAX_FILE + 1), "has more than 5 MB"),
        ("nolanguage1/a.pdf", PDF, "language"),
        ("fr/deep/a.pdf", PDF, "must be in files/"),
    ],
)
def test_a_file_that_cannot_be_sent_is_refused_with_its_path(
    tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    path = campaigning.write(tmp_path)
    (path / "files" / name).parent.mkdir(parents=True)
    (path / "files" / name).write_bytes(content)

    with pytest.raises(ContentError, match=sentence) as refused:
        folder.read(path)

    assert refused.value.where.endswith(f"files/{name}")


def test_a_document_is_not_unpacked_to_say_what_it_is() -> None:
    octets = BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("mimetype", bytes(80_000_000))
        made.writestr("content.xml", "")
    tracemalloc.start()
    with pytest.raises(ValueError, match="not begin as"):
        file_types.media_type("a.odt", octets.getvalue())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 1_000_000


def test_a_document_that_is_a_bomb_is_refused_and_not_unpacked() -> None:
    octets = BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as made:
        with made.open("word/document.xml", "w") as part:
            for _ in range(201):
                part.write(bytes(1_000_000))
    began = time.process_time()
    with pytest.raises(ValueError, match="unpacks to more than 200 MB"):
        file_types.media_type("a.docx", octets.getvalue())

    assert time.process_time() - began < 0.5


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    (tmp_path / "secret.pdf").write_bytes(PDF)
    (path / "files" / "a.pdf").symlink_to(tmp_path / "secret.pdf")

    with pytest.raises(ContentError, match="must be in files/"):
        folder.read(path)
