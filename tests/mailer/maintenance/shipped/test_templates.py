"""A new version's templates come into a site, and no text of the site is lost."""

import asyncio
import quopri
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.campaigns.models import StoredLetter
from mailer.maintenance.shipped.comparing import RECORD
from mailer.outbox import release
from mailer.sites.bundled import bundled
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.commands import Mailer, Ran

BY = ("--by", campaigning.EDITOR)
OURS, THEIRS, BOTH, NEW, GONE, OWN = (
    *("_layout/letter.css", "_layout/letter.mjml", "_layout/blocks.mjml"),
    *("invitation/body.mjml", "retired/body.mjml", "own/body.mjml"),
)
NOTE, SAME = "{# of the site #}\n", "nothing differs from what this version ships\n"


@pytest.fixture
def store() -> str:
    """Run on SQLite only: files do not depend on the store."""
    return "sqlite"


def ships(path: str) -> bytes:
    """What this version has in a file."""
    return (bundled("templates") / path).read_bytes()


class Templates:
    """The templates folder of a site that an older version made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "templates"

    def read(self, path: str) -> str:
        """What the site has in a file."""
        return (self.folder / path).read_text(encoding="utf-8")

    def was_shipped(self, path: str, text: str | None) -> None:
        """Let an older version have shipped another text, or none, to this site."""
        for place in (self.folder / RECORD / path, self.folder / path):
            place.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                place.unlink()
            else:
                place.write_text(text, encoding="utf-8")

    def edits(self, path: str) -> None:
        """Let the site change a file, or add it."""
        place = self.folder / path
        place.parent.mkdir(exist_ok=True)
        text = self.read(path) if place.exists() else ""
        place.write_text(text + NOTE, encoding="utf-8")

    def contents(self) -> dict[str, bytes]:
        """Every file of the folder, also those kept beside the templates."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def templates(folder: Path) -> Templates:
    """One file of each kind of change."""
    made = Templates(folder)
    made.was_shipped(OURS, "/* older */\n")
    made.edits(THEIRS)
    made.was_shipped(BOTH, "older\n")
    made.edits(BOTH)
    made.was_shipped(NEW, None)
    made.was_shipped(GONE, "older\n")
    made.edits(OWN)
    return made


def standings(mailer: Mailer) -> dict[str, str]:
    """The files that differ, with who changed them."""
    status = mailer("templates", "status", "--json")
    assert status.code == 0
    return {each["path"]: each["standing"] for each in status.json["files"]}


def test_a_new_site_has_what_this_version_ships(mailer: Mailer) -> None:
    assert standings(mailer) == {}
    assert mailer("templates", "diff").out == SAME
    assert mailer("templates", "upgrade", *BY).code == 0


def test_each_file_is_said_to_be_changed_by_who_changed_it(
    mailer: Mailer, templates: Templates
) -> None:
    before = templates.contents()

    assert standings(mailer) == {
        **dict.fromkeys((OURS, NEW, GONE), "ours"),
        **dict.fromkeys((THEIRS, OWN), "theirs"),
        BOTH: "both",
    }
    assert templates.contents() == before


def test_only_what_this_version_alone_changed_is_taken(
    mailer: Mailer, templates: Templates
) -> None:
    before = templates.contents()
    ran = mailer("templates", "upgrade", "--json", *BY)
    after = templates.contents()

    assert ran.code == 1  # one file waits for a decision
    assert sorted(ran.json["taken"]) == sorted((OURS, NEW, GONE))
    assert [each["path"] for each in ran.json["conflicts"]] == [BOTH]
    assert ran.json["conflicts"][0]["texts"] == {
        "shipped": "older\n",
        "ours": ships(BOTH).decode(),
        "theirs": "older\n" + NOTE,
    }
    assert (after[OURS], after[NEW]) == (ships(OURS), ships(NEW))
    assert GONE not in after
    for kept in (THEIRS, BOTH, OWN):
        assert after[kept] == before[kept]
    assert standings(mailer) == {THEIRS: "theirs", BOTH: "both", OWN: "theirs"}


def test_a_conflict_is_shown_with_the_changes_of_both(
    mailer: Mailer, templates: Templates
) -> None:
    ran = mailer("templates", "upgrade", *BY)

    assert f"+{ships(BOTH).decode().splitlines()[0]}" in ran.out
    assert f"+{NOTE.strip()}" in ran.out
    assert f"--- {BOTH} (as shipped before)" in ran.out
    assert "--take" in ran.err


@pytest.mark.parametrize("path", [BOTH, THEIRS])
def test_a_decision_for_ours_keeps_the_text_of_the_site_beside(
    mailer: Mailer, templates: Templates, path: str
) -> None:
    former = templates.read(path)
    mailer("templates", "upgrade", "--take", "ours", path, *BY)

    assert templates.contents()[path] == ships(path)
    assert templates.read(f".replaced/{path}") == former
    assert path not in standings(mailer)


@pytest.mark.parametrize("path", [BOTH, OURS, GONE])
def test_a_decision_for_theirs_keeps_the_file_and_is_remembered(
    mailer: Mailer, templates: Templates, path: str
) -> None:
    before = templates.read(path)
    mailer("templates", "upgrade", "--take", "theirs", path, *BY)
    mailer("templates", "upgrade", *BY)

    assert templates.read(path) == before
    assert standings(mailer)[path] == "theirs"


def test_a_site_without_a_record_hears_it_and_loses_nothing(
    mailer: Mailer, templates: Templates
) -> None:
    shutil.rmtree(templates.folder / RECORD)
    before = templates.contents()
    status = mailer("templates", "status")
    assert "no record" in " ".join(status.err.split())
    assert standings(mailer) == {
        **dict.fromkeys((OURS, THEIRS, BOTH), "both"),
        **dict.fromkeys((GONE, OWN), "theirs"),
        NEW: "ours",
    }

    assert mailer("templates", "upgrade", *BY).code == 1
    after = templates.contents()
    assert {path: after[path] for path in before} == before
    assert after[NEW] == ships(NEW)
    decisions = (word for path in (OURS, BOTH) for word in ("--take", "ours", path))
    decided = mailer(
        "templates", "upgrade", *decisions, "--take", "theirs", THEIRS, *BY
    )
    assert decided.code == 0
    assert set(standings(mailer).values()) == {"theirs"}


async def test_an_approved_campaign_keeps_the_templates_it_was_approved_with(
    mailer: Mailer, site: Site, tmp_path: Path
) -> None:
    templates = Templates(site.root)
    older = templates.read(OURS).replace("p { margin", "p { color: #c0ffee; margin")
    templates.was_shipped(OURS, older)
    number = await campaigning.approved(site, tmp_path)
    ran = await asyncio.to_thread(mailer, "templates", "upgrade", *BY)
    shown = await asyncio.to_thread(mailer, "campaigns", "show", str(number), "--json")
    await release.release(site, number, by=campaigning.EDITOR, now=clock.now())
    async with site.database.reading() as session:
        packed = await session.scalar(
            select(StoredLetter.skeleton).where(StoredLetter.campaign_id == number)
        )

    assert ran.code == 0
    assert templates.contents()[OURS] == ships(OURS)
    assert shown.json["state"] == "approved"
    assert packed is not None
    assert b"c0ffee" in quopri.decodestring(packed)


def refused(ran: Ran) -> str:
    """The sentence of a refusal."""
    assert ran.code == 1
    assert ran.out == ""
    return " ".join(ran.err.split())


def test_a_decision_about_no_file_or_no_change_of_ours_is_refused(
    mailer: Mailer, templates: Templates
) -> None:
    before = templates.contents()
    for side, path, why in (
        ("ours", "_layout/letter.cs", f"did you mean {OURS}?"),
        ("theirs", "../config.toml", "no template file"),
        ("ours", OWN, "the site's own"),
    ):
        ran = mailer("templates", "upgrade", "--take", side, path, *BY)
        assert why in refused(ran)
    assert templates.contents() == before


def test_only_who_may_change_templates_upgrades_them(
    mailer: Mailer, templates: Templates
) -> None:
    before = templates.contents()
    mailer("users", "add", "vera", "--role", "sender", "--by", campaigning.APPROVER)
    ran = mailer("templates", "upgrade", "--by", "vera")

    assert "may not change the templates" in refused(ran)
    assert templates.contents() == before


def test_the_history_says_who_took_which_files(
    mailer: Mailer, templates: Templates
) -> None:
    mailer("templates", "upgrade", "--take", "theirs", BOTH, *BY)
    newest = mailer("history", "--json").json[0]

    assert (newest["by"], newest["about"]) == (campaigning.EDITOR, "templates")
    assert sorted(newest["detail"]["taken"]) == sorted((OURS, NEW, GONE))
    assert newest["detail"]["kept"] == [BOTH]


def test_a_link_is_neither_read_nor_written_through(
    mailer: Mailer, templates: Templates, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    shutil.copytree(templates.folder / "_layout", outside)
    before = {each.name: each.read_bytes() for each in outside.iterdir()}
    shutil.rmtree(templates.folder / "_layout")
    (templates.folder / "_layout").symlink_to(outside)
    ran = mailer("templates", "upgrade", *BY)

    assert ran.code == 1
    assert "is a link" in ran.out
    assert {each.name: each.read_bytes() for each in outside.iterdir()} == before


def test_an_upgrade_that_cannot_write_says_so_and_goes_on_when_it_can(
    mailer: Mailer, templates: Templates
) -> None:
    """A file stands where a new folder has to be made."""
    place = templates.folder / Path(NEW).parent
    shutil.rmtree(place)
    place.write_text("a file", encoding="utf-8")
    ran = mailer("templates", "upgrade", "--take", "theirs", BOTH, *BY)

    assert ran.code == 1
    assert f"{NEW} was not written: Not a directory" in " ".join(ran.err.split())
    place.unlink()
    assert mailer("templates", "upgrade", *BY).code == 0
    assert templates.contents()[NEW] == ships(NEW)
    assert not [each for each in templates.contents() if each.endswith(".new")]


def test_characters_that_steer_a_terminal_are_shown_as_what_they_are(
    mailer: Mailer, templates: Templates
) -> None:
    (templates.folder / THEIRS).write_text("\x1b[2J\u202e", encoding="utf-8")
    ran = mailer("templates", "diff", THEIRS)

    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
