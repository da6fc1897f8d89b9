"""Wrong usage exits with 1 or 2 and a sentence that names the place; no traceback."""

import shutil
from pathlib import Path

import pytest

from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

# The arguments, the exit code, and a part of the sentence.
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
    ("campaigns preview 1 --as nosuch@b.example", 1, "no contact has the address"),
    ("campaigns preview 1 --as nosuch", 1, "'nosuch' is not a valid e-mail address"),
    ("campaigns preview 1 --as a@b.example --format pdf", 2, "pdf"),
    ("campaigns approve 1", 1, "name the user with --by"),
    ("campaigns approve 1 --by nosuch", 1, "no user is called 'nosuch'"),
    ("campaigns approve 1 --by editor", 1, "editor wrote A short letter; another user"),
    ("campaigns schedule 1 --by editor", 2, "give either --at or --series"),
    ("campaigns schedule 1 --at tomorrow", 2, "'tomorrow' is not an instant"),
    ("campaigns schedule 1 --at 2100-01-01T10:00", 2, "has no zone"),
    ("campaigns schedule 1 --at 2100-01-01T10:00Z --by editor", 1, "is draft"),
    (
        "campaigns schedule 1 --series weekly --by editor",
        1,
        "no series is called 'weekly'",
    ),
    ("campaigns release 1 --by editor", 1, "is draft; it cannot become sending"),
    ("campaigns pause 1 --by editor", 1, "is draft, not sending"),
    ("campaigns resume 1 --by editor", 1, "is draft"),
    ("campaigns import nowhere", 1, "nowhere/campaign.toml: does not exist"),
    ("campaigns import . --replace 99", 1, "campaign.toml: does not exist"),
    ("campaigns report 99 --json", 1, "no campaign has the number 99"),
    ("contacts import nowhere.csv", 1, "nowhere.csv"),
    ("contacts import .", 1, "."),
    ("contacts show nosuch@b.example", 1, "no contact has the address"),
    ("contacts show ''", 1, "not a valid e-mail address"),
    ("contacts undo 99", 1, "99"),
    ("contacts undo x", 2, "x"),
    ("segments count 'kind = ngoo'", 1, "ngo"),
    ("segments count ''", 1, "column 1"),
    ("segments count 'kind = ngo and'", 1, "column"),
    ("segments count 'segment(nosuch)'", 1, "nosuch"),
    ("segments explain 'kind = ngo' nosuch@b.example", 1, "no contact has"),
    ("segments save 'two words' 'kind = ngo' --by editor", 1, "two words"),
    ("segments save dakar 'kind = ngo' --by x", 1, "no user is called 'x'"),
    ("segments remove nosuch --by editor --yes", 1, "nosuch"),
    ("messages list", 2, "--campaign"),
    ("campaigns show abc", 2, "'abc' is not a valid number"),
    ("messages list --campaign 99", 1, "no campaign has the number 99"),
    ("messages list --campaign 1 --state lost", 2, "lost"),
    ("series next nosuch", 1, "no series is called 'nosuch'"),
    ("series add monthly-letter daily --by editor", 1, "daily"),
    ("schedule next 'sometimes'", 1, "sometimes"),
    ("schedule next 'daily 10:00' --zone Mars/Olympus", 1, "Mars/Olympus"),
    ("schedule next 'daily 10:00' --count 0", 2, "--count"),
    ("suppressions lift a@b.example --detail x", 1, "not suppressed"),
    ("suppressions add nosuch --detail x", 1, "not a valid e-mail address"),
    ("tick --now 2027-05-04T08:00Z", 2, "--now needs --once"),
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
    """The command in the folder of a site with one campaign, a draft."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "200")
    command = Mailer(config=folder / "config.toml", captured=capsys)
    assert command("campaigns", "import", str(campaigning.write(tmp_path))).code == 0
    return command


def split(line: str) -> list[str]:
    """Split a line into words; a part in quotes is one word."""
    parts = line.split("'")
    words: list[str] = []
    for number, part in enumerate(parts):
        words += [part] if number % 2 else part.split()
    return words


@pytest.mark.parametrize(("line", "code", "sentence"), WRONG)
def test_wrong_usage_is_a_sentence(
    mailer: Mailer, line: str, code: int, sentence: str
) -> None:
    ran = mailer(*split(line))
    stderr = " ".join(ran.err.replace("│", " ").split())

    assert ran.code == code, stderr
    assert ran.out == "" or code == 2
    assert sentence in stderr + ran.out
    assert "Traceback" not in stderr
    assert "unexpected fault" not in stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("topics", "list"), "config.toml does not exist"),
        (("work",), "config.toml does not exist"),
    ],
)
def test_a_missing_site_is_a_sentence(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    ran = Mailer(config=folder / "none" / "config.toml", captured=capsys)(*arguments)

    assert ran.code == 1
    assert sentence in " ".join(ran.err.split())


def test_a_store_that_is_not_there_is_said_and_not_made(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on a disk that is not mounted."""
    for path in folder.glob("mailer.db*"):
        path.unlink()
    mailer = Mailer(config=folder / "config.toml", captured=capsys)
    for command in (("topics", "list"), ("doctor",), ("upgrade",)):
        ran = mailer(*command)

        assert ran.code == 1
        assert "mailer.db does not exist" in shown(ran.err + ran.out)
    assert not list(folder.glob("mailer.db*"))


def test_a_site_without_tables_says_how_to_make_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in folder.glob("mailer.db*"):
        path.unlink()
    (folder / "mailer.db").touch()
    mailer = Mailer(config=folder / "config.toml", captured=capsys)
    listed, examined, upgraded = (
        mailer("topics", "list"),
        mailer("doctor"),
        mailer("upgrade"),
    )

    assert (listed.code, examined.code, upgraded.code) == (1, 1, 1)
    assert "`mailer doctor` shows what to do" in shown(listed.err)
    assert "`mailer init` makes a site" in shown(examined.out)
    assert "with `mailer init`" in shown(upgraded.err)


def test_a_broken_template_is_a_sentence(mailer: Mailer, folder: Path) -> None:
    shutil.rmtree(folder / "templates" / "_layout")
    ran = mailer("campaigns", "check", "1")

    assert ran.code == 1
    assert "_layout" in ran.err
    assert "unexpected fault" not in ran.err
