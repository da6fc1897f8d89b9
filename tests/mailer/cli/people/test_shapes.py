"""The JSON of these commands has the keys that docs/directory.md names."""

import pytest

from tests.acts.commands import Mailer
from tools.checkout import ROOT

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
ICOM = "unesco-liaison@icom.example"
BY = ("--by", "editor")


def documented(command: str) -> set[str]:
    """Return the outermost keys of the shape of a command in the document."""
    text = (ROOT / "docs" / "directory.md").read_text(encoding="utf-8")
    row = next(
        line for line in text.splitlines() if line.startswith(f"| `{command}` |")
    )
    shape = row.split("`")[3]
    outermost = 2 if shape.startswith("[") else 1
    keys: set[str] = set()
    depth, key = 0, ""
    for mark in shape:
        depth += (mark in "{[") - (mark in "}]")
        if depth == outermost and (mark.isidentifier() or mark == '"'):
            key += mark
        elif key:
            keys.add(key.strip('"'))
            key = ""
    return {each for each in keys if each}


def test_the_shape_of_a_document_is_read(store: str) -> None:
    assert store
    assert documented("contacts edit") == {"address", "changed"}


def test_each_shape_is_as_documented(mailer: Mailer) -> None:
    shown = mailer("contacts", "show", ICOM, "--json").json
    held = mailer("contacts", "person", ICOM, "--json").json
    listed = mailer("contacts", "list", "--json").json
    edited = mailer("contacts", "edit", ICOM, "--name", "A", *BY, "--json").json
    body = mailer(
        *("organisations", "edit", "icom", "--acronym", "I", *BY, "--json")
    ).json

    assert set(shown) == documented("contacts show")
    assert set(held) == set(shown) | documented("contacts person")
    assert set(listed[0]) == documented("contacts list")
    assert set(edited) == documented("contacts edit")
    assert set(body) == documented("organisations edit")
