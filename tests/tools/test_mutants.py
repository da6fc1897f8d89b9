"""The changes a mutation run makes of expressions and statements."""

import pytest

from tools.checkout import ROOT
from tools.mutate.mutants import Mutant
from tools.mutate.mutation import Finder

MEMBERS = {"State": ["WAITING", "MARKED", "HELD"]}
WORDS = "scheduler/words.py"


def changed(source: str, file: str = "mailer/x.py") -> list[Mutant]:
    return Finder(MEMBERS).mutants(file, source.encode())


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("a < b", {"(a <= b)", "(a > b)"}),
        ("a == b", {"(a != b)"}),
        ("a in b", {"(a not in b)"}),
        ("a and b", {"(a or b)", "(a)", "(b)"}),
        ("a + b", {"(a - b)"}),
        ("not a", {"(a)"}),
        ("~a", {"(a)"}),
        ("True", {"(False)"}),
        ("7", {"(8)"}),
        ("'word'", {"('word_')"}),
        ("'a sentence for people'", set()),
        ("f'{a}/{b}'", set()),
        ("a.where(b, c)", {"(a)", "(a.where(c))", "(a.where(b))"}),
        ("a.b.is_(None)", {"(a.b.is_not)", "(a.b)"}),
        ("sorted(a)", {"(a)"}),
        ("f(a, b=c)", {"(f(a))"}),
        ("(a, b)", {"((b,))", "((a,))"}),
        ("{a: b}", {"({})"}),
        ("[a for a in b if c]", {"([a for a in b])"}),
        ("a if b else c", {"(c if b else a)"}),
        ("State.WAITING", {"(State.MARKED)"}),
        ("State.HELD", {"(State.WAITING)"}),
    ],
)
def test_every_operator_makes_its_changes_of_an_expression(
    source: str, made: set[str]
) -> None:
    assert {each.text for each in changed(f"x = {source}\n")} == made


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("act()", {"pass"}),
        ("raise E", {"pass"}),
        ("a.b = c", {"pass"}),
        ("a = a.b", {"pass"}),
        ("a += b", {"pass"}),
        ("return", {"pass"}),
        ("return a", {"return None"}),
        (
            "return a and b",
            {"return None", "(not (a and b))", "(a or b)", "(a)", "(b)"},
        ),
        ("if a: b = c", {"(not a)"}),
    ],
)
def test_every_operator_makes_its_changes_of_a_statement(
    source: str, made: set[str]
) -> None:
    assert {each.text for each in changed(f"def f(a):\n    {source}\n")} == made


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""\n',
        "from a import b\n",
        "def f(a: Literal['x']) -> Literal['y']: ...\n",
        "@decorated(1)\nclass A: ...\n",
        "__slots__ = ('a', 'b')\n",
    ],
)
def test_what_says_nothing_of_a_test_is_not_changed(source: str) -> None:
    assert changed(source) == []


def test_every_change_of_the_product_can_be_compiled_and_differs() -> None:
    """And each line it names is the line of the text that it changes."""
    path = ROOT / WORDS
    source = path.read_bytes()
    found = Finder({}).mutants(WORDS, source)

    assert len(found) > 20
    for each in found:
        compile(each.applied(source), WORDS, "exec")
        assert each.applied(source) != source
        assert source[: each.start].count(b"\n") + 1 == each.line
