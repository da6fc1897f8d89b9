"""Pictures are found by their names, and shown in the size of their files."""

import re
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.campaigns.writing import embedding, folder, picture_size
from mailer.campaigns.writing.files import Attached
from mailer.composing.parts import File
from mailer.rendering import marks
from mailer.rendering.markup import markdown
from mailer.rendering.source import Letter
from tests.acts import campaigning
from tests.acts.pictures import attached, jpeg, png

PNG = png(120, 40)
GIF = b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0, 0, 0)
FRAME = (
    b"!\xf9\x04\0\x0a\0\0\0," + struct.pack("<HHHHB", 0, 0, 2, 2, 0) + b"\x02\x01D\0"
)
MOVING = GIF + FRAME * 3 + b";"
COLOURS = bytes(6)  # a palette of two
WITH_PALETTES = (  # pictures without a delay, each with its own palette
    GIF[:10] + b"\x80\0\0" + COLOURS
    + (FRAME[8:17] + b"\x80" + COLOURS + FRAME[18:]) * 2 + b";"
)  # fmt: skip


def letter(text: str) -> Letter:
    """Return a letter that shows a Markdown text."""
    html = markdown.to_html(text, level=2, start="left")
    drawn = marks.draw([])
    return Letter(language="en", subject="x", html=html, text="", marks=drawn)


def embed(
    text: str, *files: Attached
) -> tuple[str, tuple[File, ...], tuple[File, ...]]:
    """Return a text as HTML with its pictures, and the files that are attached."""
    return embedding.embed(letter(text), files, domain="letters.example")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("cid:logo@2x.png", "logo@2x.png"),
        ("<cid:photo (1).png>", "photo (1).png"),
        ("cid:photo%20(1).png", "photo (1).png"),
        ("<cid:A&B's.png>", "A&B's.png"),
        ("cid:été.png", "e\u0301te\u0301.png"),  # as macOS writes names
        ("cid:e\u0301te\u0301.png", "été.png"),
        ("cid:标志.png", "标志.png"),
    ],
)
def test_a_picture_is_found_by_its_name_however_that_is_written(
    tmp_path: Path, written: str, name: str
) -> None:
    path = campaigning.write(tmp_path)
    (path / "files").mkdir()
    (path / "files" / name).write_bytes(PNG)

    html, images, attachments = embed(f"![A]({written})", *folder.read(path).files)

    assert (len(images), attachments) == (1, ())
    assert f'src="cid:{images[0].content_id}"' in html


def test_another_spelling_in_capitals_is_named(tmp_path: Path) -> None:
    files = [attached("Logo.PNG", PNG)]

    (problem,) = embedding.problems(
        letter("![A](cid:logo.png)"), tuple(files), "\n![A](cid:logo.png)"
    )

    assert problem.where == "en.md, line 2"
    assert "there is Logo.PNG, with other capitals" in problem.what


@pytest.mark.parametrize(
    ("size", "name", "markdown", "width", "height"),
    [
        ((1600, 900), "a.png", "![A](cid:a.png)", 536, 302),
        ((120, 40), "a.png", "![A](cid:a.png)", 120, 40),
        ((240, 80), "a@2x.png", "![A](cid:a@2x.png)", 120, 40),
        ((1600, 900), "a@2x.png", "![A](cid:a@2x.png)", 536, 302),
        ((1600, 900), "a.png", "- ![A](cid:a.png)", 492, 277),
        ((1600, 900), "a.png", "|a|b|\n|-|-|\n|x|![A](cid:a.png)|", 252, 142),
        ((1, 2000), "a.png", "![A](cid:a.png)", 1, 2000),
    ],
)
def test_a_picture_has_the_size_of_its_file_and_fits_its_column(
    size: tuple[int, int], name: str, markdown: str, width: int, height: int
) -> None:
    html, _, _ = embed(markdown, attached(name, png(*size)))

    assert f'<img width="{width}" height="{height}" ' in html


def test_a_column_of_the_template_limits_its_picture() -> None:
    shown = letter("x")
    shown = replace(shown, html='<img src="cid:a.png" alt="A" width="200">')

    html, _, _ = embedding.embed(
        shown, (attached("a.png", png(1600, 800)),), domain="x.example"
    )

    assert html.startswith('<img width="200" height="100" src="cid:')


def test_a_picture_that_is_shown_twice_is_carried_once() -> None:
    text = "![A](cid:a.png) ![B](cid:b.png)"

    _, images, attachments = embed(text, attached("a.png", PNG), attached("b.png", PNG))

    assert (len(images), attachments) == (1, ())


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from(["", "@2x", "@3x"]))
def test_no_picture_is_wider_than_its_column(width: int, height: int, end: str) -> None:
    name = f"a{end}.png"
    html, _, _ = embed(f"![A](cid:{name})", attached(name, png(width, height)))

    sizes = re.search(r'<img width="(\d+)" height="(\d+)"', html)
    assert sizes is not None
    shown = int(sizes[1]), int(sizes[2])
    assert 1 <= shown[0] <= min(embedding.COLUMN, width)
    assert abs(shown[1] - max(1, shown[0] * height / width)) <= 0.5


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (40, 20)), (6, (20, 40)), (8, (20, 40))]
)
def test_a_photograph_is_as_its_camera_was_held(
    orientation: int, size: tuple[int, int]
) -> None:
    assert picture_size.of(jpeg(40, 20, orientation)) == size


@given(st.binary(max_size=60), st.sampled_from([b"\xff\xd8\xff", b"GIF8", PNG[:12]]))
def test_a_damaged_picture_has_no_size_or_a_positive_one(
    rest: bytes, head: bytes
) -> None:
    size = picture_size.of(head + rest)

    assert size is None or min(size) > 0


def test_a_photograph_with_a_film_behind_it_is_whole() -> None:
    scan = jpeg(40, 20, 1)[:-2] + b"\xff\xda\0\x02" + b"x" * 99

    assert picture_size.is_whole(scan + b"\xff\xd9" + b"ftypmp42" * 2000)
    assert not picture_size.is_whole(scan)


def test_a_gif_of_one_picture_does_not_move() -> None:
    still = GIF + FRAME + b";"

    assert picture_size.is_whole(still)
    assert list(picture_size.remarks(still)) == []
    assert list(picture_size.remarks(PNG)) == []


@pytest.mark.parametrize(
    ("octets", "what"),
    [
        (PNG[:10], "is damaged"),
        (png(4000, 10), "has 4000 × 10 pixels and 1 kB"),
        (PNG[:-20], "is cut off"),
        (jpeg(40, 20, 1)[:-2], "is cut off"),
        (b"GIF89a" + b"\x05\0" * 20, "is cut off"),
        (png(10, 9000), "is shown 10 × 9000 pixels, higher than a screen"),
        (jpeg(40, 20, 6), "is turned by its Exif data"),
        (jpeg(40, 20, 1, components=4), "has colours for print"),
        (MOVING, "moves, which some programs do not show"),
        (WITH_PALETTES, "moves, which some programs do not show"),
        (PNG[:33] + b"\0\0\0\x08acTL" + bytes(12) + PNG[33:], "moves, which"),
    ],
)
def test_a_damaged_or_large_picture_is_reported(octets: bytes, what: str) -> None:
    (problem,) = embedding.problems(
        letter("![A](cid:a.png)"), (attached("a.png", octets),), "![A](cid:a.png)"
    )

    assert problem.where == "en.md, line 1"
    assert what in problem.what
