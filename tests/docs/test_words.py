"""The tables of the documents say what the code says."""

import re
import tomllib
from enum import StrEnum
from itertools import chain
from pathlib import Path
from types import ModuleType

import pytest

import mailer
from audiences.languages import ChainStep
from audiences.organisations import Kind
from audiences.segments import facts
from audiences.segments.resolve import LeftOut
from audiences.subscriptions import Standing
from audiences.suppressions import Why
from mailer.campaigns import campaign_states, hours
from mailer.campaigns.writing import folder
from mailer.campaigns.writing.syntax import line_kinds
from mailer.outbox import message_states
from tests.docs.markdown import DOCUMENTS, prose, rows
from tools.checkout import ROOT

ENGLISH = ROOT / "docs" / "english.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
SEGMENTS = ROOT / "docs" / "segments.md"
CAMPAIGN = ROOT / "docs" / "campaign-folder.md"
DEPENDENCIES = ROOT / "docs" / "decisions" / "0007-dependencies.md"
STATES: dict[str, tuple[type[StrEnum], ...]] = {
    "States of a campaign": (campaign_states.CampaignState,),
    "States of a message": (message_states.MessageState,),
    "Standings of a subscription": (Standing,),
    "Why a reader is left out": (LeftOut, message_states.Skip),
    "Why an address is suppressed": (Why,),
    "Kinds of organisation": (Kind,),
    "Steps of the language chain": (ChainStep,),
}


def bare(cell: str) -> str:
    return cell.strip("`")


@pytest.mark.parametrize("heading", STATES)
def test_the_glossary_has_a_sentence_for_every_state(heading: str) -> None:
    written = [bare(row[0]) for row in rows(GLOSSARY, heading)]

    assert written == list(dict.fromkeys(map(str, chain(*STATES[heading]))))


@pytest.mark.parametrize("module", [campaign_states, message_states])
def test_the_states_print_every_arrow_and_no_other(module: ModuleType) -> None:
    printed = {
        state: set(after.split(", "))
        for line in str(module.__doc__).splitlines()
        for state, arrow, after in [line.partition(" → ")]
        if arrow
    }

    assert printed == {
        state: set(after) for state, after in module.ARROWS.items() if after
    }


def test_the_words_of_the_glossary_stand_in_order_and_once() -> None:
    words = [row[0] for row in rows(GLOSSARY, "Words")]

    assert words == sorted(set(words))


def test_the_glossary_has_every_room_and_no_other() -> None:
    listed = [bare(row[0]) for row in rows(GLOSSARY, "Rooms")]
    packages = {
        path.parent.name
        for top in ("audiences", "mailer")
        for path in (ROOT / top).glob("*/**/__init__.py")
    }

    assert listed == sorted(packages)


def test_every_test_named_beside_a_threat_exists() -> None:
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "docs" / "security.md").read_text())

    assert [each for each in named if not (ROOT / each).exists()] == []


def test_no_document_has_a_word_that_we_avoid() -> None:
    avoided = re.findall(r"\*(\w+)\*", prose(ENGLISH))
    written = {
        path.name: {
            word for word in avoided if re.search(rf"(?i)\b{word}\b", prose(path))
        }
        for path in DOCUMENTS
        if path != ENGLISH
    }

    assert len(avoided) > 4
    assert {name: words for name, words in written.items() if words} == {}


def test_every_fact_question_and_set_is_documented_as_it_is() -> None:
    written = {
        heading: [[bare(cell) for cell in row[:-1]] for row in rows(SEGMENTS, heading)]
        for heading in ("Facts", "Questions", "Sets")
    }

    assert written == {
        "Facts": [
            [each.name, each.meaning, "` `".join(map(str, each.operators))]
            for each in facts.FACTS.values()
        ],
        "Questions": [[each.name, each.meaning] for each in facts.TESTS.values()],
        "Sets": [[each.name, each.meaning] for each in facts.COLLECTIONS.values()],
    }


def test_facts_said_to_come_later_are_not_there_yet() -> None:
    later = [bare(row[0]) for row in rows(SEGMENTS, "Not reachable yet")]
    names = {each.partition("(")[0] for each in later if "(" in each}

    assert not names & {*facts.FACTS, *facts.TESTS, *facts.COLLECTIONS}


def test_every_block_type_and_its_lines_are_documented() -> None:
    path = ROOT / "templates" / "_layout" / "blocks.toml"
    types = tomllib.loads(path.read_text(encoding="utf-8"))
    written = {
        bare(name): (re.findall(r"`(\w+)`", lines), needs)
        for name, lines, needs in rows(CAMPAIGN, "Block types")
    }

    assert written == {
        name: (
            list(each["fields"]),
            ", ".join("its text" if n == "text" else f"`{n}`" for n in each["needs"]),
        )
        for name, each in types.items()
    }


def test_every_kind_of_line_is_documented() -> None:
    written = re.findall(r"^\| `(\w+)` \| [^|]+ \|$", prose(CAMPAIGN), re.MULTILINE)

    assert set(written) == set(line_kinds.KINDS)


def test_the_example_campaign_has_every_key() -> None:
    text = CAMPAIGN.read_text(encoding="utf-8")
    example, *others = (
        tomllib.loads(each.partition("```")[0]) for each in text.split("```toml\n")[1:]
    )
    sends = [each["send"] for each in (example, *others) if "send" in each]

    assert set(example) == folder._KEYS
    assert {key for send in sends for key in send} == set(hours.KEYS)


def test_every_dependency_says_why_it_is_there_and_what_to_mind() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        re.split(r"[\[<>=;]", each)[0] for each in project["project"]["dependencies"]
    }
    written = [[bare(cell) for cell in row] for row in rows(DEPENDENCIES, "Decision")]

    assert {row[0] for row in written} == wanted
    assert all(all(row) for row in written)


def test_the_changelog_has_this_version_and_its_sections_in_order() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    order = ["Security", "Removed", "Deprecated", "Added", "Changed", "Fixed"]

    assert f"\n## [{mailer.__version__}]" in text
    for version in text.split("\n## ")[1:]:
        found = re.findall(r"^### (.+)$", version, re.MULTILINE)

        assert found == sorted(found, key=order.index)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda p: p.stem
)
def test_a_decision_has_its_five_headings_on_one_page(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", prose(path), re.MULTILINE)

    assert headings == [
        "Context",
        "Decision",
        "Consequences",
        "Alternatives",
        "References",
    ]
    assert prose(path).startswith(f"# {path.stem[:4]}. ")
    assert prose(path).count("\n") <= 80


def test_decisions_are_numbered_without_a_gap() -> None:
    found = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [int(path.stem[:4]) for path in found] == list(range(1, len(found) + 1))
