"""A suppression by hand is made with the store's key, and outlives the store."""

from pathlib import Path

import pytest

from audiences import contacts, suppressions
from audiences.record.changes import Author
from audiences.suppressions import Why
from mailer import clock
from mailer.readers import optouts
from mailer.sites.site import Site
from mailer.stewardship import changing, suppressing
from tests.acts.commands import Mailer, shown

ADDRESS = "somebody@ngo.example"
OTHER = "another-key-0123456789-another-key-0123456789"


def add(mailer: Mailer) -> str:
    ran = mailer("suppressions", "add", ADDRESS, "--detail", "by telephone")
    return shown(ran.out + ran.err)


def listed(mailer: Mailer) -> list[str]:
    document = mailer("suppressions", "list", "--json").json
    return [each["reason"] for each in document]


def test_an_address_is_suppressed_once_and_kept_beside_the_store(
    mailer: Mailer, folder: Path
) -> None:
    said = [add(mailer), add(mailer)]
    kept, _ = optouts.pending(folder)

    assert "is now suppressed" in said[0]
    assert "is already suppressed" in said[1]
    assert [each.by for each in kept] == ["operator"] * 2
    assert listed(mailer) == ["operator"]


@pytest.mark.parametrize("first", [True, False], ids=["known key", "first use"])
def test_with_another_key_nothing_is_suppressed_or_lifted(
    mailer: Mailer, folder: Path, *, first: bool
) -> None:
    """A store that never started knows its key by the fingerprints of its contacts."""
    if first:
        add(mailer)
    before = listed(mailer)
    key = folder / "secrets" / "address.key"
    kept = key.read_text(encoding="ascii")
    key.write_text(OTHER, encoding="ascii")
    lines = optouts.pending(folder)
    said = add(mailer)
    lifted = mailer("suppressions", "lift", ADDRESS, "--detail", "asked")
    after, unchanged = listed(mailer), optouts.pending(folder) == lines
    key.write_text(kept, encoding="ascii")
    again = add(mailer)

    assert "the key is not the one that this store was made with" in said
    assert "put the key back" in said
    assert "is not the one" in shown(lifted.err)
    assert lifted.code == 1
    assert after == before
    assert unchanged
    assert f"{ADDRESS} is {'already' if first else 'now'} suppressed" in again


async def test_what_a_reader_asks_by_telephone_outlives_a_mailbox_that_is_gone(
    site: Site,
) -> None:
    old, new = "unesco-liaison@icom.example", "liaison@icom.example"
    key = contacts.fingerprint_of(old, key=site.address_key)
    async with site.database.writing() as session:
        await suppressions.suppress(session, key, Why.BOUNCED, now=clock.now())
    first, again = [
        await suppressing.suppress(
            site,
            old,
            reason=Why.ASKED,
            by="editor",
            detail="by telephone",
            now=clock.now(),
        )
        for _ in range(2)
    ]
    author = Author(by="editor", account=None, because="moved", at=clock.now())
    async with site.database.writing() as session:
        await changing.move(session, site, old, new, author)
        moved = await suppressions.page(
            session, key=contacts.fingerprint_of(new, key=site.address_key), limit=1
        )

    assert (first, again) == (True, False)
    assert [(each.reason, each.detail) for each, _, _ in moved] == [
        ("asked", "by telephone")
    ]
