"""`mailer contacts remove`, `erase`, `merge` and `person`."""

import json
from pathlib import Path

from sqlalchemy import text

from audiences.record.changes import Author
from mailer import clock
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from mailer.stewardship import merging, removing
from tests.acts import campaigning, delivering, readers
from tests.acts.commands import Mailer
from tests.audiences import importing
from tools.peers.relay import Relay

ICOM, ICOMOS = "unesco-liaison@icom.example", "unesco-liaison@icomos.example"
BY = ("--by", "editor")


def row(address: str, name: str = "Awa Ba") -> str:
    return f"{address};{name};head;;icom;;;;;monthly-letter"


def test_a_removed_contact_is_in_no_list_and_can_come_back(
    mailer: Mailer, tmp_path: Path
) -> None:
    removed = mailer("contacts", "remove", ICOM, "--yes", *BY)
    gone = mailer("contacts", "show", ICOM)
    listed = mailer("contacts", "list", "--search", "@icom.example", "--json").json
    path = str(importing.write(tmp_path, row(ICOM)))
    mailer("contacts", "import", path, "--apply", "--basis", "asked", *BY)
    back = mailer("contacts", "show", ICOM, "--json").json

    assert (removed.code, gone.code, listed) == (0, 1, [])
    assert (back["name"], back["roles"]) == ("Awa Ba", ["head"])


def test_a_wish_survives_a_removal(mailer: Mailer, tmp_path: Path) -> None:
    mailer("contacts", "edit", ICOM, "--end-topic", "monthly-letter", *BY)
    mailer("contacts", "remove", ICOM, "--yes", *BY)
    path = str(importing.write(tmp_path, row(ICOM)))
    report = mailer(
        "contacts", "import", path, "--apply", "--basis", "asked", *BY, "--json"
    ).json
    back = mailer("contacts", "show", ICOM, "--json").json

    assert (report["changed"], report["faults"]) == (1, [])
    assert back["address"] == ICOM
    assert back["subscriptions"] == {"monthly-letter": "ended"}
    assert back["roles"] == ["head"]
    undone = mailer("contacts", "undo", str(report["import_id"]), "--apply")
    assert undone.code == 0
    assert mailer("contacts", "show", ICOM).code == 1


def test_an_erased_person_is_not_stored_again(mailer: Mailer, tmp_path: Path) -> None:
    mailer("contacts", "edit", ICOM, "--name", "Awa Ba", *BY, "--because", "Awa wrote")
    mailer("contacts", "move", ICOM, "awa.ba@icom.example", *BY)
    erased = mailer("contacts", "erase", "awa.ba@icom.example", "--yes", *BY)
    path = str(importing.write(tmp_path, row(ICOM), row("awa.ba@icom.example")))
    report = mailer(
        "contacts", "import", path, "--apply", "--basis", "asked", *BY, "--json"
    ).json
    added = mailer("contacts", "add", ICOM, "--organisation", "icom", *BY)

    assert erased.code == 0
    assert (report["valid"], report["added"]) == (0, 0)
    assert all("was erased on" in each["reason"] for each in report["faults"])
    assert added.code == 1
    assert "was erased on" in " ".join(added.err.split())
    assert mailer("contacts", "erase", "x@y.example", "--yes", *BY).code == 1
    listed = mailer("suppressions", "list", "--json").json
    assert [each["reason"] for each in listed] == ["erased", "erased"]


async def test_an_erasure_leaves_no_word_of_a_person_in_the_store(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """Every text of every table is read; the reports still count the message."""
    relay.script = lambda verb, line: (
        "550 5.7.1 not to focal-point@ed.sector.example"
        if verb == "RCPT" and "@ed." in line
        else None
    )
    number = await campaigning.released(site, tmp_path)
    await delivering.work(site)
    assert "focal-point@ed.sector" in await everything(site)
    async with site.database.writing() as session:
        await removing.erase(
            *(session, readers.ED, Author(by="editor", at=clock.now())),
            key=site.address_key,
        )

    assert "focal-point@ed.sector" not in await everything(site)
    report = await campaigning.report(site, number)
    assert (report.audience, report.states[MessageState.REFUSED]) == (10, 1)


async def everything(site: Site) -> str:
    """Return all rows of all tables that may hold words of a person, as text."""
    tables = """contact membership message message_event delivery_fault consent
        subscription suppression suppression_event directory_change import_replaced
        entry_proposal contact_details contact_tag second_address"""
    async with site.database.reading() as session:
        found = ""
        for table in tables.split():
            for each in await session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 (names of this test)
                found += f"{tuple(each)}\n"
        return found


def test_what_limits_letters_wins_in_a_merge(mailer: Mailer) -> None:
    mailer("contacts", "edit", ICOMOS, "--end-topic", "field-news", *BY)
    mailer("contacts", "edit", ICOM, "--name", "Awa Ba", "--roles", "head", *BY)
    mailer("suppressions", "add", ICOM, "--detail", "phoned")
    merged = mailer("contacts", "merge", ICOM, ICOMOS, "--yes", *BY)
    left = mailer("contacts", "show", ICOMOS, "--json").json

    assert merged.code == 0
    assert f"{ICOMOS} is suppressed now" in " ".join(merged.out.split())
    assert (left["suppressed"], left["name"]) == ("operator", "Awa Ba")
    assert left["subscriptions"]["field-news"] == "ended"
    assert left["subscriptions"]["sector-CLT"] == "active"
    assert [(each["organisation"], each["roles"]) for each in left["memberships"]] == [
        ("icom", ["head"])
    ]
    assert [each["act"] for each in left["history"]] == ["edited", "edited", "merged"]
    assert mailer("contacts", "show", ICOM).code == 1
    assert mailer("contacts", "merge", ICOMOS, ICOMOS, "--yes", *BY).code == 1


async def test_messages_follow_a_merge_and_none_is_sent_twice(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        who = Author(by="editor", at=clock.now())
        into = ("focal-point@sc.sector.example", who)
        first = await merging.merge(session, readers.ED, *into, key=site.address_key)
        other = await merging.merge(
            *(session, "focal-point@shs.sector.example", ICOM, who),
            key=site.address_key,
        )
    await delivering.work(site)

    sent = relay.recipients()
    assert (first.messages, other.messages) == (0, 1)
    assert readers.ED not in sent
    assert sent.count("focal-point@sc.sector.example") == 1
    assert sent.count(ICOM) == 1
    report = await campaigning.report(site, number)
    assert report.audience == 10


def test_everything_held_on_a_person_is_shown(mailer: Mailer, tmp_path: Path) -> None:
    path = str(importing.write(tmp_path, row(ICOM)))
    mailer("contacts", "import", path, "--apply", "--basis", "asked", *BY)
    mailer("suppressions", "add", ICOM, "--detail", "phoned")
    held = mailer("contacts", "person", ICOM, "--json").json
    shown = mailer("contacts", "person", ICOM)

    assert held["import"]["file"] == "sample directory"
    assert held["before_imports"][0]["name"] is None
    assert held["suppression_history"][0]["detail"] == "phoned"
    assert set(held) > {"consent", "letters", "history", "approved_for", "fingerprint"}
    assert "phoned" in shown.out
    assert json.dumps(held)


def test_details_follow_a_merge_where_the_contact_lacks_them(
    mailer: Mailer, tmp_path: Path
) -> None:
    head = "address;organisation;function;telephones;website;notes;tags;second_address"
    rows = (
        f"{ICOM};icom;Head;+33 1;;Met;a,b;x@icom.example",
        f"{ICOMOS};icomos;;;https://b.example;;b;",
    )
    path = str(importing.write(tmp_path, *rows, head=head))
    mailer("contacts", "import", path, "--apply", *BY)
    mailer("contacts", "merge", ICOM, ICOMOS, "--yes", *BY)
    kept = mailer("contacts", "show", ICOMOS, "--json").json

    assert (kept["telephones"], kept["website"]) == (["+33 1"], "https://b.example")
    assert (kept["notes"], kept["tags"]) == ("Met", ["a", "b"])
    assert kept["second_addresses"] == ["x@icom.example"]
    assert [each["function"] for each in kept["memberships"]] == ["Head"]


async def test_who_is_removed_or_erased_leaves_no_details(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The contact's row stays, because it has a message."""
    await campaigning.released(site, tmp_path)
    await delivering.work(site)
    head = "address;organisation;function;telephones;tags;second_address"
    row_of = f"{readers.ED};ED;Chief donkey;+33 1 23;donkeys;x@donkey.example"
    await importing.import_file(site, importing.write(tmp_path, row_of, head=head))
    assert "Chief donkey" in await everything(site)
    assert "x@donkey.example" in await everything(site)
    async with site.database.writing() as session:
        author = Author(by="editor", at=clock.now())
        await removing.remove(session, readers.ED, author, key=site.address_key)

    found = await everything(site)
    for word in ("'donkeys'", "+33 1 23"):
        assert word not in found
    async with site.database.writing() as session:
        await removing.erase(session, readers.ED, author, key=site.address_key)
    assert "donkey" not in await everything(site)
