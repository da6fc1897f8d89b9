"""The shape of the code: small files and functions, docstrings, names, imports."""

import ast
import re
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from tools.checkout import ROOT

PRODUCT = ("audiences", "scheduler", "mailer")
FOLDERS = ("audiences", "scheduler", "mailer", "tests", "tools")
FILES = sorted(
    chain([ROOT / "run.py"], *((ROOT / folder).rglob("*.py") for folder in FOLDERS))
)
SKIPS = re.compile(r"(pytest|mark)\b.*\b(\w*skip\w*|xfail)$")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service", "misc"}


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_small_and_begins_with_what_it_does(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    long = [
        f"{each.name}: {each.end_lineno - each.lineno + 1}"
        for each in functions(tree)
        if each.end_lineno and each.end_lineno - each.lineno + 1 > 40
    ]

    assert text.count("\n") <= 300
    assert long == []
    assert path.stem not in FORBIDDEN_NAMES
    if path.name != "__init__.py" or "tests" not in path.parts:
        assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_keeps_rules_that_no_linter_checks(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    rooms = set(path.relative_to(ROOT).parts)
    product = not {"tests", "tools"} & rooms
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            assert not {"pickle", "marshal", "TYPE_CHECKING"} & set(names)
        if isinstance(node, ast.ImportFrom) and "tests" not in rooms:
            imported = str(node.module).partition(".")[0]
            assert imported != "tests"
            assert imported != "tools" or not product
        if isinstance(node, ast.Attribute) and product:
            assert node.attr != "commit"
        if isinstance(node, ast.Attribute) and not product:
            assert not SKIPS.match(ast.unparse(node))
    for function in functions(tree):
        for node in ast.walk(function):
            assert not isinstance(node, ast.Import | ast.ImportFrom)


def test_no_two_public_classes_have_the_same_name() -> None:
    names = Counter(
        node.name
        for path in FILES
        if path.relative_to(ROOT).parts[0] in PRODUCT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert {name for name, count in names.items() if count > 1} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_name_of_ours_is_imported_under_another_name(path: Path) -> None:
    renamed = [
        f"{alias.name} as {alias.asname}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").partition(".")[0] in FOLDERS
        for alias in node.names
        if alias.asname
    ]

    assert renamed == []


def test_a_folder_has_at_most_thirteen_files() -> None:
    sizes = Counter(
        path.parent.relative_to(ROOT).as_posix()
        for path in FILES
        if path.name != "__init__.py" and path.relative_to(ROOT).parts[0] in PRODUCT
    )

    # one migration follows another: their folder grows with the versions
    del sizes["mailer/maintenance/migrations/versions"]

    assert {folder: size for folder, size in sizes.items() if size > 13} == {}


def test_every_package_has_a_docstring() -> None:
    for folder in PRODUCT:
        for path in (ROOT / folder).rglob("*"):
            if path.is_dir() and list(path.glob("*.py")):
                init = path / "__init__.py"
                assert init.exists() or path.name == "versions", path
                if init.exists():
                    assert ast.get_docstring(ast.parse(init.read_text("utf-8"))), path


def test_no_file_names_a_path_outside_the_project() -> None:
    for path in ROOT.rglob("*"):
        if path.suffix in {".py", ".md", ".toml", ".html", ".mjml"} and not any(
            part.startswith(".") for part in path.relative_to(ROOT).parts
        ):
            assert "../" + "shared" not in path.read_text(encoding="utf-8")
