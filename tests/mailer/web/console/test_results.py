"""What a press did is said in one way, at the top of the page that it leads to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import mailer.web.console
from mailer.web.console import results

FOLDER = Path(mailer.web.console.__file__).parent
# presses whose page says by itself what they did: module, function
OPENS = {
    ("account/signing.py", "out"),
    ("account/me.py", "everywhere"),
    ("imports/list_pages.py", "upload"),
    ("letters/asked.py", "code"),
    ("letters/asked.py", "decide"),
    ("reports/lost.py", "ask"),
    ("translation/second_reading.py", "sign_off"),
    ("translation/translation_pages.py", "remove"),
    ("writing/attaching.py", "document"),
    ("writing/begin.py", "begin"),
    ("writing/saves.py", "save"),
}


def presses() -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    """Yield the handlers of forms, with their modules."""
    for path in sorted(FOLDER.rglob("*.py")):
        for each in ast.walk(ast.parse(path.read_text())):
            if isinstance(each, ast.AsyncFunctionDef) and any(
                isinstance(mark, ast.Call) and ast.unparse(mark.func) == "post"
                for mark in each.decorator_list
            ):
                yield path.relative_to(FOLDER).as_posix(), each


def led_without_a_word(handler: ast.AsyncFunctionDef) -> bool:
    """Whether a handler leads to a page, and names nothing that was done."""
    return any(
        isinstance(each, ast.Call)
        and ast.unparse(each.func) == "showing.to"
        and len(each.args) + len(each.keywords) < 3
        for each in ast.walk(handler)
    )


def test_every_press_that_leads_to_a_page_says_there_what_it_did() -> None:
    found = list(presses())
    without = {
        (module, handler.name)
        for module, handler in found
        if led_without_a_word(handler)
    }

    assert len(found) > 70
    assert without == OPENS


def test_what_is_said_of_a_press_has_one_table() -> None:
    strings = {
        each.value
        for path in FOLDER.rglob("*.py")
        if path.name != "results.py"
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }

    assert set(results.RESULTS) <= strings
    assert len(set(results.RESULTS.values())) == len(results.RESULTS)
    assert not [each for each in strings if "done=" in each]


def test_what_was_done_stands_in_the_address_before_its_part() -> None:
    assert results.added_to("/a", "new") == "/a?done=new"
    assert results.added_to("/a?b=1#c", "new") == "/a?b=1&done=new#c"
