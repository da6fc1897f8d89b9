"""Reads the project's documents: their code blocks, tables, links and named files."""

import re
from dataclasses import dataclass
from pathlib import Path

from tools.checkout import ROOT

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")],
    key=lambda path: path.relative_to(ROOT).as_posix(),
)
_FENCE = re.compile(
    r"(?:^<!-- file: (?P<file>\S+) -->\n)?^```(?P<form>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class Fence:
    """One code block: its form, its text, and the file it stands for."""

    form: str
    text: str
    file: str | None


def fences(path: Path) -> list[Fence]:
    """Return the code blocks of a document, in order."""
    return [
        Fence(form=match["form"], text=match["text"], file=match["file"])
        for match in _FENCE.finditer(path.read_text(encoding="utf-8"))
    ]


def prose(path: Path) -> str:
    """Return a document without its code blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def quoted(path: Path) -> list[str]:
    """Return what stands in backticks in the prose."""
    return re.findall(r"`([^`\n]+)`", prose(path))


def links(path: Path) -> list[str]:
    """Return the targets of links and pictures."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(path))


def section(path: Path, heading: str) -> str:
    """Return the text below a heading, up to the next of its rank."""
    _, found, after = prose(path).partition(f"\n## {heading}\n")
    assert found, f"{path.name} has no heading {heading!r}"
    return after.split("\n## ")[0]


def rows(path: Path, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    table = re.search(r"(?:^\|.*\|\n)+", f"{section(path, heading)}\n", re.MULTILINE)
    assert table, f"{path.name}: no table below {heading!r}"
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in table[0].splitlines()[2:]
    ]
