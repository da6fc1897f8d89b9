"""Wrong usage ends with 1 or 2 and a sentence that names the place; no traceback."""

import shutil
from pathlib import Path

import pytest

from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

# What is given, the exit code, and what the sentence must say.
WRONG: list[tuple[str, int, str]] = [
    ("nonsense", 2, "nonsense"),
    ("campaigns", 2, "Usage"),
    ("campaigns nonsense", 2, "nonsense"),
    ("campaigns check", 2, "CAMPAIGN_ID"),
    ("campaigns check one", 2, "one"),
    ("campaigns check 99", 1, "no campaign has the number 99"),
    ("campaigns check 99999999999999999999", 2, "99999999999999999999"),
    ("campaigns check -- -1", 2, "-1 is not in the range"),
    ("campaigns preview 99 --as a@b.example", 1, "no campaign has the number 99"),
    ("campaigns preview 1 --as nobody@b.example", 1, "no contact has the address"),
    ("campaigns preview 1 --as nobody", 1, "'nobody' is not a valid e-mail address"),
    ("campaigns preview 1 --as a@b.example --format pdf", 2, "pdf"),
    ("campaigns approve 1", 2, "--by"),
    ("campaigns approve 1 --by nobody", 1, "no user is called 'nobody'"),
    ("campaigns approve 1 --by editor", 1, "editor may not approve"),
    ("campaigns schedule 1", 2, "give either --at or --series"),
    ("campaigns schedule 1 --at tomorrow", 2, "'tomorrow' is not an instant"),
    ("campaigns schedule 1 --at 2100-01-01T10:00", 2, "has no zone"),
    ("campaigns schedule 1 --at 2100-01-01T10:00Z", 1, "is draft"),
    ("campaigns schedule 1 --series weekly", 1, "no series is called 'weekly'"),
    ("campaigns release 1", 1, "is draft; it cannot become sending"),
    ("campaigns pause 1", 1, "is draft, not being sent"),
    ("campaigns resume 1", 1, "is draft"),
    ("campaigns import nowhere", 1, "nowhere/campaign.toml: does not exist"),
    ("campaigns import . --replace 99", 1, "campaign.toml: does not exist"),
    ("campaigns report 99 --json", 1, "no campaign has the number 99"),
    ("contacts import nowhere.csv", 1, "nowhere.csv"),
    ("contacts import .", 1, "."),
    ("contacts show nobody@b.example", 1, "no contact has the address"),
    ("contacts show ''", 1, "not a valid e-mail address"),
    ("contacts undo 99", 1, "99"),
    ("contacts undo x", 2, "x"),
    ("segments count 'kind = ngoo'", 1, "ngo"),
    ("segments count ''", 1, "column 1"),
    ("segments count 'kind = ngo and'", 1, "column"),
    ("segments count 'segment(nobody)'", 1, "nobody"),
    ("segments explain 'kind = ngo' nobody@b.example", 1, "no contact has"),
    ("segments save 'two words' 'kind = ngo' --by x", 1, "two words"),
    ("segments remove nobody --by x --yes", 1, "nobody"),
    ("messages list", 2, "--campaign"),
    ("messages list --campaign 99", 1, "no campaign has the number 99"),
    ("messages list --campaign 1 --state lost", 2, "lost"),
    ("series next nobody", 1, "no series is called 'nobody'"),
    ("series add monthly-letter daily", 1, "daily"),
    ("schedule next 'sometimes'", 1, "sometimes"),
    ("schedule next 'daily 10:00' --zone Mars/Olympus", 1, "Mars/Olympus"),
    ("schedule next 'daily 10:00' --count 0", 2, "--count"),
    ("suppressions lift a@b.example --detail x", 1, "not suppressed"),
    ("suppressions add nobody --detail x", 1, "not a valid e-mail address"),
    ("tick --now 2027-05-04T08:00Z", 2, "--now goes with --once"),
    ("inbox --port 99999", 2, "99999"),
    ("init .", 1, "exists"),
]


@pytest.fixture
def mailer(
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Mailer:
    """The command in a site's folder, with one campaign, a draft."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "200")
    command = Mailer(config=folder / "config.toml", captured=capsys)
    assert command("campaigns", "import", str(campaigning.write(tmp_path))).code == 0
    return command


def split(line: str) -> list[str]:
    """Split a line into words; quotes keep one together."""
    parts = line.split("'")
    words: list[str] = []
    for number, part in enumerate(parts):
        words += [part] if number % 2 else part.split()
    return words


@pytest.mark.parametrize(("line", "code", "sentence"), WRONG)
def test_wrong_usage_ends_with_a_sentence(
    mailer: Mailer, line: str, code: int, sentence: str
) -> None:
    ran = mailer(*split(line))
    said = " ".join(ran.err.replace("│", " ").split())

    assert ran.code == code, said
    assert ran.out == "" or code == 2
    assert sentence in said + ran.out
    assert "Traceback" not in said
    assert "unexpected fault" not in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("topics", "list"), "config.toml does not exist"),
        (("work",), "config.toml does not exist"),
    ],
)
def test_a_site_that_is_not_there_is_a_sentence(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    ran = Mailer(config=folder / "none" / "config.toml", captured=capsys)(*arguments)

    assert ran.code == 1
    assert sentence in " ".join(ran.err.split())


def test_a_site_without_tables_says_how_to_make_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in folder.glob("mailer.db*"):
        path.unlink()
    mailer = Mailer(config=folder / "config.toml", captured=capsys)
    ran, looked, upgraded = (
        mailer("topics", "list"),
        mailer("doctor"),
        mailer("upgrade"),
    )

    assert (ran.code, looked.code, upgraded.code) == (1, 1, 1)
    assert "`mailer doctor` says what to do" in shown(ran.err)
    assert "`mailer init` makes a site" in shown(looked.out)
    assert "with `mailer init`" in shown(upgraded.err)


def test_a_broken_template_is_a_sentence(mailer: Mailer, folder: Path) -> None:
    shutil.rmtree(folder / "templates" / "_layout")
    ran = mailer("campaigns", "check", "1")

    assert ran.code == 1
    assert "_layout" in ran.err
    assert "unexpected fault" not in ran.err
