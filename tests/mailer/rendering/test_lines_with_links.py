"""Addresses and telephone numbers in the lines of a block are links, names are not."""

import re
from dataclasses import replace
from html import unescape

import pytest

from audiences.entry import Correspondent, Entry
from mailer.campaigns.writing import parsing
from mailer.rendering import letter_types
from mailer.rendering.checks import rules
from mailer.rendering.render import render
from mailer.rendering.source import Letter, Translation
from tests.acts import reading
from tools.samples import catalogues, source, templates

TYPES = letter_types.block_types(templates())

SITE = "https://letters.example"
ENCODED = re.compile(r"[\w:/.+@%&;=()'?-]+", re.ASCII)
FRONT = "---\nsubject: S\npreheader: P\n---\n\n"


def read(lines: str) -> Translation:
    return parsing.parse(
        f"{FRONT}# item day\ntitle: T\n{lines}\n\nText.\n",
        language="en",
        types=TYPES,
        allowed=tuple(TYPES),
        where="en.md",
    )


def letter_of(lines: str, language: str = "en") -> Letter:
    made = replace(
        source("circular-letter", "en"),
        catalogue=catalogues()[language],
        blocks=read(lines).blocks,
    )
    return render(made, templates())


def links_of(made: Letter) -> list[str]:
    """Return where the links of a letter lead, without those to the site."""
    found = re.findall(r'<a\b[^>]*\bhref="([^"]*)"', made.html)
    return [unescape(each) for each in found if SITE not in each]


def problems(lines: str) -> list[tuple[str, str]]:
    found = rules.check_text(read(lines), host="letters.example")
    return [(each.where, each.what) for each in found]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "zh"])
@pytest.mark.parametrize(
    ("line", "links"),
    [
        (
            "contact: Marie, m.dubois@x.example, +33 1 45 68 10 00",
            ["mailto:m.dubois@x.example", "tel:+33145681000"],
        ),
        ("contact: (m.dubois@x.example)", ["mailto:m.dubois@x.example"]),
        ("contact: +33 (0)1 45.68.10.00, ext. 3", ["tel:+33145681000"]),
        ("contact: (+33) 1 45 68 10 00", ["tel:+33145681000"]),
        (
            "contact: +33 1 45 68 10 00 / +221 33 849 23 23",
            ["tel:+33145681000", "tel:+221338492323"],
        ),
        ("place: https://x.example/a?b=1&c=2.", ["https://x.example/a?b=1&c=2"]),
        ("place: Online: www.x.example", ["https://www.x.example"]),
        ("place: Group A+B, since 1999", []),
        ("contact: room 1.234, 01 45 68 10 00, 2027-03-04", []),
        ("place: javascript:alert(1), file:/etc/passwd, data:text/html,x", []),
        ("contact: a@b, +1, ++3314568, x+33145681000", []),
    ],
)
def test_addresses_in_a_line_are_links(
    line: str, links: list[str], language: str
) -> None:
    made = letter_of(line, language)
    assert links_of(made) == links
    assert reading.words_of(made.text) == reading.words_of_html(made.html)


def test_a_host_with_accents_is_shown_as_typed_and_leads_there_in_ascii() -> None:
    made = letter_of("place: https://müller.example/")
    assert links_of(made) == ["https://xn--mller-kva.example/"]
    assert ">https://müller.example/</a>" in made.html
    assert "https://müller.example/" in made.text


@pytest.mark.parametrize(
    "value",
    [
        'https://x.example/"onclick="alert(1)',
        "https://x.example/'onclick='alert(1)",
        "https://x.example/<script>alert(1)</script>",
        'm@x.example"><script>alert(1)</script>',
        "https://x.example/&quot;onclick=&quot;alert(1)",
        "+33145681000\"><img src=x onerror='alert(1)'>",
    ],
)
def test_no_address_leaves_its_link(value: str) -> None:
    made = letter_of(f"contact: {value}")
    assert "<script" not in made.html
    assert "<img src=x" not in made.html
    assert all(ENCODED.fullmatch(each) for each in links_of(made))


def test_a_value_of_the_reader_is_no_link_and_is_in_none() -> None:
    made = letter_of(
        "contact: {name}@x.example, {address}, {organisation}, a@x.example"
    )
    assert links_of(made) == ["mailto:a@x.example"]


def test_an_address_with_a_place_is_an_error_with_its_line() -> None:
    (found,) = problems("place: https://x.example/{name}")
    assert found[0] == "en.md, line 8"
    assert "cannot have a placeholder" in found[1]


def test_the_links_of_lines_are_checked_as_those_of_a_text() -> None:
    (found,) = problems("place: Online, http://x.example/a")
    assert "'http://x.example/a' is not https" in found[1]
    assert problems("contact: Marie, m@x.example, +33 1 45 68 10 00") == []
    (found,) = problems("contact: https://me:secret@x.example/")
    assert "password before its site" in found[1]


def test_an_entry_leads_to_its_page_and_mailboxes_only() -> None:
    entry = Entry(
        name="Group www.evil.example",
        website="https://group.example/?a=1&b=2",
        telephones=("+221 33 849 23 23",),
        correspondents=(
            Correspondent(
                name="See https://evil.example",
                address="awa@group.example",
                roles=(),
            ),
        ),
    )
    made = render(replace(source("directory-update", "en"), entry=entry), templates())
    assert reading.words_of(made.text) == reading.words_of_html(made.html)
    assert links_of(made) == [
        "tel:+221338492323",
        "https://group.example/?a=1&b=2",
        "mailto:awa@group.example",
    ]
