"""What people write is refused with its line, or becomes the letter that is meant."""

import re
from dataclasses import replace
from html import unescape

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mailer.campaigns.writing import parsing
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.checks import leftovers, rules
from mailer.rendering.checks.problem import Severity
from mailer.rendering.render import render
from mailer.rendering.source import Translation
from tests.acts import reading
from tools.samples import catalogues, source, templates

WORDS = {
    "en": ["Partners", "the 3rd forum", "“quoted”", "C++", "50 %"],
    "fr": ["l’accord", "« Forum »", "l’été", "50 %", "n° 3"],
    "zh": ["各位伙伴", "重要通知（草案）", "《公约》", "6月1日", "，"],
    "ar": ["الشركاء", "«اليونسكو»", "(النص)", "36 C/Res.108", "+33 1 45 68 10 00"],
}
MARKED = [
    *("**{}**", "{}**{}**{}", "**{}：**{}", "**{}**{}", "{}", "{} *{}*", "`{}`"),
    *("[{}](https://x.example/a_b)", "[{}](https://x.example/my file.pdf)"),
    *("[{}](mailto:a@x.example?subject=Visit%20us)", "[{}](tel:+33 1 45)"),
    *("https://x.example/b_c_d.", "www.x.example", "a@x.example", "{{name}}"),
    *(
        "{{organisation}}",
        "\\{{{}\\}}",
        "{} &amp; {}",
        "\\*\\*{}\\*\\*",
        "![{}](cid:a b.png)",
    ),
    *(
        "{}  \n{}",
        "{}\n{}",
        "{} | {}",
        "[{}](https://x.example/A_(b))",
        "**https://x.example**",
    ),
]
WRONGLY_MARKED = [
    *(
        "** {}**",
        "**{}",
        "__{}__",
        "[{}] (https://x.example/a)",
        "[{}](https://x.example/a",
    ),
    *(
        "[{}][1]",
        "https://x.example/{{a",
        "{{Name}}",
        "[name]",
        "%name%",
        "~~{}~~",
        "{}[^1]",
    ),
    *(
        "<b>{}</b>",
        "![](cid:a.png)",
        "{}\ufffd",
        "{{",
        "*|FNAME|*",
        "[{}]（https://x.example）",
    ),
]
LISTED = [
    *(
        "- {}\n- {}",
        "• {}\n• {}",
        "a) {}\nb) {}",
        "1、{}\n2、{}",
        "– {}\n– {}",
        "(i) {}",
    ),
    *(
        "1. {}\n\n   {}\n\n2. {}",
        "3) {}\n4) {}",
        "- {}\n  - {}\n\n  {}",
        "١. {}\n٢. {}",
    ),
    *("> {}\n> {}", "## {}", "    {}", "---", "```\n{}\n```", "{}\n---", "{}"),
]
WRONGLY_LISTED = [
    *("| {} | {} |\n|---|---|\n| {} | {} |", "| {} | {} |\n|---|\n| {} | {} |", "##{}"),
    *("Date: {}", "date: 2027-06-15\n{}", "#item a", "## item b", "note: {}"),
]
LINES = [
    *(
        "date: 2027-06-15",
        "Date: 2027-06-15",
        "- date: 2027-06-15",
        "**Date:** 2027-06-15",
    ),
    *(
        "date：2027-06-15",
        "date 2027-06-15",
        "place: {}",
        "Lieu : {}",
        "地点：{}",
        "link: {}",
    ),
    *("link: https://x.example/a", "label: {}", "contact: {}", "until: 2027-06-17", ""),
]


@st.composite
def words(draw: st.DrawFn, language: str, *, right: bool) -> str:
    """Return some words with a mark of Markdown or of another program."""
    plain = st.sampled_from(WORDS[language])
    mark = draw(st.sampled_from(MARKED if right else [*MARKED, *WRONGLY_MARKED]))
    return mark.format(*(draw(plain) for _ in range(4)))


@st.composite
def texts(draw: st.DrawFn, language: str, *, right: bool) -> str:
    """Return the text of a block: some paragraphs, lists and tables."""
    inside = words(language, right=right)
    listed = st.sampled_from(LISTED if right else [*LISTED, *WRONGLY_LISTED])
    pieces = [
        draw(listed).format(*(draw(inside) for _ in range(4)))
        for _ in range(draw(st.integers(1, 3)))
    ]
    return "\n\n".join(pieces)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """Return a language, and the file of a campaign in it."""
    language = draw(st.sampled_from(sorted(WORDS)))
    right = draw(st.integers(0, 3)) > 0
    inside = words(language, right=right)
    subject = draw(st.sampled_from(["Letter: June", '"Letter: June"']))
    written = [f"---\nsubject: {subject}\npreheader: p\n---"]
    written.append(f"# opening\n\n{draw(texts(language, right=right))}")
    for kind in draw(st.lists(st.sampled_from(["item", "note", "signature"]))):
        drawn = draw(st.lists(st.sampled_from(LINES), max_size=3))
        lines = ["title: x", *(line.format(draw(inside)) for line in drawn)]
        block = "\n".join([f"# {kind} {kind}{len(written)}", *lines])
        written.append(f"{block}\n\n{draw(texts(language, right=right))}")
    return language, "\n\n".join(written)


def read(language: str, text: str) -> Translation:
    kind = letter_types.load(templates(), "monthly-letter")
    types = letter_types.block_types(templates())
    return parsing.parse(
        text, language=language, types=types, allowed=kind.blocks, where="a.md"
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(files())
def test_a_file_is_refused_with_its_line_or_becomes_the_letter_that_is_meant(
    written: tuple[str, str],
) -> None:
    language, text = written
    try:
        translation = read(language, text)
    except ContentError as refused:
        for each in str(refused).split("\n"):
            assert re.match(r"a\.md, line \d+: \S", each), each
        return
    found = [
        each
        for each in rules.check_text(translation, host="x.example")
        if each.level is Severity.ERROR
    ]
    for fault in found:
        assert re.fullmatch(r"a\.md, (line \d+|subject|preheader)", fault.where)
    if found:
        return
    event("a letter")
    letter = render(
        replace(
            source("monthly-letter", language),
            catalogue=catalogues()[language],
            subject=translation.subject,
            preheader=translation.preheader,
            blocks=translation.blocks,
        ),
        templates(),
    )
    meant = leftovers.meant([translation])

    assert list(leftovers.in_letter(letter, translation.blocks, meant)) == []
    assert reading.words_of(letter.text) == reading.words_of_html(letter.html)
    text = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    hrefs = {unescape(each) for each in re.findall(r'href="([^"]+)"', letter.html)}
    for target in re.findall(r"\]\(<?((?:https|mailto|tel):(?:[^()>]|\(b\))*)\)", text):
        spaces = "" if target.startswith("tel:") else "%20"
        assert target.replace(" ", spaces) in hrefs
