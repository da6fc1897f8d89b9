"""Whatever a document names exists: files, pages, settings."""

import re
from pathlib import Path

import pytest

import mailer
from mailer.processes.log_sentences import SENTENCES
from mailer.settings.sections import Settings
from tests.docs.markdown import DOCUMENTS, links, quoted
from tools.checkout import ROOT

TOP = {path.name for path in ROOT.iterdir()}
MADE = {  # made by who follows the document, or by a verb of it
    *("demo", ".venv", "templates/my-letter"),
    *("templates/.shipped", "templates/.replaced"),
}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_link_within_the_project_leads_somewhere(path: Path) -> None:
    within = [each for each in links(path) if "://" not in each]

    assert [each for each in within if not (path.parent / each).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_file_a_document_names_exists(path: Path) -> None:
    named = [
        each.rstrip("/")
        for each in quoted(path)
        if re.fullmatch(r"[\w.-]+/[\w./-]*", each) and each.partition("/")[0] in TOP
    ]
    made = tuple(f"{each}/" for each in MADE)

    assert [
        each
        for each in named
        if not (ROOT / each).exists() and not f"{each}/".startswith(made)
    ] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_setting_a_document_names_exists(path: Path) -> None:
    sections = Settings.model_fields
    for each in set(quoted(path)) - set(SENTENCES):  # events of the log
        section, dot, key = each.partition(".")
        if dot and section in sections and key.isidentifier() and key != "toml":
            fields = type(sections[section].default).model_fields

            assert key in fields, f"{path.name} names {each}"


def test_every_document_is_reached_from_the_readme() -> None:
    reached, open_ = set(), [ROOT / "README.md"]
    while open_:
        path = open_.pop()
        reached.add(path)
        targets = [(path.parent / each).resolve() for each in links(path)]
        open_ += [t for t in targets if t.suffix == ".md" and t not in reached]

    listed = {path for path in DOCUMENTS if path.parent.name != "decisions"}
    assert listed <= reached


def test_the_stages_named_by_the_package_are_told_on_the_page() -> None:
    page = quoted(ROOT / "docs" / "path-of-a-message.md")
    stages = re.findall(r"^([a-z]+\.[a-z]+) ", mailer.__doc__ or "", re.MULTILINE)

    assert stages
    for stage in stages:
        folder = stage.replace(".", "/")
        assert any(each.startswith(f"{folder}/") for each in page), stage
