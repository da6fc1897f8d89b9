"""What is made to exhaust the reader of pasted words is read in linear time."""

import io
import time
import zipfile

import pytest

from mailer.campaigns.writing.pasting.docx import docx_to_markdown
from mailer.campaigns.writing.pasting.html_pages import MAX_HTML, to_markdown
from mailer.errors import ContentError


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ContentError, match="paste less"):
        to_markdown("a" * (MAX_HTML + 1))
    with pytest.raises(ContentError, match="table of 1,001 rows and 1,000 columns"):
        to_markdown("<table><tr>" + "<td>a" * 1_000 + "<tr><td>a" * 1_000)


TAGS = ("<ul><li>a", "<b>a", "<table><tr><td>a", "<p>a", "<i></b>", "<td><p>a")
SIGNS = ("<!--", "<![x[", "<?", "<", "<a ", "</a", "mso-list:", "<p a='")


@pytest.mark.parametrize(
    "monster",
    [
        *(each * 12_000 for each in TAGS),
        *(each * 100_000 for each in SIGNS),
        f"<p style='{'mso-list:' * 100_000}'>",
        "<span style='mso-list:ignore'>" + "a<b>" * 15_000,
        "<table><tr><td>" + "<p>abc" * 30_000,
    ],
    ids=lambda each: each[:20],
)
def test_a_monster_takes_linear_time(monster: str) -> None:
    began = time.process_time()
    to_markdown(monster)

    assert time.process_time() - began < 2


def test_tables_within_tables_take_linear_time_and_give_their_words_once() -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    tables = ("<w:tbl><w:tr><w:tc>" * 2_000, "</w:tc></w:tr></w:tbl>" * 2_000)
    words = "<w:p><w:r><w:t>a</w:t></w:r></w:p>".join(tables)
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w", zipfile.ZIP_DEFLATED) as archive:
        xml = f'<w:document xmlns:w="{space}"><w:body>{words}</w:body></w:document>'
        archive.writestr("word/document.xml", xml)
    began = time.process_time()

    assert docx_to_markdown(octets.getvalue()) == "a"
    assert time.process_time() - began < 2
