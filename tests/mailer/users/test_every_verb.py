"""Every verb that changes something asks for a right, or has a reason not to."""

import asyncio
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns.writing.translation import exchange
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning, delivering
from tests.acts.commands import COMMANDS, Mailer, Ran

ICOM, ICOMOS = "unesco-liaison@icom.example", "unesco-liaison@icomos.example"
NAME = ("--name", "en=Rivers")
TEXTS = ("--detail", "asked")

# the words of a verb → the rest of a call that only a right can stop
ASKS = {
    **{
        f"campaigns {verb}": ("1",)
        for verb in ("approve", "ask", "cancel", "pause", "release", "resume")
    },
    "campaigns import": ("FOLDER", "--replace", "1"),
    "campaigns import-po": ("1", "PO"),
    "campaigns erratum": ("2",),
    "campaigns remind": ("2", "--unless", "replied"),
    "campaigns sign-off": ("1", "--language", "fr"),
    "campaigns return": ("1", "--because", "a date is wrong"),
    "campaigns resend": ("2", "--apply", "--yes"),
    "campaigns schedule": ("1", "--at", "2097-05-04T10:00Z"),
    "campaigns test": ("1", "--to", "me@unit.example"),
    "campaigns unschedule": ("1",),
    "contacts add": ("a@b.example", "--organisation", "icom"),
    "contacts edit": (ICOM, "--name", "Awa Ba"),
    "contacts erase": (ICOM, "--yes"),
    "contacts import": ("LIST", "--apply"),
    "contacts merge": (ICOM, ICOMOS, "--yes"),
    "contacts move": (ICOM, "new@icom.example"),
    "contacts remove": (ICOM, "--yes"),
    "contacts sources add": (
        "rivers",
        "LIST",
    ),
    "contacts sources read": ("known", "--apply"),
    "contacts sources remove": ("known",),
    "contacts undo": ("1", "--apply"),
    "feedback quarantine discard": ("1",),
    "feedback quarantine release": ("1", "--message", "1"),
    "go": (),
    "organisations add": ("rivers", "--name", "Rivers", "--kind", "ngo"),
    "organisations edit": ("icom", "--acronym", "R"),
    "organisations merge": ("icom", "icomos", "--yes"),
    "organisations retire": ("icom", "--yes"),
    "proposals settle": ("1", "--as", "declined"),
    "replies file": ("1", "--campaign", "1"),
    "replies leave": ("1",),
    "resume-after-restore": ("--hold", "--yes"),
    "segments remove": ("dakar-ngos", "--yes"),
    "segments save": ("rivers", "kind = ngo"),
    "series add": ("rivers", "first Tuesday, 10:00"),
    "series add-date": ("monthly-letter", "2097-06-15T10:00"),
    "series edit": ("monthly-letter", "--owner", "editor"),
    "series move": ("monthly-letter", "2097-05-07", "--to", "2097-05-08T10:00"),
    "series skip": ("monthly-letter", "2097-05-07"),
    "stop": (),
    "suppressions add": ("a@b.example", *TEXTS),
    "suppressions lift": (ICOM, *TEXTS),
    "tasks ask": (),
    "tasks done": ("1",),
    "templates upgrade": (),
    **{
        f"{noun} {verb}": (code, *rest)
        for noun, code in (
            ("topics", "invitations"),
            ("themes", "sdg-01"),
            ("sectors", "ED"),
            ("offices", "dakar"),
            ("roles", "head"),
        )
        for verb, rest in (("add", NAME), ("edit", NAME), ("retire", ("--yes",)))
    },
    "users add": ("awa",),
    "users deputy": ("editor", "x", "--from", "2097-05-04", "--until", "2097-05-05"),
    "users disable": ("editor",),
    "users edit": ("editor", "--shown", "E"),
    "users enable": ("editor",),
    "users end-deputy": ("editor", "head-of-unit"),
    "users invite": ("editor",),
    "users remove": ("editor", "--yes"),
}

# what changes something and asks for no right, with the reason
FILES = "who can write the files of the site can do it by hand"
MACHINE = "a program of the machine; it is started by its account"
ASKS_NOT = {
    **dict.fromkeys(("init", "demo", "restore"), "there are no users yet"),
    **dict.fromkeys(("keys dkim", "keys rotate dkim", "keys rotate signing"), FILES),
    **dict.fromkeys(("backup", "compact", "kit", "move", "upgrade"), FILES),
    **dict.fromkeys(("serve", "web", "tick", "work", "inbox"), MACHINE),
    **dict.fromkeys(("feedback listen", "feedback read"), MACHINE),
    "campaigns new": "it writes a folder, and nothing in the store",
    "messages reconcile": "the log of the relay decides, not a person",
}
READS = {
    *("audit anchor", "audit list", "audit show", "audit verify"),
    *("calendar", "completion", "doctor", "history", "metrics", "words"),
    *("contacts template", "contacts sources list", "directory export"),
    *(
        f"campaigns {verb}"
        for verb in (
            *("audience", "check", "copy", "coverage", "diff", "explain", "list"),
            *("export-po", "preview", "report", "show"),
        )
    ),
    *(f"contacts {verb}" for verb in ("export", "imports", "list", "person", "show")),
    *(f"feedback {verb}" for verb in ("classify", "reports", "verdict")),
    *(f"feedback quarantine {verb}" for verb in ("list", "show")),
    *("keys show", "messages list", "proposals list", "schedule next"),
    *(f"organisations {verb}" for verb in ("export", "list", "show")),
    *(f"replies {verb}" for verb in ("answers", "list", "show")),
    *(f"segments {verb}" for verb in ("count", "explain", "list", "members")),
    *(f"series {verb}" for verb in ("list", "next", "preview", "show")),
    *("suppressions export", "suppressions list", "offices list", "sectors list"),
    *("templates diff", "templates status", "users list", "users show"),
    *("tasks list", "tasks show"),
    *(
        f"{noun} {verb}"
        for noun in ("roles", "themes", "topics")
        for verb in ("history", "list")
    ),
}
NAMES_A_USER = {"by", "admin", "author", "operator", "user"}  # the parameters of --by


@pytest.fixture
def store() -> str:
    """Run on SQLite only: a right does not depend on the store."""
    return "sqlite"


def test_every_verb_is_known_to_ask_to_read_or_to_need_no_right() -> None:
    verbs = {" ".join(words) for words in COMMANDS}
    kinds = (set(ASKS), set(ASKS_NOT), READS)

    assert set.union(*kinds) == verbs
    assert sum(map(len, kinds)) == len(verbs)


def test_what_only_reads_names_no_user_who_acts() -> None:
    naming = {
        " ".join(words)
        for words, command in COMMANDS.items()
        if NAMES_A_USER & {each.name for each in command.params if "--by" in each.opts}
    }

    assert naming & READS == set()
    assert set(ASKS) <= naming


async def prepared(site: Site, place: Path) -> None:
    """An approved campaign, and one that was sent."""
    for folder, prepare in (("a", campaigning.approved), ("b", campaigning.released)):
        (place / folder).mkdir()
        await prepare(site, place / folder)
    await delivering.work(delivering.tuned(site))


async def restored(site: Site) -> None:
    """Let the store wait for a decision, as after a restore."""
    async with site.database.writing() as session:
        await identity.begin_epoch(session, highest=10_000, now=clock.now())


@pytest.mark.prove
async def test_a_viewer_changes_nothing_by_any_verb(
    mailer: Mailer, site: Site, tmp_path: Path
) -> None:
    """Each call is refused for want of a role, and for no other reason."""
    await prepared(site, tmp_path)
    arrivals, place = tmp_path / "list.csv", tmp_path / "es.po"
    arrivals.write_text("address;organisation\na@b.example;icom\n", encoding="utf-8")
    draft = campaigning.write(tmp_path)
    files = {"FOLDER": str(draft), "LIST": str(arrivals), "PO": str(place)}

    async def run(words: str, *rest: str, by: str) -> Ran:
        given = (*words.split(), *(files.get(each, each) for each in rest))
        return await asyncio.to_thread(mailer, *given, "--by", by)

    await run("users add", "vera", by=campaigning.APPROVER)
    await run("contacts sources add", "known", "LIST", by=campaigning.EDITOR)
    place.write_bytes(await exchange.export_po(site, 1, "es", now=clock.now()))
    not_refused = {}
    for verb, rest in ASKS.items():
        if verb == "resume-after-restore":
            continue
        ran = await run(verb, *rest, by="vera")
        if ran.code != 1 or "vera may not" not in ran.err:
            not_refused[verb] = ran.err or ran.out
    await restored(site)
    last = await run("resume-after-restore", "--hold", "--yes", by="vera")

    assert not_refused == {}
    assert "vera may not let the site send again" in " ".join(last.err.split())
