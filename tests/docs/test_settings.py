"""Every example of settings in the page on delivery is one the program takes."""

import tomllib
from pathlib import Path

import pytest

from mailer.settings import loading, sections
from tests.docs.markdown import Fence, fences
from tools.checkout import ROOT

EXAMPLES = [
    each for each in fences(ROOT / "docs" / "delivery.md") if each.form == "toml"
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.text[:12])
def test_an_example_is_taken(example: Fence, tmp_path: Path) -> None:
    if "send" in tomllib.loads(example.text):  # of a campaign, not of a site
        assert tomllib.loads(example.text)["send"].keys() == {"from", "until", "zone"}
        return
    file = tmp_path / "config.toml"
    file.write_text(example.text, encoding="utf-8")

    read = loading.load(file)

    assert read != sections.Settings()
