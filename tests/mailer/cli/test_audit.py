"""Each verb that changes something leaves a row of the record, which is verified."""

import asyncio
import json
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailer import clock
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store.anchors import FILE
from tests.acts import campaigning, delivering, restoring
from tests.acts.commands import COMMANDS, Mailer
from tests.acts.readers import ED
from tools.peers.relay import Relay

BY = ("--by", "editor")
DAYS = f"--from {clock.now():%Y}-12-30 --until {clock.now():%Y}-12-31"

# Verbs in an order that works on one site, and the object of the row of each.
CHANGES: tuple[tuple[str, str], ...] = (
    ("campaigns import {draft}", "campaign 1"),
    ("campaigns import-po 1 {po}", "campaign 1"),
    ("campaigns test 1 --to me@unit.example --yes", "campaign 1"),
    ("campaigns ask 1", "campaign 1"),
    ("campaigns return 1 --because early --by head-of-unit", "campaign 1"),
    ("campaigns approve 1 --by head-of-unit", "campaign 1"),
    ("campaigns schedule 1 --at 2100-01-01T10:00Z", "campaign 1"),
    ("campaigns unschedule 1", "campaign 1"),
    ("campaigns approve 1 --by head-of-unit", "campaign 1"),
    ("campaigns release 1 --yes", "campaign 1"),
    ("campaigns pause 1", "campaign 1"),
    ("campaigns resume 1", "campaign 1"),
    ("campaigns cancel 1 --yes", "campaign 1"),
    ("segments save dakar-states country=SN", "segment dakar-states"),
    ("segments remove dakar-states --yes", "segment dakar-states"),
    ("series add weekly 'every Monday, 10:00'", "series weekly"),
    (
        (
            "series edit weekly --type monthly-letter --owner editor --draft 5"
            " --translation 4 --approval 3"
        ),
        "series weekly",
    ),
    ("series add-date weekly 2097-06-15T10:00", "series weekly"),
    ("series move weekly 2097-05-06 --to 2097-05-07T10:00", "series weekly"),
    ("series skip weekly 2097-05-13", "series weekly"),
    ("contacts import {people} --apply --basis asked", "import 2"),
    ("contacts undo 2 --apply", "import 2"),
    ("contacts sources add partners {people}", "source partners"),
    ("contacts sources read partners --apply", "import 3"),
    ("contacts sources remove partners", "source partners"),
    ("contacts add c@icom.example --organisation icom", "contact"),
    ("contacts add d@icom.example --organisation icom", "contact"),
    ("contacts edit c@icom.example --name Awa", "contact"),
    ("contacts move c@icom.example e@icom.example", "contact"),
    ("contacts merge d@icom.example e@icom.example --yes", "contact"),
    ("contacts erase e@icom.example --yes", "contact"),
    (f"contacts remove {ED} --yes", "contact"),
    ("organisations add new-ngo --name New --kind ngo", "organisation"),
    ("organisations edit new-ngo --acronym NN", "organisation"),
    ("organisations merge new-ngo icomos --yes", "organisation"),
    ("organisations add old-ngo --name Old --kind ngo", "organisation"),
    ("organisations retire old-ngo --yes", "organisation"),
    ("suppressions add a@b.example --detail asked", "address"),
    ("suppressions lift a@b.example --detail asked", "address"),
    ("topics add youth --name en=Youth", "topic youth"),
    ("topics edit youth --name fr=Jeunesse", "topic youth"),
    ("topics retire youth --yes", "topic youth"),
    ("themes add forum-20 --name en=Forum", "theme forum-20"),
    ("themes edit forum-20 --name fr=Forum", "theme forum-20"),
    ("themes retire forum-20 --yes", "theme forum-20"),
    ("roles add treasurer --name en=Treasurer", "role treasurer"),
    ("roles edit head --name fr=Tête", "role head"),
    ("roles retire press --yes", "role press"),
    ("sectors add new --name en=New", "organisation"),
    ("sectors edit new --name fr=Nouveau", "organisation"),
    ("sectors retire new --yes", "organisation"),
    ("offices add lome --name en=Lome --country TG", "organisation"),
    ("offices edit lome --name fr=Lome", "organisation"),
    ("offices retire lome --yes", "organisation"),
    ("users add paul --by head-of-unit", "user paul"),
    ("users edit paul --address paul@unit.example --by head-of-unit", "user paul"),
    ("users invite paul --by head-of-unit", "user paul"),
    ("users edit paul --shown Paul --by head-of-unit", "user paul"),
    (f"users deputy head-of-unit paul {DAYS} --by head-of-unit", "user head-of-unit"),
    ("users end-deputy head-of-unit paul --by head-of-unit", "user head-of-unit"),
    ("users disable paul --by head-of-unit", "user paul"),
    ("users enable paul --by head-of-unit", "user paul"),
    ("users remove paul --yes --by head-of-unit", "user paul"),
    ("stop", "site"),
    ("go", "site"),
)
# Verbs whose row another test shows, because they need more than one site.
ELSEWHERE = {
    **dict.fromkeys(
        ("campaigns erratum", "campaigns remind"),
        "it makes a draft, by the verb of `campaigns import`",
    ),
    "campaigns sign-off": "tests/mailer/campaigns/writing/test_signing_off.py",
    "campaigns resend": "the moves of a campaign are recorded in one place",
    "feedback quarantine discard": "tests/mailer/feedback/test_quarantine.py",
    "feedback quarantine release": "tests/mailer/feedback/test_quarantine.py",
    "init": "the first row of each record",
    "keys rotate dkim": "the settings, by their digest at the next start",
    "keys rotate signing": "the settings, by their digest at the next start",
    "messages reconcile": "tests/mailer/feedback/test_reconcile.py",
    "move": "tests/mailer/maintenance/moving/test_move.py",
    "proposals settle": "tests/mailer/feedback/test_replies.py",
    "replies file": "tests/mailer/feedback/test_replies.py",
    "replies leave": "tests/mailer/feedback/test_replies.py",
    "restore": "here",
    "resume-after-restore": "an act on the site, as stop and go",
    "serve": "here: the settings",
    "tasks ask": "it makes a draft, by the verb of `campaigns import`",
    "tasks done": "tests/mailer/feedback/lost/test_lost.py",
    "tick": "here: the settings",
    "upgrade": "tests/mailer/maintenance/test_upgrade.py",
    "work": "here: the settings",
}
# Verbs that read, or write files outside the store.
READS = {
    *("audit anchor", "audit list", "audit show", "audit verify", "backup", "calendar"),
    *("campaigns audience", "campaigns check", "campaigns copy", "campaigns coverage"),
    *("campaigns diff", "campaigns explain", "campaigns export-po", "campaigns list"),
    *("campaigns new", "campaigns preview", "campaigns report", "campaigns show"),
    *("compact", "completion", "contacts export", "contacts imports", "contacts list"),
    *("contacts person", "contacts show", "contacts sources list", "demo"),
    *("contacts template", "directory export", "doctor", "feedback classify"),
    *("feedback quarantine list", "feedback quarantine show", "feedback reports"),
    "feedback verdict",
    *("history", "inbox", "keys dkim", "keys show", "kit", "messages list", "metrics"),
    *("offices list", "organisations export", "organisations list"),
    *("organisations show", "proposals list", "replies answers", "replies list"),
    *("replies show", "schedule next", "sectors list", "segments count"),
    *("segments explain", "segments list", "segments members", "series list"),
    *("series next", "series preview", "series show", "suppressions export"),
    "suppressions list",
    *("roles history", "roles list", "themes history", "themes list"),
    *("topics history", "topics list", "users list"),
    *("tasks list", "tasks show", "users show", "web", "words"),
    *("templates diff", "templates status", "templates upgrade"),
    # what comes back changes messages: outcomes are in the ledger, not in the record
    *("feedback listen", "feedback read"),
}


def words_of(verb: str) -> str:
    """Return the words of a command line that name the verb."""
    words = tuple(verb.split())
    return " ".join(next(words[:end] for end in (3, 2, 1) if words[:end] in COMMANDS))


def test_every_verb_either_reads_or_leaves_a_row() -> None:
    changing = {words_of(verb) for verb, _ in CHANGES}
    groups = (changing, set(ELSEWHERE), READS)
    known = [each for group in groups for each in group]

    assert sorted(known) == sorted(" ".join(words) for words in COMMANDS)


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_each_verb_that_changes_something_leaves_a_row(
    mailer: Mailer, relay: Relay, folder: Path, tmp_path: Path
) -> None:
    edit_toml(folder / "config.toml", {("relay", "port"): relay.port})
    await asyncio.to_thread(run_each, mailer, tmp_path)


def run_each(mailer: Mailer, tmp_path: Path) -> None:
    texts = {"en": campaigning.TEXT, "fr": campaigning.TEXT}
    given = {"draft": str(campaigning.write(tmp_path, **texts))}
    po, people = tmp_path / "fr.po", tmp_path / "people.csv"
    people.write_text("address,organisation\nb@icom.example,icom\n", encoding="utf-8")
    given |= {"po": str(po), "people": str(people)}
    last = newest(mailer)
    for verb, about in CHANGES:
        if words_of(verb) == "campaigns import-po":
            exported = mailer("campaigns", "export-po", "1", "--language", "fr")
            po.write_text(filled(exported.out), encoding="utf-8")
        by = () if "--by" in verb else BY
        words = [each.format(**given) for each in shlex.split(verb)]
        ran = mailer(*words, *by)
        assert ran.code == 0, (verb, ran.err)
        rows = mailer("audit", "list", "--json-lines").lines
        new = [each for each in rows if each["number"] > last]
        last = rows[0]["number"]
        named = [each["about"] for each in new]
        assert any(each.startswith(about) for each in named), (verb, named)
        users = {each["by"] for each in new}
        assert users & {"editor", "head-of-unit"}, (verb, new)
        assert "terminal" in {each["origin"] for each in new}, verb
    verified = mailer("audit", "verify", "--json")

    assert (verified.code, verified.json["ok"], verified.json["rows"]) == (
        0,
        True,
        last,
    )


def newest(mailer: Mailer) -> int:
    """Return the number of the last row."""
    (row,) = mailer("audit", "list", "--most", "1", "--json-lines").lines
    return int(row["number"])


def filled(po: str) -> str:
    """Return a PO file in which a text has another translation."""
    before, after = 'msgstr "A short letter"', 'msgstr "Une courte lettre"'
    assert before in po
    return po.replace(before, after)


def test_a_record_that_was_changed_is_told_with_its_row(
    mailer: Mailer, folder: Path, store: str
) -> None:
    before = mailer("audit", "verify", "--json")
    number = newest(mailer)
    shown = mailer("audit", "show", str(number), "--json").json
    with (folder / FILE).open("a", encoding="utf-8") as file:
        end = {"number": number + 1, "digest": "00" * 32, "at": shown["at"]}
        file.write(f"{json.dumps(end)}\n")
    after = mailer("audit", "verify", "--json")
    said = mailer("audit", "verify")
    anchored = mailer("audit", "anchor")
    absent = mailer("audit", "show", str(number + 1))

    assert (before.code, before.json["first_fault"]) == (0, None)
    assert shown["digest"] == before.json["end"]
    assert (after.code, after.json["ok"], said.code) == (1, False, 1)
    assert after.json["first_fault"]["row"] == number + 1
    assert f"the record ends with row {number}" in said.out
    assert (anchored.code, absent.code) == (1, 1)
    assert "`mailer audit verify` lists them" in anchored.err
    assert "`mailer audit list` lists them" in absent.err


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_row_that_is_none_is_shown_as_one_bad_row(
    mailer: Mailer, folder: Path
) -> None:
    with closing(sqlite3.connect(folder / "mailer.db")) as store:
        store.execute("DROP TRIGGER record_no_update")
        store.execute("UPDATE record SET body = '\x1b[2J{' WHERE number = 3")
        store.commit()
    listed = mailer("audit", "list")
    shown = mailer("audit", "show", "3")
    verified = mailer("audit", "verify", "--json")

    assert (listed.code, shown.code) == (0, 0)
    assert "3  is no row of the record" in listed.out
    assert "\x1b" not in listed.out + shown.out
    assert verified.json["first_fault"]["row"] == 3


async def test_a_restored_store_says_so_and_is_verified(
    site: Site, mailer: Mailer, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    archive, _ = await restoring.backed_up(site, tmp_path)
    assert (await asyncio.to_thread(mailer, "stop", *BY)).code == 0
    config = await restoring.restored(site, archive, tmp_path / "new", request)
    lost = (site.root / FILE).read_bytes()
    (config.parent / FILE).write_bytes(lost)
    again = Mailer(config=config, captured=mailer.captured)
    verified = await asyncio.to_thread(again, "audit", "verify", "--json")
    listed = await asyncio.to_thread(again, "audit", "list", "--json-lines")

    assert (verified.code, verified.json["lost_anchors"]) == (0, 1), verified.out
    assert len(verified.json["restored"]) == 1
    assert listed.lines[0]["act"] == "restored"


async def test_the_settings_are_recorded_by_their_digest_when_they_change(
    site: Site, mailer: Mailer
) -> None:
    tuned = delivering.tuned(site)
    for _ in range(2):
        await delivering.work(tuned)
    async with open_site(site.root / "config.toml") as opened:
        await delivering.work(opened)
    rows = (
        await asyncio.to_thread(
            mailer, "audit", "list", "--about", "settings", "--json-lines"
        )
    ).lines

    assert len(rows) == 2
    newer, older = (each["detail"]["digest"] for each in rows)
    assert older[0] is None
    assert newer[0] == older[1] != newer[1]
