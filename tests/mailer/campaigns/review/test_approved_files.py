"""What is approved goes with the templates it was approved with, as they were."""

import quopri
import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from audiences.contacts import Contact
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import StoredFile, StoredLetter
from mailer.campaigns.review import gate, preview
from mailer.errors import ContentError, RefusedError
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
SHARED = "shared/part.mjml"  # in the folder of no letter type
LEAVING = "Unsubscribe from this letter"


def reword(site: Site, place: str, old: str, new: str) -> None:
    path = site.templates_folder / place
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def include_shared(site: Site, words: str) -> None:
    """Let every letter include a file that is in the folder of no letter type."""
    (site.templates_folder / "shared").mkdir()
    (site.templates_folder / SHARED).write_text(f"<p>{words}</p>", encoding="utf-8")
    reword(
        site,
        "_layout/letter.mjml",
        "{{ unsubscribe_label }}",
        f'{{{{ unsubscribe_label }}}}{{% include "{SHARED}" %}}',
    )


def change(site: Site) -> None:
    """Change strings, style, layout and the included file."""
    place = "locale/en/LC_MESSAGES/liaison.po"
    reword(site, place, f'msgstr "{LEAVING}"', 'msgstr "No more"')
    reword(site, "_layout/letter.css", "p { margin: 0", "p { color: #c0ffee; margin: 0")
    reword(site, "_layout/letter.mjml", '"{{ look.ground }}"', '"#beef00"')
    reword(site, SHARED, "as approved", "as changed")


def lose(site: Site) -> None:
    shutil.rmtree(site.templates_folder)


async def sent(site: Site, number: int) -> str:
    """Release a campaign; return its one letter as text."""
    await release.release(site, number, by=campaigning.EDITOR, now=clock.now())
    async with site.database.reading() as session:
        packed = await session.scalar(
            select(StoredLetter.skeleton).where(StoredLetter.campaign_id == number)
        )
    assert packed is not None
    return quopri.decodestring(packed).decode(errors="replace")


def is_approved(letter: str) -> bool:
    return all(
        ("as approved" in letter and LEAVING in letter, "as changed" not in letter)
    ) and not any(each in letter for each in ("#c0ffee", "#beef00", "No more"))


@pytest.mark.parametrize("happens", [change, lose])
async def test_a_change_of_templates_does_not_touch_what_is_approved(
    site: Site, tmp_path: Path, happens: object
) -> None:
    include_shared(site, "as approved")
    number = await campaigning.approved(site, tmp_path)
    assert callable(happens)
    happens(site)

    assert is_approved(await sent(site, number))


@on_sqlite
async def test_what_is_approved_is_scheduled_and_previewed_as_it_was(
    site: Site, tmp_path: Path
) -> None:
    include_shared(site, "as approved")
    number = await campaigning.approved(site, tmp_path)
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
    change(site)
    await campaigning.schedule_at(site, number, clock.now().replace(year=2100))
    readers = await release.count_readers(site, number, now=clock.now())
    address = await a_reader(site)
    shown = await preview.preview(site, number, address, now=clock.now())

    assert campaign.state == "approved"
    assert readers.count == 10
    assert is_approved(shown.letter.html)


async def a_reader(site: Site) -> str:
    async with site.database.reading() as session:
        address = await session.scalar(
            select(func.min(Contact.address)).where(Contact.address.like("%sector%"))
        )
    assert address is not None
    return address


@on_sqlite
async def test_a_renewed_approval_takes_the_templates_as_they_are_then(
    site: Site, tmp_path: Path
) -> None:
    include_shared(site, "as approved")
    number = await campaigning.approved(site, tmp_path)
    change(site)
    await campaigning.approve(site, number)
    letter = await sent(site, number)

    assert "as changed" in letter
    assert "No more" in letter


@on_sqlite
async def test_each_content_is_stored_once_for_all_approvals(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.approved(site, tmp_path)
    async with site.database.reading() as session:
        first = await session.scalar(select(func.count(StoredFile.digest)))
    await campaigning.approved(site, tmp_path)
    async with site.database.reading() as session:
        second = await session.scalar(select(func.count(StoredFile.digest)))

    assert first == second == len(set(site.templates.digests.values()))


@on_sqlite
async def test_a_stored_template_that_was_changed_is_not_sent(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    digest = site.templates.digests["_layout/letter.css"]
    async with site.database.writing() as session:
        changed = update(StoredFile).where(StoredFile.digest == digest)
        await session.execute(changed.values(octets=b"p { color: red }"))
    with pytest.raises(RefusedError, match="is missing or differs from what was"):
        await sent(site, number)

    assert await campaigning.state(site, number) == "approved"


@on_sqlite
async def test_a_link_to_a_key_is_in_no_preview_and_no_approval(
    site: Site, tmp_path: Path
) -> None:
    secret = tmp_path / "address.key"
    secret.write_text("the-secret-key")
    (site.templates_folder / "_layout" / "key.mjml").symlink_to(secret)
    reword(
        site,
        "_layout/letter.mjml",
        "{{ unsubscribe_label }}",
        '{% include "_layout/key.mjml" %}',
    )
    number = await campaigning.add(site, campaigning.write(tmp_path))
    with pytest.raises(ContentError, match=r"_layout/letter\.mjml, line \d") as shown:
        await preview.preview(site, number, await a_reader(site), now=clock.now())
    checked = await gate.check(site, number, now=clock.now())
    with pytest.raises(RefusedError, match="is a link"):
        await gate.approve(
            site, number, by=campaigning.APPROVER, now=clock.now(), scored=False
        )

    assert "_layout/key.mjml is a link" in shown.value.sentence
    assert checked.problems[0].where == "_layout/key.mjml"
    assert "the-secret-key" not in str(checked) + str(shown.value)
