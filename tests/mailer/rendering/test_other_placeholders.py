"""Placeholders of other programs are refused with ours; prices and handles are not."""

import pytest

from mailer.rendering.checks import leftovers

OTHERS = {
    "{name}": (
        *("&#123;name&#125;", "&#x7B;name&#x7D;", "&lbrace;name&rbrace;"),
        *("&#123;&#123;prenom&#125;&#125;", "&lt;name&gt;", "<name>", "<<name>>"),
        *("$name", "Dear $first_name, hello", "$!name", "${name}", "$!{name}"),
        *("$(name)", "$NAME$", "%name%", "%recipient.name%", "%%name%%", "[[name]]"),
        *("*|FNAME|*", "|FNAME|", "#{name}", "@{name}", "@name@", "@@name"),
        *("<%= name %>", "<%name%>", "{{name}}", "{{{name}}}", "{name|friend}"),
        *("[% name %]", "{% name %}", "{$name}", "#name#", "«Nom»", "[First Name]"),
    ),
    "{organisation}": ("$organisation.", "$company", "*|COMPANY|*", "&lt;ONG&gt;"),
    "{address}": ("$email", "%EMAIL%", "<<Email>>", "&#123;courriel&#125;"),
}
MEANT = [
    *("It costs $20, or US$ 30.", "$100 million", "US$ORG", "$US 5", "a $ name b"),
    *("@ngo and @unesco", "@organisation", "write to a@name.example", "#name"),
    *("&lt;5 %", "AT&amp;T", "`$name`", "Dear {name}, {organisation}"),
    *("See [1] and [2].", "a < b > c", "100 % name", "name@address.example"),
    "| Name | Email |\n|---|---|\n| a | b |",
]


@pytest.mark.parametrize(
    ("text", "ours"),
    [(text, ours) for ours, texts in OTHERS.items() for text in texts],
)
def test_a_placeholder_of_another_program_is_refused_with_ours(
    text: str, ours: str
) -> None:
    (found,) = leftovers.in_text(f"a\n\n{text}")
    (in_line,) = leftovers.in_line(text)

    assert found.line == 2
    assert found.sentence.endswith(f"write {ours}")
    assert in_line.sentence.endswith(f"write {ours}")


@pytest.mark.parametrize("text", MEANT)
def test_what_only_looks_like_one_is_no_fault(text: str) -> None:
    assert list(leftovers.in_text(text)) == []
