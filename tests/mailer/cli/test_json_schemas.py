"""Every document has the shape that docs/json says, on a site that sends."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from audiences import directory
from mailer import clock
from mailer.campaigns.writing.translation import exchange
from mailer.cli.json_shapes.documents import DOCUMENTS
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.commands import COMMANDS, Mailer
from tests.acts.resending import ED, FULL, script
from tests.mailer.cli import test_json_of_returns
from tools import json_schemas
from tools.checkout import ROOT
from tools.peers.relay import Relay

BY = ("--by", "editor")
DETAIL = ("--detail", "asked")
LINES = {
    *("audit list", "campaigns audience", "feedback classify", "messages list"),
    "segments members",
}
# What another test runs, since it needs more than a site that sends.
ELSEWHERE = {
    "campaigns sign-off": "tests/mailer/campaigns/writing/test_signing_off.py",
    "compact": "tests/mailer/cli/test_json_of_returns.py",
    "demo": "tests/flows/test_demo.py",
    "keys rotate dkim": "tests/mailer/cli/test_rotating.py",
    **dict.fromkeys(
        ("tasks done", "tasks list", "tasks show"),
        "tests/mailer/feedback/lost/test_lost.py",
    ),
    **dict.fromkeys(
        (*test_json_of_returns.WORDS, *test_json_of_returns.OF_SITES),
        "tests/mailer/cli/test_json_of_returns.py",
    ),
}
# What prints a document of its own form, or runs until it is stopped.
PRINTS = {
    "calendar": "text, iCalendar or a web page",
    "campaigns export-po": "a PO file",
    "campaigns preview": "a message",
    "completion": "a script of a shell",
    "contacts export": "a file, with --format json also JSON",
    "directory export": "a document",
    "feedback listen": "its log, with --log json one object a line",
    "inbox": "its log, with --log json one object a line",
    "organisations export": "a file, with --format json also JSON",
    "serve": "its log, with --log json one object a line",
    "suppressions export": "a file, with --format json also JSON",
    "web": "its log, with --log json one object a line",
}
NEXT = ("--after", "2027-01-01T00:00Z", "--count", "2")

ICOM, NEW, ANNEX = (
    *("unesco-liaison@icom.example", "new@icom.example", "annex@icom.example"),
)
NAME = ("--name", "en=Rivers")
RULE = "kind = ngo and served_by = dakar"

# What each person of the unit runs after the letter went: words, then the rest.
BY_EDITOR = (
    ("suppressions add", "c@b.example", *DETAIL),
    ("suppressions lift", "c@b.example", *DETAIL),
    ("proposals settle", "1", "--as", "declined"),
    ("segments save", "rivers", RULE),
    ("segments remove", "rivers", "--yes"),
    ("series add", "rivers", "first Tuesday, 10:00"),
    ("series edit", "rivers", "--cadence", "first Wednesday, 10:00"),
    ("series add-date", "rivers", "2097-06-15T10:00"),
    ("series move", "rivers", "2097-05-01", "--to", "2097-05-02T10:00"),
    ("series skip", "rivers", "2097-06-05"),
    ("contacts move", ICOM, NEW),
    ("contacts edit", NEW, "--name", "Awa Ba"),
    ("contacts add", ANNEX, "--organisation", "icom"),
    ("contacts merge", ANNEX, NEW, "--yes"),
    ("contacts add", ANNEX, "--organisation", "icom"),
    ("contacts remove", ANNEX, "--yes"),
    ("contacts erase", NEW, "--yes"),
    ("contacts undo", "1"),
    ("organisations add", "rivers", "--name", "Rivers", "--kind", "ngo"),
    ("organisations edit", "rivers", "--acronym", "R"),
    ("organisations add", "lakes", "--name", "Lakes", "--kind", "ngo"),
    ("organisations merge", "lakes", "rivers", "--yes"),
    ("organisations retire", "rivers", "--yes"),
    *(
        (f"{noun} {verb}", "rivers-word", *rest)
        for noun in ("topics", "themes", "sectors", "roles")
        for verb, rest in (("add", NAME), ("edit", NAME), ("retire", ("--yes",)))
    ),
    ("offices add", "atlantis", *NAME),
    ("offices edit", "atlantis", "--name", "fr=Rivières"),
    ("offices retire", "atlantis", "--yes"),
    ("templates upgrade", "--take", "theirs", "_layout/letter.css"),
    ("stop",),
    ("go",),
)
# What happens to the letter before it goes.
BEFORE = (
    ("campaigns ask", "1", *BY),
    ("campaigns return", "1", "--because", "x", "--by", "head-of-unit"),
    ("campaigns approve", "1", "--by", "head-of-unit"),
    ("campaigns schedule", "1", "--at", "2097-05-04T10:00Z", *BY),
    ("campaigns unschedule", "1", *BY),
    ("campaigns approve", "1", "--by", "head-of-unit"),
)
BY_ADMIN = (
    ("users add", "awa", "--role", "translator:fr"),
    ("users edit", "awa", "--shown", "Awa Ba"),
    (
        *("users deputy", "head-of-unit", "awa"),
        *("--from", f"{clock.now():%Y}-12-30", "--until", f"{clock.now():%Y}-12-31"),
    ),
    ("users end-deputy", "head-of-unit", "awa"),
    ("users invite", "awa"),
    ("users disable", "awa"),
    ("users enable", "awa"),
    ("users remove", "awa", "--yes"),
)
READ = (
    ("audit anchor",),
    ("audit list",),
    ("audit show", "1"),
    ("audit verify",),
    ("campaigns list",),
    ("campaigns check", "1"),
    ("campaigns coverage", "1"),
    ("campaigns diff", "1", "--since", "1"),
    ("campaigns explain", "1", ED),
    ("campaigns show", "1"),
    ("contacts imports",),
    ("contacts list", "--limit", "20"),
    ("contacts show", ED),
    ("contacts person", ED),
    ("doctor",),
    ("history",),
    ("keys show",),
    ("metrics",),
    ("offices list",),
    ("organisations list", "--limit", "20"),
    ("organisations show", "rivers"),
    ("proposals list",),
    ("schedule next", "first Tuesday 10:00", *NEXT),
    ("roles history", "rivers-word"),
    ("roles list",),
    ("sectors list",),
    ("segments count", "kind = ngo"),
    ("segments explain", "kind = sector", ED),
    ("segments list",),
    ("segments members", "kind = sector"),
    ("series list",),
    ("series preview", "first Tuesday, 10:00", "--year", "2097"),
    ("series show", "rivers"),
    ("series next", "monthly-letter", *NEXT),
    ("suppressions list",),
    ("templates diff",),
    ("templates status",),
    ("themes history", "rivers-word"),
    ("themes list",),
    ("topics history", "rivers-word"),
    ("topics list",),
    ("users list",),
    ("users show", "editor"),
    ("words",),
    ("words", "segment"),
)
AFTERWARDS = (
    ("campaigns remind", "1", "--unless", "replied", *BY),
    *((*each, *BY) for each in BY_EDITOR),
    *((*each, "--by", "head-of-unit") for each in BY_ADMIN),
    *READ,
)
MAY_FAIL = {"doctor"}  # it finds errors on a machine without a DNS


def test_the_schemas_are_those_of_the_shapes() -> None:
    written = {
        path.name: path.read_text(encoding="utf-8")
        for path in json_schemas.FOLDER.glob("*.json")
    }
    assert written == json_schemas.rendered()


def test_each_command_prints_json_or_a_document_of_its_own() -> None:
    prints = {
        " ".join(words): bool(
            {"--json", "--json-lines"}
            & {each for o in command.params for each in o.opts}
        )
        for words, command in COMMANDS.items()
    }

    assert {words for words, does in prints.items() if does} == set(DOCUMENTS)
    assert {words for words, does in prints.items() if not does} == set(PRINTS)


def test_what_is_run_elsewhere_is_run_there_with_json() -> None:
    for words, place in ELSEWHERE.items():
        text = (ROOT / place).read_text(encoding="utf-8")
        assert words.split()[-1] in text, words
        assert "--json" in text, words


def test_a_document_of_another_shape_is_found() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(DOCUMENTS["campaigns import"])
    for wrong in ({"id": "1"}, {}, {"id": 1, "more": 2}):
        with pytest.raises(ValidationError):
            adapter.validate_json(json.dumps(wrong), strict=True)


def writing_files(place: Path) -> Sequence[tuple[str, ...]]:
    """Return commands that write into a folder: words, then the rest."""
    table = str(place / "list.csv")
    return (
        ("campaigns new", "monthly-letter", str(place / "new"), *BY),
        ("campaigns copy", "1", str(place / "copy")),
        ("contacts template", table),
        ("contacts sources add", "partners", table, *BY),
        ("contacts sources list",),
        ("contacts sources read", "partners"),
        ("contacts import", table),
        ("contacts sources remove", "partners", *BY),
        ("feedback classify", table),
        ("backup", str(place / "backup.tar.gz")),
        ("init", str(place / "another")),
        ("upgrade",),
        ("tick", "--once"),
        ("keys rotate signing",),
    )


async def prepare(site: Site) -> None:
    """Let an organisation ask for a correction, and the site change a template."""
    differ = site.templates_folder / "_layout" / "letter.css"
    differ.write_text(differ.read_text() + "/* of the site */\n", encoding="utf-8")
    async with site.database.writing() as session:
        await directory.propose(
            session,
            1,
            held={"name": "Rivers"},
            proposed={"name": "River"},
            language="en",
            source="a test",
            now=clock.now(),
        )


async def translation(site: Site, place: Path) -> str:
    """Write the Spanish of a campaign for its translator; return the path."""
    path = place / "es.po"
    path.write_bytes(await exchange.export_po(site, 1, "es", now=clock.now()))
    return str(path)


@pytest.mark.prove
async def test_each_command_prints_its_shape(
    mailer: Mailer, site: Site, relay: Relay, tmp_path: Path
) -> None:
    seen = set()

    async def run(words: str, *arguments: str) -> None:
        how = "--json-lines" if words in LINES else "--json"
        ran = await asyncio.to_thread(mailer, *words.split(), *arguments, how)
        assert ran.code == 0 or words in MAY_FAIL, f"{words}: {ran.err}"
        assert ran.out
        seen.add(words)

    script(relay, {ED: FULL})
    await asyncio.to_thread(mailer, "suppressions", "add", "a@b.example", *DETAIL)
    await run("campaigns import", str(campaigning.write(tmp_path)))
    await run("campaigns import-po", "1", await translation(site, tmp_path), *BY)
    for each in BEFORE:
        await run(*each)
    await run("campaigns audience", "1")
    await run("campaigns release", "1", *BY)
    await run("campaigns pause", "1", *BY)
    await run("campaigns resume", "1", *BY)
    await delivering.work(delivering.tuned(site))
    await run("campaigns resend", "1", *BY)
    await run("campaigns resend", "1", "--apply", "--expect", "1", *BY)
    await run("campaigns report", "1")
    await run("messages list", "--campaign", "1")
    await run("campaigns cancel", "1", "--yes", *BY)
    await run("campaigns erratum", "1", *BY)
    await prepare(site)
    await run("campaigns test", "1", "--to", "me@unit.example", *BY)
    for each in (*AFTERWARDS, *writing_files(tmp_path)):
        await run(*each)

    assert seen == DOCUMENTS.keys() - ELSEWHERE.keys()
