"""The gate scores letters with the real SpamAssassin, and goes on without it."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns.review import gate, spam
from mailer.campaigns.review.gate import CampaignCheck
from mailer.campaigns.review.spam import SpamError
from mailer.composing.skeletons import compile_letter
from mailer.settings.sections import GateSettings
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.commands import Mailer
from tests.acts.composing import ENVELOPE
from tools.samples import SAMPLES, letter

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])

LIMIT = GateSettings().spam_limit
# SpamAssassin's test string: each installation reads it as spam.
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


async def check(
    site: Site, place: Path, text: str, *, limit: float = LIMIT
) -> CampaignCheck:
    settings = site.settings.model_copy(update={"gate": GateSettings(spam_limit=limit)})
    path = campaigning.write(place, en=campaigning.TEXT + text)
    number = await campaigning.add(site, path)
    asking = replace(site, settings=settings)
    return await gate.check(asking, number, now=clock.now())


@pytest.mark.prove
async def test_every_sample_in_every_language_is_far_from_spam() -> None:
    made = {
        f"{name} {language}": spam.specimen(
            compile_letter(letter(name, language), ENVELOPE)
        )
        for name, language in SAMPLES
    }
    scores = await spam.scores(made)

    assert list(scores) == list(made)
    assert {n: s.worst() for n, s in scores.items() if s.points >= LIMIT / 2} == {}


@on_sqlite
async def test_a_letter_that_looks_like_spam_blocks_and_names_its_rules(
    site: Site, tmp_path: Path
) -> None:
    checked = await check(site, tmp_path, f"\n`{GTUBE}`\n")

    assert not checked.ok
    assert [each.language for each in checked.problems] == ["en"]
    assert "GTUBE 1000.0" in checked.problems[0].what
    assert checked.spam is not None
    assert checked.spam["en"].points > 900


@on_sqlite
async def test_half_of_the_limit_is_a_warning(site: Site, tmp_path: Path) -> None:
    checked = await check(site, tmp_path, "\nDear Madam,\n", limit=2.5)

    assert checked.ok
    assert [str(each.level) for each in checked.problems] == ["warning"]
    assert "of 2.5 at most: DEAR_SOMETHING" in checked.problems[0].what


@on_sqlite
async def test_a_limit_of_zero_scores_nothing(site: Site, tmp_path: Path) -> None:
    checked = await check(site, tmp_path, f"\n`{GTUBE}`\n", limit=0)

    assert checked.problems == []
    assert checked.spam is None


@on_sqlite
def test_without_spamassassin_the_check_says_so_and_passes(
    mailer: Mailer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILER_GATE__SPAM_LIMIT", "5")
    monkeypatch.setenv("PATH", str(tmp_path))
    mailer("campaigns", "import", str(campaigning.write(tmp_path)))
    ran = mailer("campaigns", "check", "1")

    assert ran.code == 0
    assert "SpamAssassin is not installed here" in ran.out
    assert mailer("campaigns", "check", "1", "--json").json["spam"] is None


@pytest.mark.parametrize(
    ("does", "sentence"),
    [
        ("echo 'config: failed' >&2; exit 2", "config: failed"),
        ("echo nothing of use", "it scored 0 of 1 letters"),
        ("exec sleep 60", "no answer in 1 s"),
    ],
)
async def test_a_program_that_gives_no_score_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, sentence: str
) -> None:
    program = tmp_path / "spamassassin"
    program.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(spam, "STARTING", 0.5)
    monkeypatch.setattr(spam, "READING", 0.1)

    with pytest.raises(SpamError, match=sentence):
        await spam.scores({"en": b"Subject: A\r\n\r\nA\r\n"})
