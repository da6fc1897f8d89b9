"""Every block of docs/blocks.md is shown in both parts, in six languages."""

import re
from dataclasses import replace
from functools import cache

import pytest

from audiences.languages import OFFERED
from mailer.campaigns.writing import parsing
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.checks import leftovers, rules
from mailer.rendering.render import render
from mailer.rendering.source import Block, Letter, Translation
from tests.acts import reading
from tools.checkout import ROOT
from tools.samples import catalogues, source, templates

TYPES = letter_types.block_types(templates())
FRONT = "---\nsubject: Subject\npreheader: Preheader\n---\n\n"
EXAMPLES = re.findall(
    r"^## (\w+)\n.*?^```markdown\n(.*?)^```",
    (ROOT / "docs" / "blocks.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)
LOGO = "[![A](cid:a.png)](https://a.example)"
MARK = "# opening\n\nThe forum met.[^1]\n\n"


def blocks_of(text: str) -> tuple[Block, ...]:
    return parsing.parse(
        FRONT + text, language="en", types=TYPES, allowed=tuple(TYPES), where="en.md"
    ).blocks


def letter_of(text: str, language: str = "en") -> Letter:
    made = replace(
        source("circular-letter", "en"),
        catalogue=catalogues()[language],
        blocks=blocks_of(text),
    )
    return render(made, templates())


@cache
def shown(text: str) -> str:
    return letter_of(text).html


def problems(text: str) -> list[tuple[str, str]]:
    translation = parsing.parse(
        FRONT + text, language="en", types=TYPES, allowed=tuple(TYPES), where="en.md"
    )
    found = rules.check_text(translation, host="letters.example")
    return [(each.where, each.what) for each in found]


def warnings(text: str) -> list[tuple[str, str]]:
    return [each for each in problems(text) if "meant?" in each[1]]


def fault(text: str) -> str:
    with pytest.raises(ContentError) as refusal:
        blocks_of(text)
    return str(refusal.value)


def test_each_new_block_is_documented_with_an_example() -> None:
    everywhere = {name for name, each in TYPES.items() if each.everywhere}

    assert {name for name, _ in EXAMPLES} == everywhere | {"signature", "table"}


def test_the_sample_has_every_block_but_the_entry_of_a_directory() -> None:
    used = {block.type for block in source("circular-letter", "en").blocks}

    assert used == {*TYPES} - {"entry"}


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_an_example_is_shown_in_every_language_with_the_same_words_in_both_parts(
    name: str, text: str, language: str
) -> None:
    below = "\n# section last\ntitle: Last\n\n# opening end\n\nEnd.\n"
    made = letter_of(MARK + text + below, language)

    words = reading.words_of(made.text)
    assert words == reading.words_of_html(made.html)
    for written in re.findall(r"\w+", re.sub(r"(?m)^[a-z]+:|\S+[:/.]\S+|`", "", text)):
        if written not in {"1", name, *re.findall(r"\w+", text.split("\n", 1)[0])}:
            assert words[written], written


def test_a_picture_leads_where_its_link_says() -> None:
    html = shown(dict(EXAMPLES)["picture"])

    assert re.search(
        r'<a href="https://forum.example/pictures"[^>]*><img [^>]*src="cid:hall.jpg"',
        html,
    )


def test_a_letterhead_stands_above_the_subject_in_both_parts() -> None:
    made = letter_of(f"# opening\n\nHello.\n\n{dict(EXAMPLES)['letterhead']}")

    assert "CL/4500" in made.html.partition("<h1")[0]
    assert "CL/4500" in made.text.partition("The forum in Dakar")[0]


def test_headings_of_a_text_continue_the_levels_of_the_letter() -> None:
    text = "## One\n\na\n\n### Two\n\nb"
    untitled = re.findall(r"<h(\d)", shown(f"# opening\n\n{text}"))
    titled = re.findall(r"<h(\d)", shown(f"# text a\ntitle: A\n\n{text}"))
    below = re.findall(
        r"<h(\d)", shown(f"# section s\ntitle: S\n\n# text a\ntitle: A\n\n{text}")
    )

    assert untitled == ["1", "2", "3"]
    assert titled == ["1", "2", "3", "4"]
    assert below == ["1", "2", "3", "4", "5"]


def test_the_film_itself_is_not_in_the_letter() -> None:
    html = shown(dict(EXAMPLES)["video"])

    assert "Watch the video on video.example" in html
    assert "<video" not in html
    assert "<iframe" not in html


def test_the_contents_lead_to_the_titles_below_them() -> None:
    html = letter_of(
        "# contents\n\n# item first\ntitle: The [first](https://first.example)\n\n"
        "# text second\ntitle: Second\n\nText."
    ).html
    listed = re.findall(r'<a href="#([\w-]+)"[^>]*>([^<]*)</a>', html)

    assert [words for _, words in listed] == ["The first", "Second"]
    assert all(html.count(f'id="{anchor}"') == 1 for anchor, _ in listed)


def test_links_are_a_list_with_and_without_marks() -> None:
    links = "# links l\n\n[a](https://a.example)\n\n• [b](https://b.example) c"

    text = letter_of(links).text
    assert "- a (https://a.example)\n- b (https://b.example) c" in text


def test_a_link_may_have_brackets_in_its_words() -> None:
    letter = letter_of("# opening\n\nSee [[1]](https://x.example) and `[2]`.")
    (block,) = blocks_of("# opening\n\nSee [[1]](https://x.example) and `[2]`.")
    text = Translation(
        language="en", subject="", preheader="", blocks=(block,), where=""
    )

    assert "[1] (https://x.example)" in letter.text
    left = leftovers.in_letter(letter, [block], leftovers.meant([text]))
    assert not [each for _, each in left if "https" in each]


def test_contents_without_titles_are_left_out() -> None:
    assert "In this letter" not in shown("# contents\n\n# opening\n\nHello.")


@pytest.mark.parametrize("note", ["[^1]: In Dakar.", "1. In Dakar.", "1、In Dakar."])
def test_a_mark_leads_to_its_note(note: str) -> None:
    made = letter_of(f"{MARK}# notes\n\n{note}")

    assert '<a href="#note-1"' in made.html
    assert '<li id="note-1"' in made.html
    assert "The forum met.[1]" in made.text
    assert "1. In Dakar." in made.text


def test_a_title_has_emphasis_and_one_link() -> None:
    made = letter_of("# item a\ntitle: The **old** [site](https://a.example/_x_y)")

    assert re.search(
        r"The <strong>old</strong> <a href=\"https://a.example/_x_y\"", made.html
    )
    assert "* The old site (https://a.example/_x_y)" in made.text


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("# picture a\nfile: a.jpg", 6, "needs alt"),
        ("# picture a\nalt: A", 6, "needs file"),
        ("# picture a\nfile: a.pdf\nalt: A", 7, "is not a picture of files/"),
        ("# picture a\nfile: x/a.jpg\nalt: A", 7, "is not a picture of files/"),
        ("# picture a\nfile: a.jpg\nalt: A\n\nText", 10, "a text is not shown"),
        ("# video v\ntitle: T\nlink: https://v.example\nfile: a.jpg", 6, "no descr"),
        ("# video v\ntitle: T\nlink: ftp://v.example", 8, "is not an https"),
        ("# signature\nalt: A\n\nText", 6, "alt describes no picture"),
        ("# quote q\n\nText", 6, "needs who"),
        ("# columns c\n\n## One\n\na", 8, "found 1 columns; expected two"),
        ("# columns c\n\na\n\n## One\n\n## Two", 8, "found 'a'; expected a line ##"),
        ("# people p\n\n## Awa\nx\n\n## Omar", 11, "no function and no address"),
        ("# links l\n\n- [a](https://a.example)\n- b", 9, "found '- b'; expected"),
        ("# partners p\n\n- [a](https://a.example)", 8, "expected a logo with a link"),
        ("# partners p\n\n![a](cid:a.png)", 8, "expected a logo with a link"),
        (f"# partners p\n\n{LOGO}{LOGO}", 8, "expected a logo with a link"),
        ("# notes\n\n1. a\n3. b", 9, "found note 3; expected note 2"),
        ("# notes\n\nA note", 8, "expected a note: 1. Its text"),
        ("# contents\n\nText", 8, "a text is not shown in this block"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_refused_with_its_line(
    text: str, where: int, what: str
) -> None:
    sentence = fault(text)

    assert sentence.startswith(f"en.md, line {where}")
    assert what in sentence


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (f"{MARK}# notes\n\n1. a\n2. b", 13, "no text has the mark [^2]"),
        ("# opening\n\na\nb[^2]\n\n# notes\n\n1. a[^1]", 9, "has no note"),
        ("# opening\n\na\nb[^1]", 9, "has no note; the letter has no block notes"),
        ("# item a\ntitle: b[^1]", 6, "the mark [^1] has no note"),
        ("# opening\n\nHello.\n\nSector\tNGOs\nCulture\t3", 10, "in a block table"),
        (f"{MARK}[^1]: The note", 10, "a note is written in a block notes"),
        ("# item a\ntitle: [a](https://a.example) [b](https://b.test)", 7, "2 links"),
        ("# item a\ntitle: [a](ftp://b.example)", 7, "is not https, mailto or tel"),
        ("# item a\ntitle: ![a](cid:a.png)", 7, "a title has no picture"),
    ],
)  # fmt: skip
def test_notes_and_titles_that_are_wrong_are_errors_of_the_check(
    text: str, where: int, what: str
) -> None:
    assert (f"en.md, line {where}", what) in [
        (place, what if what in sentence else sentence)
        for place, sentence in problems(text)
    ]


def test_notes_with_their_marks_have_no_problem() -> None:
    assert problems(f"{MARK}# notes\n\n1. The note") == []
