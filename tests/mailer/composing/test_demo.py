"""The messages of the demonstration, as the mail server received them."""

import email
import subprocess
import sys
from pathlib import Path

import pytest

from audiences.languages import OFFERED
from mailer.demo import demonstration
from tools.verifier import verifier


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demonstration with every sample campaign."""
    folder = tmp_path_factory.mktemp("demo") / "site"
    subprocess.run(
        [sys.executable, "-m", "mailer", "demo", str(folder), "--all"],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.prove
def test_the_verifier_accepts_every_delivered_message(site: Path) -> None:
    assert verifier.verify_maildir(site / "inbox") == {}


@pytest.mark.prove
def test_there_are_messages_of_every_campaign_and_language(site: Path) -> None:
    found = [
        email.message_from_bytes(path.read_bytes())
        for path in (site / "inbox" / "new").iterdir()
    ]

    assert {message["Content-Language"] for message in found} == set(OFFERED)
    campaigns = {message["Feedback-ID"].partition(":")[0] for message in found}
    assert len(campaigns) == len(demonstration.samples(site, every=True))
    identifiers = [message["Message-ID"] for message in found]
    assert len(set(identifiers)) == len(identifiers)
