"""What was not understood is a problem with its line, and nothing else is."""

import pytest

from mailer.rendering.checks import rules, stray_lines
from mailer.rendering.checks.problem import Severity
from mailer.rendering.source import Block, Translation
from tests.acts import writing

LEFT = [
    "**bold **",
    "[words] (https://x.example)",
    "[words]（https://x.example）",
    "［words］（https://x.example）",
    "[words](https://x.example",
    "(words)[https://x.example]",
    "[words][1]",
    "![words] (cid:a.png)",
    "a note[^1]",
    "~~struck~~",
    "| a | b |\n|---|\n| c | d |",
    "##Heading",
    "caf\ufffd",
    "a \uf04a",
    "cafÃ©",
    "РџСЂРёРІРµС‚",
    "Ø§Ù„Ø³Ù„Ø§Ù…",
    "ط§ظ„ط³ظ„ط§ظ…",
    "浣犲ソ",
    "Itâ€™s",
    "√©t√©",
    "锟斤拷",
    "[words]<https://x.example>",
    "![[hall.png]]",
    "[[Programme|words]]",
    "{city}",
    "{name",
    "name}",
    "{{}}",
    "＊＊words＊＊",
    "_重要_请",
    "【words】(https://x.example)",
    "\\date: 2027-06-15",
    "[name]: https://x.example",
    "==marked== words",
    "++new++ words",
    "5 m^2^",
    "H~2~O",
    "*[NGO]: organization",
    "- [ ] to do",
    "- [x] done",
    "Thanks :smile:",
    "caption: The hall",
    "请看https://x.example/网站",
    "_强调_和__粗__",
]
REMARKED = [
    ("Claire\nChief of Section", "are shown on one line"),
    ("第一，看\n第二，写", "are shown on one line"),
    ("- pass\n- badge\nSee you there", "is shown as part of the item '- badge'"),
    ("We close the list.\n---\nMore", "makes it a heading"),
    ("[here](https://x.example)", "does not say where the link leads"),
]
PLACEHOLDERS = [
    ("{Name}", "{name}"),
    ("{ name }", "{name}"),
    ("{prénom}", "{name}"),
    ("{{name}}", "{name}"),
    ("${name}", "{name}"),
    ("{{ contact.first_name }}", "{name}"),
    ("[Name]", "{name}"),
    ("[[name]]", "{name}"),
    ("%name%", "{name}"),
    ("%%first_name%%", "{name}"),
    ("*|FNAME|*", "{name}"),
    ("«Nom»", "{name}"),
    ("<name>", "{name}"),
    ("【姓名】", "{name}"),
    ("〔姓名〕", "{name}"),
    ("‹nom›", "{name}"),
    ("｛姓名｝", "{name}"),
    ("{имя}", "{name}"),
    ("{الاسم}", "{name}"),
    ("{Organization}", "{organisation}"),
    ("[ONG]", "{organisation}"),
    ("{e-mail}", "{address}"),
]
MEANT = [
    "Dear {name} of {organisation}, at {address}",
    "\\{name\\} and \\*\\*this\\*\\*",
    "`{name} **x** [a](b)`",
    "```\n{x} ** |---|\n```",
    "« nom » et « organisation »",
    "5 * 3 * 2, C++, a_b, ____, 50 %",
    "a | b, 10% of 20%, [sic] (see below)",
    "| a | b |\n|---|---|\n| c | d |",
    "[words](https://x.example/%7B2D3F-11%7D)",
    "C++ and g++, a == b, ~5 to ~6, 10:00:00, [x] marks it",
    "caption\\: words, and note: words, Place: here",
    "« café »… et «СССР», проект Р», С…, № 5, [1]: https://x.example/a [1]",
    "浣熊来了，SÃO PAULO, Âge, ط§",
    "看 https://x.example/ 网 <https://x.example/网> https://x.example/，好",
]
WRAPPED = [
    "A line that an editor wrapped at its seventy columns,\nand the rest of it.",
    "One sentence.\nAnother one.",
    "First  \nSecond\\\nThird",
    "- an item\n  and its second line",
    "这一行是编辑器在七十列处折行的，所以后面一行是同一段话的继续部分\n继续。",
    "A heading\n---------\nMore",
]


def problems(
    text: str = "x",
    level: Severity = Severity.ERROR,
    *,
    language: str = "en",
    **lines: str,
) -> list[str]:
    block = Block(
        id="a", type="item", title=lines.pop("title", ""), fields=lines, text=text,
        file="en.md", number=4, text_line=8, field_lines={"place": 5, "title": 6},
    )  # fmt: skip
    translation = Translation(
        language=language, subject="s", preheader="p", blocks=(block,), where="en.md"
    )
    found = rules.check_text(translation, host="x.example")
    return [f"{each.where}: {each.what}" for each in found if each.level is level]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_left_over_is_a_problem_with_its_line(text: str) -> None:
    (found, *_) = problems(
        f"One.\n\nTwo\n{text}" if "|" not in text else f"\n\n\n{text}"
    )

    assert found.startswith("en.md, line 11: ")


@pytest.mark.parametrize(("text", "right"), PLACEHOLDERS)
def test_a_placeholder_in_another_spelling_is_named(text: str, right: str) -> None:
    found = problems(f"Dear {text},")

    assert all(each.startswith("en.md, line 8: ") for each in found)
    assert any(f"write {right}" in each for each in found)


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_is_no_problem(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(("text", "what"), REMARKED)
def test_lines_that_were_hardly_meant_as_one_are_remarked_on(
    text: str, what: str
) -> None:
    (found,) = problems(text, Severity.WARNING)

    assert what in found


@pytest.mark.parametrize("text", WRAPPED)
def test_lines_that_an_editor_wrapped_are_one_without_a_remark(text: str) -> None:
    language = "en" if text.isascii() else "zh"

    assert problems(text, Severity.WARNING, language=language) == []


def test_a_label_that_only_points_and_marks_around_a_line_are_remarked_on() -> None:
    (found,) = problems(level=Severity.WARNING, link="https://x.example", label="Here")
    assert "does not say where the link leads" in found
    (found,) = problems(level=Severity.WARNING, title='"Forum: June"')
    assert "the quotation marks around" in found


def test_the_names_of_lines_are_those_of_the_block_types() -> None:
    known = {name for each in writing.TYPES.values() for name in each.fields}

    assert known - {"name", "from", "to"} == stray_lines.NAMES


def test_a_line_directly_below_a_table_is_a_problem() -> None:
    (found,) = problems("| a | b |\n|---|---|\n| c | d |\nMore.")

    assert found.startswith("en.md, line 11: found 'More.' directly below a table")


@pytest.mark.parametrize("row", ["| c | d | e |", "| c |", "c | d | e"])
def test_a_row_that_loses_or_lacks_cells_is_a_problem(row: str) -> None:
    (found,) = problems(f"| a | b |\n|---|---|\n{row}")

    assert found.startswith("en.md, line 10: this row has")
    assert problems("a | b\n--|--\nc | d \\| e\n\n> | a |\n> |---|\n> | b |") == []


def test_a_backslash_is_named_where_it_helps_only() -> None:
    assert "write \\{ or" in problems("}")[0]
    assert problems(place="\\{a")[0].endswith("; remove it")


def test_a_line_of_a_block_is_looked_through_too() -> None:
    assert problems(place="{city}")[0].startswith("en.md, line 5: place: unknown")
    assert problems(title="**Bold ** x")[0].startswith("en.md, line 6: title: found")
    assert problems(title="<b>")[0].startswith("en.md, line 6: HTML (<b>) is not")
    assert problems(link="https://x.example/?o={organisation}")[0].endswith("remove it")
    assert problems(place="{organisation}, room 2") == []
    assert problems(place="**here**")[0].endswith("no Markdown, so remove the marks")


def test_an_address_in_a_text_has_no_placeholder() -> None:
    (found,) = problems("\n[a](https://x.example/?o={organisation}&l=en)")

    assert found.startswith("en.md, line 9: an address cannot have a placeholder")


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ("[](https://x.example)", "has no words"),
        ("[a](https://)", "names no site"),
        ("[a](https://me:secret@x.example)", "has a name or password"),
        ("https://x.example/?a=1&amp;b=2", "has &amp; as HTML writes &"),
        ("[a](www.x.example)", "write https://www.x.example"),
        ("[a](<http://x.example>)", "write https://x.example if"),
        ("[a](b@x.example)", "write mailto:b@x.example"),
    ],
)
def test_a_link_that_leads_nowhere_or_has_no_words_is_a_problem(
    link: str, what: str
) -> None:
    assert any(what in each for each in problems(link))


@pytest.mark.parametrize(
    ("link", "what"),
    [
        ("https://x.example/?a=1&amp;b=2", "has &amp; as HTML writes &"),
        ("https://x.example@TrackLink", "has a name or password"),
    ],
)
def test_the_address_of_a_line_is_looked_at_as_that_of_a_text(
    link: str, what: str
) -> None:
    (found,) = problems(link=link)

    assert what in found


def test_a_scheme_may_be_in_capitals() -> None:
    assert problems("[Site](HTTPS://x.example) and [mail](MAILTO:a@x.example)") == []


def test_a_link_whose_words_are_another_address_is_remarked_on() -> None:
    def remarks(text: str) -> list[str]:
        block = Block(id="a", type="item", title="", fields={}, text=text, file="en.md")
        found = rules.check_text(
            Translation(
                language="en",
                subject="s",
                preheader="p",
                blocks=(block,),
                where="en.md",
            ),
            host="x.example",
        )
        return [each.what for each in found]

    (found,) = remarks("[https://a.example/x](https://b.example)")
    assert "leads to b.example" in found
    assert remarks("[www.a.example](https://a.example/x)") == []


def test_subject_and_preheader_have_places_unless_calendars_show_them() -> None:
    written = Translation(
        language="en", subject="For {organisation}", preheader="{name}", blocks=(),
        where="en.md",
    )  # fmt: skip

    assert list(rules.check_text(written, host="x.example")) == []
    found = rules.check_text(written, host="x.example", invites=True)
    assert [each.where for each in found] == ["en.md, subject", "en.md, preheader"]
