"""`mailer contacts add`, `edit` and `move`, and what the history says of them."""

from pathlib import Path

from audiences.record.changes import Author
from mailer import clock
from mailer.links import Purpose
from mailer.outbox.models import Message
from mailer.readers import applying, holder, optouts
from mailer.sites.site import Site
from mailer.stewardship import moving
from tests.acts import campaigning, delivering, readers
from tests.acts.commands import Mailer
from tests.audiences import importing
from tools.peers.relay import Relay

ICOM, ICOMOS = "unesco-liaison@icom.example", "unesco-liaison@icomos.example"
NEW = "office@icom.example"
BY = ("--by", "editor")


def test_a_contact_is_added_and_edited_with_its_history(mailer: Mailer) -> None:
    added = mailer(
        *("contacts", "add", NEW, "--organisation", "ICOM", "--roles", "press"),
        *("--name", "Awa Ba", "--topic", "monthly-letter", "--basis", "asked", *BY),
    )
    edited = mailer(
        *("contacts", "edit", NEW, "--name", "", "--languages", "ar fr", *BY),
        *("--at", "icomos", "--roles", "head", "--end-topic", "monthly-letter"),
        *("--because", "she phoned", "--json"),
    ).json
    shown = mailer("contacts", "show", NEW, "--json").json

    assert (added.code, added.out) == (0, f"{NEW} is added\n")
    assert edited["changed"] == {
        "name": ["Awa Ba", None],
        "languages": [None, "ar fr"],
        "roles at icomos": ["not there", ["head"]],
        "topic monthly-letter": ["active", "ended"],
    }
    assert (shown["name"], shown["languages"]) == (None, ["ar", "fr"])
    assert shown["language"] == {"step": "contact", "wanted": ["ar", "fr"]}
    assert shown["memberships"][0]["organisation"] == "icomos"
    assert shown["subscriptions"] == {"monthly-letter": "ended"}
    assert [(each["how"], each["source"]) for each in shown["consent"]] == [
        ("operator", "editor"),
        ("operator", "editor"),
    ]
    history = shown["history"]
    assert [(each["act"], each["by"]) for each in history] == [
        ("added", "editor"),
        ("edited", "editor"),
    ]
    assert history[1]["because"] == "she phoned"
    assert history[1]["detail"] == edited["changed"]


def test_what_is_known_of_a_contact_is_edited_with_its_history(mailer: Mailer) -> None:
    given = {
        "function": "Directrice",
        "telephones": "+33 1 45; +33 6 12",
        "postal_address": "1 rue X, Paris",
        "website": "https://icom.example",
        "tags": "ngo, press",
        "notes": "called in May",
        "second_address": "own@x.example",
    }
    words = [
        part
        for column, value in given.items()
        for part in (f"--{column.replace('_', '-')}", value)
    ]
    edited = mailer("contacts", "edit", ICOM, *words, *BY, "--json").json
    shown = mailer("contacts", "show", ICOM, "--json").json
    removed = mailer(
        *("contacts", "edit", ICOM, "--tags", "", "--telephones", "", *BY),
        *("--second-address", "", "--at", "icomos", "--function", "Treasurer"),
    )

    assert edited["changed"] == {key: [None, value] for key, value in given.items()}
    assert (shown["function"], shown["website"]) == ("Directrice", given["website"])
    assert shown["history"][-1]["detail"] == edited["changed"]
    assert removed.out.splitlines() == [
        "roles at icomos: not there → –",
        "function at icomos: – → Treasurer",
        "telephones: +33 1 45; +33 6 12 → –",
        "tags: ngo, press → –",
        "second_address: own@x.example → –",
    ]


def test_details_that_may_not_be_kept_change_nothing(mailer: Mailer) -> None:
    for words, sentence in (
        (("--second-address", ICOM.upper()), "a second address is another one"),
        (("--telephones", "x"), "telephones 'x': no telephone number"),
        (("--website", "not a site"), "not one web address without spaces"),
        (("--tags", "Fran?ais"), "a ? stands for a letter that was lost"),
    ):
        refused = mailer("contacts", "edit", ICOM, "--notes", "new", *words, *BY)

        assert refused.code == 1
        assert sentence in refused.err
    assert mailer("contacts", "show", ICOM, "--json").json["history"] == []


def test_a_faulty_value_changes_nothing(mailer: Mailer) -> None:
    before = mailer("contacts", "show", ICOM, "--json").json
    for words, sentence in (
        (("edit", ICOM, "--name", "A", "--roles", "boss"), "no role is called 'boss'"),
        (("edit", ICOM, "--end-topic", "field-news", "--at", "no-code"), "no organis"),
        (("edit", ICOM, "--languages", "speech"), "is not a language such as"),
        (("edit", ICOM, "--name", "A", "--at", "icomm"), "did you mean icom"),
        (("edit", ICOM, "--leave", "icom"), "is the primary organisation"),
        (("edit", ICOM, "--leave", "icomos"), "is not at icomos"),
        (("edit", ICOM, "--topic", "focal-points"), "need a basis"),
        (("edit", "x@y.example", "--name", "A"), "no contact has the address"),
        (("add", ICOM, "--organisation", "icom"), "is a contact already"),
        (("add", "no address", "--organisation", "icom"), "not a valid e-mail"),
        (("move", ICOM, ICOMOS), "is another contact already"),
    ):
        ran = mailer("contacts", *words, *BY)

        assert (ran.code, ran.out) == (1, "")
        assert sentence in " ".join(ran.err.split())
    assert mailer("contacts", "edit", ICOM, *BY).code == 2
    assert mailer("contacts", "show", ICOM, "--json").json == before
    assert not optouts.has_pending(mailer.config.parent)


def test_the_second_of_two_who_edit_is_refused_with_both_values(
    mailer: Mailer,
) -> None:
    admin = ("--role", "steward", "--by", "head-of-unit")
    mailer("users", "add", "second-steward", *admin)
    seen = mailer("contacts", "show", ICOM, "--json").json["version"]
    version = ("--version", seen)
    first = mailer("contacts", "edit", ICOM, "--name", "Awa Ba", *version, *BY)
    second = mailer(
        *("contacts", "edit", ICOM, "--name", "Aminata Ba", *version),
        *("--by", "second-steward"),
    )

    assert (first.code, second.code) == (0, 1)
    said = " ".join(second.err.split())
    assert "changed by editor since you saw it" in said
    assert "name is Awa Ba, you want Aminata Ba" in said
    assert mailer("contacts", "show", ICOM, "--json").json["name"] == "Awa Ba"


def test_only_the_reader_renews_a_subscription(mailer: Mailer) -> None:
    mailer("contacts", "edit", ICOM, "--end-topic", "monthly-letter", *BY)
    again = mailer(
        *("contacts", "edit", ICOM, "--topic", "monthly-letter", "--basis", "x", *BY)
    )

    assert again.code == 1
    assert "only the reader can renew it" in " ".join(again.err.split())


def test_a_move_keeps_all_but_the_address(mailer: Mailer, tmp_path: Path) -> None:
    kept = ("organisation", "roles", "memberships", "subscriptions", "consent")
    before = mailer("contacts", "show", ICOM, "--json").json
    moved = mailer("contacts", "move", ICOM, NEW, *BY, "--because", "new domain")
    after = mailer("contacts", "show", NEW, "--json").json
    old = importing.write(tmp_path, f"{ICOM};;;;icom;;;;;monthly-letter")
    mailer("contacts", "import", str(old), "--apply", "--basis", "x", *BY)

    assert moved.code == 0
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    assert after["suppressed"] is None
    assert after["history"][0]["detail"] == {"address": [ICOM, NEW]}
    assert mailer("contacts", "show", ICOM, "--json").json["suppressed"] == "moved"


def test_the_spelling_of_an_address_is_moved_and_the_same_address_is_not(
    mailer: Mailer,
) -> None:
    spelt = mailer("contacts", "move", ICOM, ICOM.upper(), *BY)
    again = mailer("contacts", "move", ICOM, ICOM.upper(), *BY)

    assert spelt.code == 0, spelt.err
    assert (again.code, "address already" in again.err) == (1, True)


def test_a_wish_follows_a_move_and_a_dead_mailbox_does_not(mailer: Mailer) -> None:
    mailer("suppressions", "add", ICOM, "--detail", "phoned")
    moved = mailer("contacts", "move", ICOM, NEW, *BY)
    back = mailer("contacts", "move", NEW, ICOM, *BY)

    assert f"{NEW} is suppressed, as the old address was: operator" in moved.out
    assert back.code == 0
    assert mailer("contacts", "show", ICOM, "--json").json["suppressed"] == "operator"


async def test_waiting_messages_and_old_links_follow_a_move(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The message that waits goes to the new address, and its link is the reader's."""
    number = await campaigning.released(site, tmp_path)
    ed = readers.ED
    old = (await campaigning.ledger(site, number))[ed]
    async with site.database.writing() as session:
        moved = await moving.move(
            *(session, ed, NEW, Author(by="editor", at=clock.now())),
            key=site.address_key,
        )
    await delivering.work(site)
    row: Message = (await campaigning.ledger(site, number))[NEW]
    link = (await readers.signed_of(site, row)).preferences
    async with site.database.reading() as session:
        held = await holder.holder_of(session, site.signer, link, Purpose.PREFERENCES)

    assert moved.waiting == 1
    assert (row.id, row.state) == (old.id, "accepted")
    assert NEW in relay.recipients()
    assert held.contact_id == row.contact_id
    await applying.apply_pending(site)
