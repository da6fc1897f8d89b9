"""Finds the regular expressions of the product, and makes texts against each.

A text made against an expression repeats what one of its repetitions matches, and then
does not match: an expression that can read it in several ways tries them all.
"""

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

from tools.checkout import ROOT

codes: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")
FUNCTIONS = {
    *("compile", "match", "fullmatch", "search", "sub", "subn"),
    *("findall", "finditer", "split"),
}
ANCHORED = {"match", "fullmatch"}
# Module → a call that returns the expressions which its functions make.
BUILT = {
    "audiences/intake/books/vcards.py": "re.compile(r'(?<!\\\\);')",
    "audiences/intake/encodings/damage.py": "_pattern('cp1252')",
    "audiences/intake/lists/delimited.py": "_begun(',', chr(34))",
    "audiences/intake/mapping/wording.py": "[]",  # the letters of a heading, escaped
    "mailer/campaigns/writing/campaign_toml.py": "[]",  # of keys, each escaped
    "mailer/delivery/smtp/reply_rules.py": (
        "[each.words for name in ('english.txt', 'languages.txt', 'general.txt')"
        " for each in read(name)]"
    ),
    "mailer/feedback/mime.py": "[]",  # a boundary, escaped
    "mailer/feedback/phrases.py": "_sections()",
    "mailer/outbox/only_to.py": "[]",  # of the settings, which are trusted
    "mailer/rendering/allowed/places.py": "[]",  # a word, escaped
    "mailer/rendering/checks/misread.py": "[_pattern(each) for each in _CODECS]",
    "mailer/rendering/marks.py": "_pattern('0')",
    "mailer/rendering/markup/look.py": "[]",  # a key, escaped
    "mailer/rendering/timing/days.py": "_pattern(tuple(_months()))",
    "mailer/web/console/form_words.py": "[each.found for each in FORMS]",
}
SAMPLES = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_NOT_DIGIT: "a",
    codes.CATEGORY_SPACE: " ",
    codes.CATEGORY_NOT_SPACE: "a",
    codes.CATEGORY_WORD: "a",
    codes.CATEGORY_NOT_WORD: " ",
}
CANDIDATES = 'aA1 \t\n.-_<>"&;:/@#=\u0627\x00'  # for sets that exclude characters


@dataclass(frozen=True)
class Expression:
    """One regular expression of the product and where it stands."""

    where: str
    pattern: "re.Pattern[Any] | None"  # None: it is not known before it is used
    uses: frozenset[str]  # the functions that it is used with


def expressions(folders: Iterable[str]) -> Iterator[Expression]:
    """Yield each regular expression that modules of these folders compile or use."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "versions" not in path.parts:
                yield from _of_module(path)


def _of_module(path: Path) -> Iterator[Expression]:
    place = path.relative_to(ROOT)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [each for each in ast.walk(tree) if _is_expression(each)]
    if not calls:
        return
    name = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
    known = vars(importlib.import_module(name))
    missed = False
    for call in calls:
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Attribute)
        uses = {call.func.attr}
        if uses == {"compile"}:
            uses = _uses(tree, call)
        pattern = _compiled(call, known)
        missed = missed or pattern is None
        yield Expression(f"{place}:{call.lineno}", pattern, frozenset(uses))
    if missed:
        for number, held in enumerate(_held(known, place.as_posix())):
            yield Expression(f"{place}, {number}", held, frozenset({"search"}))


def _held(known: dict[str, Any], place: str) -> list["re.Pattern[Any]"]:
    """Return the expressions that a module keeps in lists, or that its functions make.

    They are compiled in a loop or with values of a call, so the source does not tell.
    """
    found = [value for value in known.values() if isinstance(value, list | tuple)]
    if place in BUILT:
        found.append(eval(BUILT[place], dict(known)))  # noqa: S307 (our own source)
    held = list(dict.fromkeys(_patterns(found)))
    assert held or place in BUILT, f"{place}: name in BUILT what makes its expressions"
    return held


def _patterns(value: Any) -> Iterator["re.Pattern[Any]"]:
    """Yield the expressions in nested lists, tuples and mappings."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _patterns(each)
    elif isinstance(value, dict):
        yield from _patterns(list(value.values()))


def _is_expression(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in FUNCTIONS
    )


def _compiled(call: ast.Call, known: dict[str, Any]) -> "re.Pattern[Any] | None":
    flags = [each.value for each in call.keywords if each.arg == "flags"]
    flags += call.args[1:2] if ast.unparse(call.func) == "re.compile" else []
    values = []
    for part in (call.args[0], *flags):
        try:
            code = compile(ast.Expression(part), "<pattern>", "eval")
            values.append(eval(code, dict(known)))  # noqa: S307 (our own source)
        except NameError:
            return None
    return re.compile(*values)


def _uses(tree: ast.AST, call: ast.Call) -> set[str]:
    """Return the methods that are called on what a compiled expression is bound to."""
    names = {
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and node.value is call
        for target in node.targets
    }
    found = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in names
    }
    return found & FUNCTIONS or {"search"}


def attacks(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, str, str]]:
    """Yield texts made against an expression: a beginning, what repeats, and an end."""
    tree = parser.parse(pattern.pattern, pattern.flags)
    seen = set()
    for before, body in _repeats(list(tree), ""):
        samples = list(islice(dict.fromkeys(_samples(body)), 4))
        pieces = [*samples, *map("".join, product(samples[:2], repeat=2))]
        pieces += [before + each for each in samples[:2]]  # where a match begins
        for piece in filter(None, pieces):
            for begin, end in product({"", before}, ("", "!\x00")):
                if (begin, piece, end) not in seen:
                    seen.add((begin, piece, end))
                    yield begin, piece, end


def _repeats(nodes: list[Any], before: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield each repetition without a small limit, and a text that leads to it."""
    for code, value in nodes:
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
            _, most, body = value
            if most > 50:  # a few repetitions take no time
                yield before, list(body)
            yield from _repeats(list(body), before)
        elif code is codes.SUBPATTERN:
            yield from _repeats(list(value[-1]), before)
        elif code is codes.BRANCH:
            for each in value[1]:
                yield from _repeats(list(each), before)
        elif code in {codes.ASSERT, codes.ASSERT_NOT}:
            yield from _repeats(list(value[1]), before)
        elif code is codes.ATOMIC_GROUP:
            yield from _repeats(list(value), before)
        before += next(_samples([(code, value)]), "")


def _samples(nodes: list[Any]) -> Iterator[str]:
    """Yield texts that a part of an expression matches, some of each branch."""
    parts = [list(islice(_of_node(code, value), 8)) or [""] for code, value in nodes]
    for chosen in islice(product(*parts), 60):
        yield "".join(chosen)


def _of_node(code: Any, value: Any) -> Iterator[str]:
    match code:
        case codes.LITERAL:
            yield chr(value)
        case codes.NOT_LITERAL:
            yield from (each for each in CANDIDATES if each != chr(value))
        case codes.ANY:
            yield from "a1 "
        case codes.IN:
            yield from _of_set(value)
        case codes.BRANCH:
            for each in value[1]:
                yield from islice(_samples(list(each)), 2)
        case codes.SUBPATTERN:
            yield from _samples(list(value[-1]))
        case codes.ATOMIC_GROUP:
            yield from _samples(list(value))
        case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
            least, _, body = value
            yield from (each * max(least, 1) for each in _samples(list(body)))
            yield from [""] * (least == 0)


def _of_set(items: list[Any]) -> Iterator[str]:
    if items[0][0] is codes.NEGATE:
        text = "".join(_of_set(items[1:])) if items[1:] else ""
        yield from (each for each in CANDIDATES if each not in text)
        return
    for code, value in items:
        if code is codes.LITERAL:
            yield chr(value)
        elif code is codes.RANGE:
            yield chr(value[0])
        elif code is codes.CATEGORY:
            yield SAMPLES[value]
