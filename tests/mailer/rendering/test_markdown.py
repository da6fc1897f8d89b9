"""Markdown is read as people write it, in HTML and in plain text."""

import re
import time

import pytest

from mailer.rendering.markup import markdown, plain

BOLD = [
    ("各位伙伴，**重要通知（草案）**请查收。", ["重要通知（草案）"]),
    ("**请注意：**会议改期。", ["请注意："]),
    ("这是**「文化」**与**《公约》**的问题。", ["「文化」", "《公约》"]),
    ("请看**“重要”**通知", ["“重要”"]),
    ("دعت **«اليونسكو»** الجميع", ["«اليونسكو»"]),
    ("و**«اليونسكو»**، و**(النص)**", ["«اليونسكو»", "(النص)"]),
    ("le**« Forum »**et **« x »**.", ["« Forum »", "« x »"]),
    ("**Note:**text and (**foo**)", ["Note:", "foo"]),
    ("**a**(b) **c**", ["a", "c"]),
    ("5**x** of **y**5", ["x", "y"]),
]
LINKS = [
    ("https://en.unesco.org/x_y_z.", ["https://en.unesco.org/x_y_z"]),
    ("(https://x.example/b(c))", ["https://x.example/b(c)"]),
    ("见https://x.example/a。后", ["https://x.example/a"]),
    ("**https://x.example**", ["https://x.example"]),
    ("www.x.example/a?b=1, then", ["https://www.x.example/a?b=1"]),
    ("write to a.b_c@x.example!", ["mailto:a.b_c@x.example"]),
    ("<a@x.example>", ["mailto:a@x.example"]),
    ("写a@x.example吧 a@x.example。", ["mailto:a@x.example"] * 2),
    ("müller@x.example, e\u0301a@x.example, a@x.sub.grün.de", []),
    ("[a](https://x.example/my file.pdf)", ["https://x.example/my%20file.pdf"]),
    ("[a](https://x.example/A_(b))", ["https://x.example/A_(b)"]),
    (
        '[a](https://x.example "T") [b](https://y.example/q r)',
        ["https://x.example", "https://y.example/q%20r"],
    ),
    ("[a](tel:+33 1 45 68)", ["tel:+3314568"]),
    ("[a][1]\n\n[1]: https://x.example", ["https://x.example"]),
    ("[https://x.example](https://x.example)", ["https://x.example"]),
    (
        "https://x.example—and www.x.example/a–b",
        ["https://x.example", "https://www.x.example/a"],
    ),
    ("[a](https://BÜCHER.example/Ü)", ["https://xn--bcher-kva.example/%C3%9C"]),
    ("`https://x.example` `[a](https://x.example/b c)`", []),
]
LISTS = [
    "• one\n• two",
    "•one",
    "– one\n– two",
    "ـ one\nـ two",
    "-one\n-two",
    "a) one\nb) two",
    "(a) one\n(b) two",
    "(i) one\n(ii) two",
    "A. one\nB. two",
    "1- one\n2- two",
    "1、one\n2、two",
    "1）one\n2）two",
    "（一）one\n（二）two",
    "九、one\n十、two",
    "١. one\n٢. two",
    "أ) one\nب) two",
    "а) one\nб) two",
    "① one\n② two",
    "1. one\n2. two",
    "1/ one\n2/ two",
    "1.1 one\n1.2 two",
    "1.1 one\n1.2 two\n1.2.1 three\n1.3 four",
    "• one\n   o two\n   o three\n• four",
    "1 - one\n2 - two",
    "☐ one\n☐ two",
    "o\tone\no\ttwo",
    "*one\n*two",
    "-\u00a0one\n-\u00a0two",
    "1.\u00a0one\n2.\u00a0two",
    "\t• one\n\t• two",
    "    - one\n      - inner\n    - two",
]
NO_LISTS = [
    "— A speaker",
    "a) alone",
    "2027 – a year\n– of peace",
    "i.e. this\nand that",
    "o leche\no yogur",
    "-5 degrees\n-3 degrees",
    "*See below\n*this* one",
    "```\n    - code\n```",
]


def html(text: str) -> str:
    return markdown.to_html(text, level=2, start="left")


@pytest.mark.parametrize(("text", "bold"), BOLD)
def test_bold_stands_beside_any_punctuation(text: str, bold: list[str]) -> None:
    made = html(text)

    assert [each.split("</strong>")[0] for each in made.split("<strong>")[1:]] == bold
    assert "*" not in made


@pytest.mark.parametrize(("text", "targets"), LINKS)
def test_addresses_are_links_as_they_are_written(text: str, targets: list[str]) -> None:
    made = html(text)

    assert [each.split('"')[0] for each in made.split('href="')[1:]] == targets


@pytest.mark.parametrize("text", LISTS)
def test_lines_with_the_marks_people_type_are_a_list(text: str) -> None:
    made = html(f"Before:\n\n{text}\n")

    assert made.count("<li>") == text.count("\n") + 1


@pytest.mark.parametrize("text", NO_LISTS)
def test_a_dash_or_a_letter_alone_makes_no_list(text: str) -> None:
    assert "<li>" not in html(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. a\n  - b\n  - c\n2. d", "1. a\n   - b\n   - c\n2. d"),
        ("1. a\n - b\n2. d", "1. a\n   - b\n2. d"),
        ("1. a\n\t• b\n\t• c\n2. d", "1. a\n   - b\n   - c\n2. d"),
        ("1. a\n  1. b\n  2. c\n2. d", "1. a\n   1. b\n   2. c\n2. d"),
        ("10. a\n  - b\n    c", "10. a\n    - b c"),
        ("a) a\n  i) b\n  ii) c\nb) d", "a) a\n   i) b\n   ii) c\nb) d"),
        ("1、甲\n （1）乙\n （2）丙\n2、丁", "1、甲\n   （1）乙\n   （2）丙\n2、丁"),
        ("- a\n - b\n- c", "- a\n- b\n- c"),
        ("- a\n  o b\n- c", "- a o b\n- c"),
        ("- a\n\nText\n\n  - b", "- a\n\nText\n\n- b"),
    ],
)
def test_a_list_within_a_list_may_be_indented_by_hand(text: str, shown: str) -> None:
    assert plain.to_text(text) == shown
    inner = len(re.findall(r"\n {3,}\S", shown)) > 0
    assert (re.search(r"<li>[^<]+<[uo]l", html(text)) is not None) == inner


def test_a_mark_that_counts_stays_as_it_was_typed_in_both_parts() -> None:
    text = "1. One\n   a) first\n   b) second\n2. Two"

    assert "<li>a) first</li>" in html(text)
    assert plain.to_text(text) == "1. One\n   a) first\n   b) second\n2. Two"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. one\n3. three\n4. four", "1. one\n3. three\n4. four"),
        ("1. one\n\n3. three", "1. one\n\n3. three"),
        ("1. one\n1. two", "1. one\n2. two"),
        ("And:\n4. four\n5. five", "And:\n\n4. four\n5. five"),
        ("5*3*2 = 30, 2**3**2", "5*3*2 = 30, 2**3**2"),
    ],
)
def test_numbers_stay_as_they_were_typed(text: str, shown: str) -> None:
    assert plain.to_text(text) == shown
    assert html(text).count("<li value") == shown.count("3. ")


def test_a_list_below_its_sentence_may_be_indented() -> None:
    text = "We need:\n\n    - one\n    - two\n\nRegards"

    assert plain.to_text(text) == "We need:\n\n- one\n- two\n\nRegards"
    assert plain.to_text("- a\n\n    more\n\n    - b") == "- a\n\n  more\n\n  - b"


def test_a_line_may_have_thousands_of_links() -> None:
    line = "[a](https://x.example/b c) " * 2_000

    assert markdown.to_html(line, level=2, start="left").count("/b%20c") == 2_000


def test_a_reference_has_the_line_on_which_it_stands() -> None:
    text = (
        "one [a][1]\ntwo [b](https://x.example/b)\n中文\n中文 [c](https://x.example/c)\n"
        '[d](https://x.example/d\n"T") <b>\n\n[e][1]\n\n[1]: https://y.example\n\n'
        "| a |\n|---|\n| [f](https://x.example/f) |\n"
    )

    found = [(each.value[-1], each.line) for each in markdown.references(text)]

    assert found == [
        ("e", 0),
        ("b", 1),
        ("c", 3),
        ("d", 4),
        (">", 5),
        ("e", 7),
        ("f", 13),
    ]


@pytest.mark.parametrize("piece", ["[1]\n", "[a](https://x.example) "])
def test_references_of_a_long_text_take_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        text = f"[1]: https://y.example\n\n{piece * count}"
        began = time.process_time()
        assert len(list(markdown.references(text))) == count
        return time.process_time() - began

    assert seconds(8_000) < 20 * seconds(1_000)


def test_wrapped_chinese_lines_join_without_a_space_and_others_with_one() -> None:
    assert html("第一行\n第二行\nEnglish\nwords") == "<p>第一行第二行 English words</p>"
    assert plain.to_text("第一行，\n第二行\nwords") == "第一行，第二行 words"


def test_a_line_break_between_bold_words_is_a_space() -> None:
    assert html("**a**\n**b**") == "<p><strong>a</strong> <strong>b</strong></p>"


def test_an_indented_paragraph_is_text() -> None:
    assert html("One.\n\n    Two.") == "<p>One.</p>\n<p>Two.</p>"


def test_the_text_part_keeps_lists_quotations_and_numbers() -> None:
    text = (
        "- First\n\n  More\n\n- Second\n  - Inner\n\n1. One\n\n   More\n\n2. Two\n\n"
        "> Quoted\n> words\n\n3) three\n4) four"
    )

    assert plain.to_text(text) == (
        "- First\n\n  More\n\n- Second\n\n  - Inner\n\n1. One\n\n   More\n\n2. Two\n\n"
        "> Quoted words\n\n3. three\n4. four"
    )


def test_the_text_part_has_addresses_in_words_and_once() -> None:
    text = (
        "[Write](mailto:a@x.example?subject=Visit%20us) [call](tel:+33 1)"
        " [+33 1](tel:+331) www.x.example [here](https://x.example)"
    )

    assert plain.to_text(text) == (
        "Write (a@x.example – Visit us) call (+331) +33 1 www.x.example"
        " here (https://x.example)"
    )


def test_the_description_of_a_picture_is_no_part_of_the_words_before_it() -> None:
    assert plain.to_text("各位伙伴\n![标志](cid:logo.png)") == "各位伙伴 标志"
    assert plain.to_text("各位**伙伴**![标志](cid:logo.png)") == "各位伙伴 标志"


@pytest.mark.parametrize(
    ("start", "end"), [("left", "right"), ("right", "left")], ids=["fr", "ar"]
)
def test_cells_of_a_table_in_a_text_stand_as_its_rule_says_and_numbers_at_the_end(
    start: str, end: str
) -> None:
    rows = "| Thème | Qui | Heure | Salle |\n|---|:---:|---:|---|\n"
    html = markdown.to_html(
        f"{rows}| Eau | Awa | 9 h 30 | 12 |\n| | | 14 h | 3 |", level=3, start=start
    )

    cells = re.findall(r'<(t[hd])[^>]*?(?:text-align:(\w+)")?>(.*?)</', html)
    assert cells == [
        *(("th", start, "Thème"), ("th", "center", "Qui")),
        *(("th", end, "Heure"), ("th", end, "Salle")),
        *(("th", start, "Eau"), ("td", "center", "Awa")),
        *(("td", end, "9 h 30"), ("td", end, "12")),
        *(("td", "", ""), ("td", "center", "")),
        *(("td", end, "14 h"), ("td", end, "3")),
    ]
