"""What the doctor finds, and what to do, is said in the language of the page."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailer import doctor
from mailer.rendering.checks import placeholders
from mailer.web.console import sentences, strings
from mailer.web.console.site.health import ABOUT

GRADES = {"ok", "note", "warning", "error"}  # what makes a finding
NAMED = {"sentence", "remedy", "restored"}  # what is given to it
# of a command, which is in no language, or of a sentence that WHOLE has with its values
PARTS = {
    *("chmod 600 X", "chmod -R go= X", "X --try-logins`", "X has X"),
    *("the store has X MB: X", "the store keeps X X for ever", "it takes X"),
    "check user and password_file of the relay; then `mailer doctor",
    "X, but the store has an event of X UTC",
}
WHOLE = (
    "the relay 127.0.0.1:2525 cannot be used: connection refused",
    "check user and password_file of the relay; then `mailer doctor --try-logins`",
    (
        "the store has 4 MB: 714 messages, 3 events of messages, 9 rows of the record,"
        " 2 changes of the directory"
    ),
    "the store keeps 6,000,000 rows of the record for ever",
    "127.0.0.1:2525 can be used: no TLS, 8BITMIME, SMTPUTF8",
    "it takes 200 today, day 1 of 30 of its warm-up",
    (
        "the clock shows 2027-05-04 10:00 UTC, but the store has an event of 2027-05-05"
        " 10:00 UTC"
    ),
    "the slot 2027-05-04 10:00 Europe/Paris of monthly is not filled: it is draft",
)


def trees() -> Iterator[ast.AST]:
    for path in sorted(Path(doctor.__path__[0]).glob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def text_of(node: ast.AST) -> str:
    """Return a text with X for its values; empty: it is none, or has a value alone."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [str(getattr(each, "value", "X")) for each in node.values]
        kinds = [isinstance(each, ast.Constant) for each in node.values]
        return "".join(
            x if is_text else "X" for x, is_text in zip(parts, kinds, strict=True)
        )
    return ""


def found() -> Iterator[str]:
    """Yield the sentences and remedies of findings."""
    for node in (each for tree in trees() for each in ast.walk(tree)):
        given: list[ast.AST] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in GRADES:
            given = list(node.args[1:])
        elif isinstance(node, ast.Assign):
            names = {getattr(each, "id", "") for each in node.targets}
            given = [node.value] if names & NAMED else []
        yield from (said for each in given if " " in (said := text_of(each)))


@pytest.mark.parametrize("language", sorted({*strings.LANGUAGES} - {strings.SOURCE}))
def test_each_finding_and_its_remedy_are_said_in_every_language(language: str) -> None:
    said = set(found())
    lacking = [
        each
        for each in sorted({*said - PARTS, *WHOLE})
        if sentences.told(each, language) == each
    ]

    assert len(said) > 80
    assert lacking == []


def test_a_finding_says_in_words_what_it_is_about() -> None:
    kinds = {
        node.args[0].value.partition(" ")[0]
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in GRADES
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }

    assert {each for each in kinds if not each.isupper()} - set(ABOUT) == set()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a@icom.example", "a@<wbr>icom.<wbr>example"),
        ("signin.oidc.client_secret", "signin.<wbr>oidc.<wbr>client_<wbr>secret"),
        ("http://127.0.0.1:8025", "http://<wbr>127.0.0.1:8025"),
        ("5.0, 30.0 & <b>", "5.0, 30.0 &amp; &lt;b&gt;"),
    ],
)
def test_an_address_or_a_key_goes_on_in_the_next_line_after_its_marks(
    text: str, html: str
) -> None:
    assert sentences.breakable(text) == html


@pytest.mark.parametrize("language", sorted({*strings.LANGUAGES} - {"en"}))
@pytest.mark.parametrize("escapes", [True, False])
def test_a_brace_without_its_placeholder_is_said_whole_in_each_language(
    language: str, *, escapes: bool
) -> None:
    for _, _, sentence in placeholders.faults("a { b {foo}", escapes=escapes):
        said = sentences.told(sentence, language)
        assert not set(said.split()) & {"or", "brace", "placeholder:", "expected"}
