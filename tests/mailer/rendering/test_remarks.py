"""What was hardly meant is remarked on: notes to the writer, odd addresses."""

import pytest

from mailer.rendering.checks import rules
from mailer.rendering.source import Block, Translation


def remarks(text: str, **fields: str) -> list[str]:
    """Return what the check says of a text and the lines of its block."""
    block = Block(
        id="a",
        type="item",
        title=fields.pop("title", "Title"),
        fields=fields,
        text=text,
        file="en.md",
        number=4,
        text_line=7,
    )
    translation = Translation(
        language="en", subject="s", preheader="p", blocks=(block,), where="en.md"
    )
    found = rules.check_text(translation, host="x.example")
    return [f"{each.where}: {each.what}" for each in found]


@pytest.mark.parametrize(
    "text",
    [
        *("Le [À COMPLÉTER], à Paris", "On [date to be confirmed]", "By [insert date]"),
        *(
            "Room XXX",
            "xxxx people",
            "TODO: check",
            "A well. TK",
            "Lorem ipsum dolor",
            "On ???",
        ),
        *(
            "[fecha]",
            "[указать дату]",
            "【待定】",
            "时间（待补充）",
            "[التاريخ]",
            "[TBC]",
        ),
    ],
)
def test_a_note_to_the_writer_is_remarked_on_with_its_line(text: str) -> None:
    (found,) = remarks(f"One.\n\n{text}")

    assert found.startswith("en.md, line 9: found ")
    assert "a note to the writer" in found


def test_a_note_to_the_writer_is_found_in_lines_too() -> None:
    assert "[lieu]" in remarks("x", place="[lieu]")[0]
    assert "XXX" in remarks("x", title="Meeting of XXX")[0]


@pytest.mark.parametrize(
    "text",
    [
        *("They [sic] said", "[36 C/Res. 15]", "see [1]", "[UNESCO] and [the Chair]"),
        *("[Date](https://x.example/date)", "XXXIX sessions", "https://x.example/xxx"),
        *("10^3, x^2 and ^_^",),
        *("Really?? Yes.", "todos", "[…] and so on"),
    ],
)
def test_brackets_with_words_of_a_text_are_no_notes(text: str) -> None:
    assert remarks(text) == []


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ("https://x.example/a.", "ends with '.'"),
        ("https://x.example。", "ends with '"),
        ("https://x.example/a,", "ends with ','"),
        ("https://eur01.safelinks.protection.outlook.com/?url=x", "filter"),
        ("https://urldefense.com/v3/__https://x.example", "filter"),
        ("https://www.google.com/url?q=https://x.example", "filter"),
    ],
)
def test_an_odd_address_is_remarked_on_in_texts_and_lines(link: str, what: str) -> None:
    (in_text,) = remarks(f"[words](<{link}>)")
    (in_line,) = remarks("x", link=link)

    assert what in in_text
    assert what in in_line


def test_a_mailbox_that_leads_to_another_is_remarked_on() -> None:
    (found,) = remarks("[a@x.example](mailto:b@x.example)")

    assert "leads to b@x.example" in found
    assert remarks("[a@x.example](mailto:A@x.example?subject=Hello)") == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[a](https://x..example/)", "names no site"),
        ("[a](mailto：b@x.example)", "write mailto:b@x.example"),
        ("[a](https：//x.example)", "write https://x.example"),
        ("见https：//x.example", "with the signs of ASCII"),
        ("<https://x.example/a b>", "write %20 for the space"),
        ("<<ёлочки>>", "write « and »"),
        ("文［^1］", "write the mark of a note as [^1]"),
        ("x ^sup^ y", "type the character itself"),
    ],
)
def test_an_address_or_mark_that_is_not_understood_is_a_problem(
    text: str, what: str
) -> None:
    assert what in remarks(text)[0]


@pytest.mark.parametrize("text", ["[a](https://[::1]/)", "[a](https://192.0.2.1/b)"])
def test_an_address_may_have_numbers_for_its_site(text: str) -> None:
    assert remarks(text) == []


@pytest.mark.parametrize("text", ["Es todo lo que consta.", "Todo o nada.", "xx fixme"])
def test_a_word_of_a_language_is_no_note_to_the_writer(text: str) -> None:
    assert remarks(text) == []
