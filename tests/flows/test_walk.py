"""A week of an operator and an editor, by commands that the documents show.

What two people could not do with the documents alone, or what went wrong, is done here.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailer.settings.toml import edit_toml
from tests.acts import reading
from tests.acts.commands import COMMANDS, Mailer, Ran
from tests.docs.markdown import DOCUMENTS
from tools.peers.postgres import Cluster, free_port
from tools.waiting import until

EDITOR, APPROVER = "marie", "paul"
BY, ADMIN = ("--by", EDITOR), ("--by", "head-of-unit")  # a user of the sample site
ROLES = {EDITOR: ("author", "sender", "steward"), APPROVER: ("approver", "sender")}
ICOM, NEW_ICOM = "unesco-liaison@icom.example", "liaison@icom.example"
TUESDAY = "2027-05-04T10:00 Europe/Paris"
AT_LAST = "2027-05-04T08:00:30+00:00"
TOML = """name = "{name}"
template = "monthly-letter"
date = 2097-05-04
author = "marie"
audience = "kind = ngo and served_by = dakar and sub(monthly-letter)"

[languages.fallbacks]
es = ["fr"]
ar = ["fr"]
"""
TEXT = """---
subject: {subject}
preheader: {subject}
---
# opening

{words}
"""
LIST = (
    "address;name;role;organisation;organisation_name;kind;country;language;topics\n"
    "awa@new.example;Awa Ba;focal_point;new;New NGO;ngo;Sénégal;français;monthly-letter"
)


class Week:
    """The commands of two people on one site, and the mails that arrive."""

    def __init__(self, mailer: Mailer, place: Path) -> None:
        self.mailer, self.place = mailer, place
        self.said: set[tuple[str, ...]] = set()

    def does(self, *words: str) -> Ran:
        """Run a command that must be done."""
        ran = self.tries(*words)
        assert ran.code == 0, f"{words}: {ran.err}{ran.out}"
        return ran

    def tries(self, *words: str) -> Ran:
        """Run a command; it shows no traceback."""
        self.said.add(
            max((each for each in COMMANDS if words[: len(each)] == each), key=len)
        )
        ran = self.mailer(*words)
        assert "Traceback" not in ran.err
        assert "unexpected fault" not in ran.err
        return ran

    def refused(self, *words: str) -> str:
        """Run a command that must be refused; return its sentence."""
        ran = self.tries(*words)
        assert ran.code == 1, f"{words}: {ran.out}"
        return " ".join(ran.err.split())

    def arrived(self) -> list[EmailMessage]:
        """Return every mail that the relay took."""
        files = sorted((self.place / "inbox" / "new").glob("*"))
        return [reading.parsed(each.read_bytes()) for each in files]

    def writes(self, folder: Path, *, words: str = "Bonjour, et Good morning.") -> None:
        """Write a letter in two languages into a folder of `campaigns new`."""
        toml = TOML.format(name=folder.name)
        (folder / "campaign.toml").write_text(toml, encoding="utf-8")
        for language in ("fr", "en"):
            text = TEXT.format(subject=f"Letter {language}", words=words)
            (folder / f"{language}.md").write_text(text, encoding="utf-8")


@pytest.fixture
def week(mailer: Mailer, folder: Path, tmp_path: Path) -> Iterator[Week]:
    """A site with a development mail server as its relay."""
    port = free_port()
    edit_toml(folder / "config.toml", {("relay", "port"): port})
    box = tmp_path / "inbox"
    command = ["inbox", "--port", str(port), "--maildir", str(box)]
    with subprocess.Popen(
        [sys.executable, "-m", "mailer", *command], stderr=subprocess.DEVNULL
    ) as server:
        until((box / "new").is_dir, "the inbox did not start")
        yield Week(mailer, tmp_path)
        server.terminate()


@pytest.mark.prove
def test_every_task_of_the_week_is_done(
    week: Week, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    people_of_the_unit(week)
    number = a_letter(week, tmp_path)
    a_correction_after_the_approval(week, number, tmp_path)
    the_calendar(week, number)
    sending(week, number, tmp_path)
    the_directory(week, tmp_path)
    the_lists(week, tmp_path)
    rather_late(week, number, tmp_path)
    the_operator(week, folder, tmp_path, request)

    shown = "\n".join(each.read_text(encoding="utf-8") for each in DOCUMENTS)
    unshown = {each for each in week.said if f"mailer {' '.join(each)}" not in shown}
    assert unshown == set()


def people_of_the_unit(week: Week) -> None:
    """Monday: who writes and who approves; a name that is no user is refused."""
    for name, roles in ROLES.items():
        given = (word for role in roles for word in ("--role", role))
        week.does("users", "add", name, *given, *ADMIN)
    assert "ghost" in week.refused("stop", "--by", "ghost")


def a_letter(week: Week, place: Path) -> int:
    """An editor writes a letter, tries it on herself, and a colleague approves."""
    draft, two = place / "june", ("--language", "fr", "--language", "en")
    week.does("campaigns", "new", "monthly-letter", str(draft), *two, *BY)
    week.writes(draft)
    number = str(week.does("campaigns", "import", str(draft), "--json").json["id"])
    assert week.does("campaigns", "check", number, "--json").json["ok"]
    table = place / "audience.csv"
    week.does("campaigns", "audience", number, "--format", "csv", "--out", str(table))
    listed = table.read_text(encoding="utf-8-sig").splitlines()
    reader = next(each for each in re.findall(r"[\w.+-]+@[\w.-]+", "\n".join(listed)))
    assert week.does("campaigns", "explain", number, reader, "--json").json["in"]
    mine = ("--to", "marie@unit.example", "--each-language")
    week.does("campaigns", "test", number, *mine, *BY)
    tests = week.arrived()
    assert {each["Content-Language"] for each in tests} == {"fr", "en"}
    assert all(each["Subject"].startswith("[") for each in tests)
    preview = ("campaigns", "preview", number, "--as", reader, "--format", "text")
    assert "Bonjour" in week.does(*preview).out
    assert week.refused("campaigns", "approve", number, *BY)
    approved = week.does("campaigns", "approve", number, "--by", APPROVER)
    shown = week.does("campaigns", "show", number, "--json").json
    assert shown["audience"]["count"] <= len(listed)
    assert f"{shown['audience']['count']} reader" in approved.out + approved.err
    assert shown["next"]["command"]
    return int(number)


def a_correction_after_the_approval(week: Week, number: int, place: Path) -> None:
    """A typo is mended after the approval: what happens at the time is never wrong."""
    letter = str(number)
    week.does("campaigns", "schedule", letter, "--at", TUESDAY, *BY)
    week.writes(place / "june", words="Bonjour à tous, et Good morning to all.")
    week.does("campaigns", "import", str(place / "june"), "--replace", letter)
    shown = week.does("campaigns", "show", letter, "--json").json
    assert (shown["state"], shown["at"]) == ("draft", None)
    assert "to all" in week.does("campaigns", "diff", letter, "--since", "approval").out
    week.does("tick", "--once", "--now", AT_LAST)
    assert week.does("campaigns", "show", letter, "--json").json["state"] == "draft"
    week.does("campaigns", "approve", letter, "--by", APPROVER)
    week.does("campaigns", "schedule", letter, "--at", TUESDAY, *BY)
    assert week.does("campaigns", "show", letter, "--json").json["at"]


def the_calendar(week: Week, number: int) -> None:
    """A time can be taken away; a series keeps its slot for the campaign."""
    letter = str(number)
    week.does("campaigns", "unschedule", letter, *BY)
    assert week.does("campaigns", "show", letter, "--json").json["at"] is None
    following = ("series", "next", "monthly-letter", "--after", AT_LAST, "--count", "1")
    (slot,) = week.does(*following, "--json").json["instants"]
    for _ in range(2):
        week.does("campaigns", "approve", letter, "--by", APPROVER)
        week.does("campaigns", "schedule", letter, "--series", "monthly-letter", *BY)
        shown = week.does("campaigns", "show", letter, "--json").json
        assert shown["at"][:16] == slot[:16]
        week.does("campaigns", "unschedule", letter, *BY)
    week.does("campaigns", "approve", letter, "--by", APPROVER)


def sending(week: Week, number: int, place: Path) -> None:
    """The letter goes; the report names who got nothing, and why."""
    letter = str(number)
    before = len(week.arrived())
    week.does("campaigns", "release", letter, "--yes", *BY)
    for act in ("pause", "resume"):
        week.does("campaigns", act, letter, *BY)
    week.does("work", "--until-idle")
    report = week.does("campaigns", "report", letter, "--json").json
    assert report["accepted"] == len(week.arrived()) - before > 0
    page = place / "report.html"
    week.does("campaigns", "report", letter, "--format", "html", "--out", str(page))
    assert "<svg" in page.read_text(encoding="utf-8")
    got = week.arrived()[-1]["Delivered-To"]
    letters = week.does("contacts", "show", got, "--json").json["letters"]
    assert [each["state"] for each in letters] == ["accepted"]
    assert week.does("messages", "list", "--campaign", letter, "--json-lines").lines


def the_directory(week: Week, place: Path) -> None:
    """An address changes, an NGO comes, a person leaves; each with who and why."""
    why = (*BY, "--because", "asked by telephone")
    week.does("contacts", "move", ICOM, NEW_ICOM, *why)
    moved = week.does("contacts", "show", NEW_ICOM, "--json").json
    assert moved["organisation"] == "icom"
    assert moved["history"][0]["because"] == "asked by telephone"
    week.does("organisations", "edit", "icom", "--acronym", "ICOM", *why)
    arrivals = place / "list.csv"
    arrivals.write_text(LIST, encoding="utf-8")
    listed = ("contacts", "import", str(arrivals), "--basis", "asked in writing")
    assert week.does(*listed, "--json").json["added"] == 1
    week.does(*listed, "--apply", *BY)
    arrivals.write_text(LIST.replace("Awa Ba", "Awa Bâ"), encoding="utf-8")
    dry = week.does(*listed)
    assert "Awa Ba" in dry.out
    assert "Awa Bâ" in dry.out
    sheet = str(place / "all.xlsx")
    week.does("contacts", "export", "--format", "xlsx", "--out", sheet)
    again = week.does("contacts", "import", sheet, "--json").json
    assert (again["added"], again["changed"], again["faults"]) == (0, 0, [])
    week.does("contacts", "erase", "awa@new.example", "--yes", *why)
    assert "awa@new" not in week.does("contacts", "list", "--search", "awa").out
    assert "clt" in week.does("words", "--json").out.lower()


def the_lists(week: Week, place: Path) -> None:
    """The paper's first wish: NGOs with fields and contacts, as documents."""
    for kind, language, form in (
        ("ngos", "fr", "xlsx"),
        ("experts", "en", "html"),
        ("offices", "ar", "pdf"),
    ):
        out = place / f"{kind}.{form}"
        options = ("--language", language, "--format", form, "--out", str(out))
        week.does("directory", "export", kind, *options)
        assert out.stat().st_size > 10_000


def rather_late(week: Week, number: int, place: Path) -> None:
    """The same text twice, those not reached, and a correction to who got it."""
    week.does("campaigns", "copy", str(number), str(place / "again"))
    again = week.does("campaigns", "import", str(place / "again"), "--json").json["id"]
    problems = week.does("campaigns", "check", str(again), "--json").json["problems"]
    assert any(each["level"] == "warning" for each in problems)
    week.does("campaigns", "cancel", str(again), *BY)
    dry = week.does("campaigns", "resend", str(number), "--dry-run", "--json", *BY).json
    assert set(dry) >= {"readers", "by_reason"}
    drafted = week.does("campaigns", "erratum", str(number), "--json", *BY).json
    got = week.does("campaigns", "report", str(number), "--json").json["accepted"]
    assert drafted["readers"] == got
    assert week.does("templates", "status", "--json").json["files"] == []
    week.does("templates", "upgrade", *ADMIN)


def the_operator(
    week: Week, folder: Path, place: Path, request: pytest.FixtureRequest
) -> None:
    """Stop and go, a backup, the history, the move to the other store."""
    week.does("stop", "--because", "a wrong letter", *BY)
    week.does("go")
    assert "liaison_up" in week.does("metrics").out
    week.does("backup", str(place))
    acts = {each["by"] for each in week.does("history", "--json-lines").lines}
    assert acts >= {EDITOR, APPROVER}
    before = week.does("campaigns", "report", "1", "--json").json
    url = "sqlite:///moved.db"
    if "sqlite" in (folder / "config.toml").read_text(encoding="utf-8"):
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.create("walked")
    week.does("move", "--to", url, "--yes")
    assert week.does("campaigns", "report", "1", "--json").json == before
