"""The pictures show the code as it is, and can be read without seeing them."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tools.checkout import ROOT

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = sorted((ROOT / "docs").glob("*.svg"))


def texts(path: Path, kind: str) -> list[tuple[float, str]]:
    """Return the texts of a class with their heights, without a leading number."""
    root = ET.parse(path).getroot()  # noqa: S314 (our own file)
    return [
        (float(each.attrib["y"]), re.sub(r"^[\d ]+", "", "".join(each.itertext())))
        for each in root.iter(f"{SVG}text")
        if kind in each.attrib.get("class", "").split()
    ]


def test_the_whole_shows_every_layer_of_mailer_in_its_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(each for each in contracts if each.get("containers") == ["mailer"])
    drawn = defaultdict(list)
    for height, name in texts(ROOT / "docs" / "house.svg", "room"):
        drawn[height].append(name)

    assert [drawn[height] for height in sorted(drawn)] == [
        *(re.split(r" [:|] ", each) for each in layers["layers"]),
        ["audiences", "scheduler"],
    ]


def test_the_parts_of_the_worker_are_classes_of_delivery() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "mailer" / "delivery").rglob("*.py")
    )
    names = [name for _, name in texts(ROOT / "docs" / "worker.svg", "name")]
    parts = [name for name in names if name[0].isupper()]

    assert len(parts) > 6
    for part in parts:
        assert f"\nclass {part}" in source, part


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_has_a_title_and_a_description_and_loads_nothing(path: Path) -> None:
    root = ET.parse(path).getroot()  # noqa: S314 (our own file)
    described = root.attrib["aria-labelledby"].split()
    named = {each.attrib["id"]: each.text for each in root if "id" in each.attrib}

    assert root.attrib["role"] == "img"
    assert all(named[each] for each in described)
    assert not re.search(r"href|@import|url\(|<image", path.read_text(encoding="utf-8"))
