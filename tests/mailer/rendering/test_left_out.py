"""What no letter would show is an error with its line, or is refused."""

import pytest

from mailer.rendering.checks import rules
from mailer.rendering.source import Translation
from tests.mailer.rendering.test_blocks import blocks_of, fault, problems


def left_out(text: str) -> list[tuple[str, str]]:
    blocks = blocks_of(text)
    translation = Translation(
        language="en", subject="x", preheader="", blocks=tuple(blocks), where="en.md"
    )
    return [(each.where, each.what) for each in rules.check_left_out(translation)]


@pytest.mark.parametrize(
    ("text", "line", "named"),
    [
        ("# section a\ntitle: News", 6, "section News"),
        ("# section a\ntitle: A\n\n# section b\ntitle: B\n\n# text t\n\nT", 6, "A"),
        ("# section a\ntitle: News\n\n# signature\n\nWe", 6, "section News"),
        ("# text t\n\nT\n\n# section a\ntitle: News\n\n# notes\n\n1. N", 10, "News"),
        ("# contents\n\n# text t\n\nT", 6, "contents"),
    ],
)
def test_a_block_that_no_letter_shows_is_an_error(
    text: str, line: int, named: str
) -> None:
    ((where, what),) = left_out(text)

    assert where == f"en.md, line {line}"
    assert f"{named}: no " in what


@pytest.mark.parametrize(
    "text",
    [
        "# section a\ntitle: News\n\nIts text.",
        "# section a\ntitle: News\n\n# text t\n\nT",
        "# contents\n\n# text t\ntitle: T\n\nT",
    ],
)
def test_a_section_with_a_text_or_a_block_is_right(text: str) -> None:
    assert left_out(text) == []


def test_a_column_without_a_text_is_refused() -> None:
    text = "# columns c\ntitle: Where\n\n## Paris\n\n## Dakar\n\nText."

    assert "line 9: the column Paris is empty" in fault(text)


@pytest.mark.parametrize("alt", ["hall.JPG", "IMG_2041", "image1", "DSC 0012"])
@pytest.mark.parametrize(
    "text", ["# picture p\nfile: a.png\nalt: {}", "# text t\n\n![{}](cid:a.png)"]
)
def test_a_description_that_is_the_name_of_a_file_is_asked_about(
    text: str, alt: str
) -> None:
    ((_, what),) = problems(text.format(alt))

    assert what.startswith(f"the description “{alt}” is the name of a file")


def test_a_word_that_describes_a_picture_is_no_name_of_a_file() -> None:
    assert problems("# text t\n\n![Photo](cid:a.png)") == []
