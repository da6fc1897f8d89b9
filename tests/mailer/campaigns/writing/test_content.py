"""A text with a fault is refused with its line; a good text is read as written."""

import pytest

from mailer.campaigns.writing import parsing
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.source import Translation
from tools.samples import templates

FRONT = "---\nsubject: Hello\n---\n"
ITEM = FRONT + "# item a\ntitle: x\n"
AGENDA = FRONT + "# agenda a\ntitle: x\n\n"
FAULTS = [
    ("", 1, "begins with ---"),
    ("Hello", 1, "begins with ---"),
    ("---\nsubjet: Hello\n---\n", 2, "the lines are subject and preheader"),
    ("---\npreheader: x\n---\n# opening\n\nx", 3, "the subject is missing"),
    ("---\nsubject:\n---\n# opening\n\nx", 3, "the subject is missing"),
    ("---\nsubject: x\n# opening", 3, "not closed by a line ---"),
    (FRONT + "Hello", 4, "text before the first block"),
    (FRONT + "# Opening\n\nx", 4, "a block opens with its type and id"),
    (FRONT + "# opening my_block\n\nx", 4, "a block opens with its type and id"),
    (
        FRONT + "# recommendation a\n\nx",
        4,
        "the template has no block type 'recommendation'",
    ),
    (FRONT + "# opening\n", 4, "a block opening needs text"),
    (FRONT + "# item a\ndate: 2027-05-04\n", 4, "a block item needs title"),
    (FRONT + "# item a\ntitle: x\ndate: 4 mai\n", 6, "has no year"),
    (ITEM + "date: 31 June 2027\n", 6, "June 2027 has 30 days"),
    (ITEM + "date: 15/06/2027\n", 6, "write 2027-06-15"),
    (ITEM + "date: 2027-06-15\ntime: 25:00\n", 7, "no time of day"),
    (ITEM + "date: 2027-06-15\ntime: 15:00 CET\n", 7, "is a time zone"),
    (ITEM + "date: 2027-06-15\ntime: 10:00 – 09:00\n", 7, "on the next day"),
    (ITEM + "place: x\ntime: 09:00\n", 7, "found time without date"),
    (ITEM + "until: 2027-06-15\n", 6, "found until without date"),
    (
        ITEM + "date: 2027-06-17\nuntil: 15 June 2027\n",
        7,
        "until is 2027-06-15, before",
    ),
    (AGENDA + "- 9:00 One\n- 25:00 Two\n", 8, "no time of day"),
    (AGENDA + "- 9:00 – 8:00 One\n", 7, "(+1) if it ends on the next day"),
    (AGENDA + "- 9:00 One\n- Two\n", 8, "is not an hour"),
    (AGENDA + "- 9:00 9:10 One\n", 7, "an hour that is not understood"),
    (FRONT + "# item a\ntitle: x\ntitle: y\n", 6, "title is in this block twice"),
    (FRONT + "# item a\ntitle: x\nplace:\n", 6, "place is empty"),
    (ITEM + "  of peace\n", 6, "write that line as one"),
    (FRONT + "# item a\ntitle: x\nprice: 3\n", 6, "a block item has no line price"),
    (
        FRONT + "# item a\ntitle: x\nlink: javascript:x\n",
        6,
        "not an https, mailto or tel",
    ),
    (FRONT + "# publication a\ntitle: x\nlanguages: elvish\n", 6, "such as fr"),
    (
        FRONT + "# opening\n\na\n# opening\n\nb",
        7,
        "another block is called opening too",
    ),
    (FRONT + "# opening\n\na\x00b", 6, "a control character (U+0000)"),
    (FRONT + "# opening\n\na\x92b", 6, "(U+0092, ’ in Windows-1252)"),
    (FRONT + "# opening\n\na\u202eb", 6, "a control character (U+202E)"),
]
WHOLE = [
    *((FRONT, "no block"), ("---\nsubject: x\n", "not closed by a line ---")),
    (FRONT + "# opening\n\n" + "x" * 200_000, "characters, at most 200,000"),
]


def parse(text: str) -> Translation:
    kind = letter_types.load(templates(), "monthly-letter")
    return parsing.parse(
        text,
        language="en",
        types=letter_types.block_types(templates()),
        allowed=kind.blocks,
        where="en.md",
    )


@pytest.mark.parametrize(("text", "line", "sentence"), FAULTS)
def test_a_fault_of_a_text_names_its_line(text: str, line: int, sentence: str) -> None:
    with pytest.raises(ContentError) as refused:
        parse(text)

    assert str(refused.value).startswith(f"en.md, line {line}: ")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(("text", "sentence"), WHOLE)
def test_a_fault_of_the_whole_text_names_the_file(text: str, sentence: str) -> None:
    with pytest.raises(ContentError) as refused:
        parse(text)

    assert str(refused.value).startswith("en.md")
    assert sentence in str(refused.value)


def test_an_unknown_addressee_is_refused_with_the_known_ones() -> None:
    text = FRONT + "# recommendation a\ntitle: x\naddressees: kings\n\nx"
    kind = letter_types.load(templates(), "forum-conclusions")
    with pytest.raises(ContentError, match=r"line 6: addressees: no.*kings.*states"):
        parsing.parse(
            text,
            language="en",
            types=letter_types.block_types(templates()),
            allowed=kind.blocks,
            where="en.md",
        )


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_are_read(ends: str) -> None:
    text = FRONT + "# item a\ntitle: x: y\nplace: here\n\nOne.\n\nTwo.\n"
    read = parse("\ufeff" + text.replace("\n", ends))

    assert read.subject == "Hello"
    assert read.blocks[0].title == "x: y"
    assert read.blocks[0].fields == {"place": "here"}
    assert read.blocks[0].text == "One.\n\nTwo."
    assert read.blocks[0].where == "en.md, line 4"


def test_days_and_hours_are_kept_in_one_form_however_they_are_written() -> None:
    lines = "date: Tuesday 15 June 2027\nuntil: 17 juin 2027\ntime: de 9 h à 17 h 30\n"
    whole = "# item b\ntitle: x\ndate: 2027年6月15日\ntime: All day\n"

    hours, days = parse(ITEM + lines + whole).blocks

    assert hours.fields == {
        "date": "2027-06-15",
        "until": "2027-06-17",
        "time": "09:00 – 17:30",
    }
    assert days.fields == {"date": "2027-06-15", "time": "all day"}


FRONTS = [
    ("subject: 'Letter: June' # first", "Letter: June"),
    ('subject: "Letter: June 2027"', "Letter: June 2027"),
    ('subject: "A \\u2013 B"', "A – B"),
    ("subject: Letter: June", "Letter: June"),
    ("subject: Lettre : juin  # draft", "Lettre : juin"),
    ("subject: [Reminder] It's *now*", "[Reminder] It's *now*"),
    ("subject: >-\n  One\n  two", "One two"),
    ("subject: One\n  two", "One two"),
    ("subject: 2027-06-01", "2027-06-01"),
    ("Subject：Hello", "Hello"),
    ("# draft\nsubject: yes", "yes"),
    ('"subject": "a" # b', "a"),
]
WRONG_FRONTS = [
    ("subject: a\nsubject: b", 3, "subject is here twice"),
    ("subject: a\ntitle: b", 3, "no line 'title' here; the lines are subject and"),
    ('subject: "a" b', 2, "does not end with the next"),
    ('subject: "a', 2, "is not closed"),
    ("subject: Meeting #3", 2, "in YAML a comment begins at '#3'"),
    ("subject:\n- a\n- b", 2, "subject is a list"),
    ("- subject", 2, "expected subject"),
    ("objet : a", 2, "no line 'objet' here; write subject: …"),
    ("subject: a\n主题：b", 3, "no line '主题' here; write subject: …"),
    ("subject: 'It's'", 2, "subject: the value begins with '"),
    ('subject: "a\\x07"', 2, "a control character (U+0007)"),
]
LINES = [
    "Date: 2027-06-15",
    "DATE: 2027-06-15",
    "date：2027-06-15",
    "- date: 2027-06-15",
    "* Date : 2027-06-15",
    "  date: 2027-06-15",
    "**Date:** 2027-06-15",
    "**Date**: 2027-06-15",
    "\ndate: 2027-06-15",
    "\n\n- Date: 2027-06-15",
    "Fecha: 2027-06-15",
    "日期：2027-06-15",
    "Дата: 2027-06-15",
    "التاريخ: 2027-06-15",
]
NEAR_LINES = [
    "Dates: 2027-06-15",
    "date 2027-06-15",
    "date = 2027-06-15",
    "date - 2027-06-15",
    "date; 2027-06-15",
    "التاريخ؛ 2027-06-15",
    "\nIt is on\ndate: 2027-06-15",
    "\nText.\n\nDate: 2027-06-15",
    "\n**Date:** 2027-06-15\nText.",
]
NEAR_OPENINGS = [
    ("# item Youth-Forum", "# item youth-forum"),
    ("# item journée_paix", "# item journee-paix"),
    ("# Item a", "# item a"),
    ("#item a", "# item a"),
    ("## item a", "# item a"),
    ("＃ item a", "# item a"),
    (" # item Été", "# item ete"),
]


@pytest.mark.parametrize(("front", "subject"), FRONTS)
def test_front_matter_is_yaml_whose_values_are_text(front: str, subject: str) -> None:
    assert parse(f"---\n{front}\n---\n# opening\n\nx").subject == subject


@pytest.mark.parametrize(("front", "line", "sentence"), WRONG_FRONTS)
def test_a_fault_of_the_front_matter_names_its_line(
    front: str, line: int, sentence: str
) -> None:
    with pytest.raises(ContentError) as refused:
        parse(f"---\n{front}\n---\n# opening\n\nx")

    assert refused.value.where == f"en.md, line {line}"
    assert sentence in refused.value.sentence


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_a_block_is_read_however_it_is_written(line: str) -> None:
    (block,) = parse(f"{FRONT}# item a\ntitle: T\n{line}\n\nText.\n").blocks

    assert block.fields == {"date": "2027-06-15"}
    assert block.text == "Text."
    assert block.line(0) == f"en.md, line {8 + line.count(chr(10))}"


@pytest.mark.parametrize("line", NEAR_LINES)
def test_a_line_that_is_nearly_one_of_the_block_is_refused(line: str) -> None:
    with pytest.raises(ContentError, match=r"en\.md, line \d+: found .*[Dd]ate"):
        parse(f"{FRONT}# item a\ntitle: T\n{line}\n\nText.\n")


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example/a: b",
        "note: the office is closed on Monday.",
        "Date: soon",
        "mailto:a@x.example",
    ],
)
def test_a_block_without_lines_begins_with_its_text(text: str) -> None:
    assert parse(f"{FRONT}# opening\n{text}\n\nDear all").blocks[0].text == (
        f"{text}\n\nDear all"
    )


@pytest.mark.parametrize("line", ["Where: Paris", "Place - Paris", "Place = Paris"])
def test_an_unknown_line_among_those_of_a_block_is_refused(line: str) -> None:
    with pytest.raises(ContentError, match=r"en\.md, line 6: .*place"):
        parse(f"{FRONT}# item a\ntitle: T\n{line}\n\nText.")

    assert parse(f"{FRONT}# item a\ntitle: T\n\n{line}").blocks[0].text == line


def test_a_line_of_a_block_may_begin_with_bold() -> None:
    (block,) = parse(f"{FRONT}# item a\ntitle: **A** b\n**Place:** c\n").blocks

    assert (block.title, block.fields) == ("**A** b", {"place": "c"})


def test_a_line_of_a_block_is_text_with_a_backslash() -> None:
    (block,) = parse(f"{FRONT}# item a\ntitle: T\n\nText.\n\nDate\\: soon").blocks

    assert block.text == "Text.\n\nDate\\: soon"


@pytest.mark.parametrize(("line", "right"), NEAR_OPENINGS)
def test_a_heading_that_almost_opens_a_block_is_refused(line: str, right: str) -> None:
    with pytest.raises(ContentError, match=r"en\.md, line 7: ") as refused:
        parse(f"{FRONT}# opening\n\nHello\n{line}\ntitle: x\n")

    assert right in str(refused.value)


def test_a_heading_within_a_text_may_have_the_name_of_a_type() -> None:
    assert parse(f"{FRONT}# opening\n\n## Item\n\nx").blocks[0].text == "## Item\n\nx"


def test_a_number_sign_in_code_opens_no_block_and_code_must_end() -> None:
    code = f"{FRONT}# opening\n\n```\n# item a\n```\n"
    assert len(parse(code).blocks) == 1
    with pytest.raises(ContentError, match="line 6: ``` opens code that is not closed"):
        parse(code.removesuffix("```\n"))


def test_all_faults_of_a_text_are_shown_at_once() -> None:
    text = f"{FRONT}# item a\ndate: soon\nprice: 3\n\n# Item b\n\n# item c\ntime: 9\n"
    with pytest.raises(ContentError) as refused:
        parse(text)

    for each in ("line 5: date", "line 6: a block", "line 4: a block item needs title"):
        assert each in str(refused.value)
    for each in ("line 8: a block opens", "line 11: time", "line 10: a block item"):
        assert each in str(refused.value)
