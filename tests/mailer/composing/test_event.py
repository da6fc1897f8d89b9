"""An event in several letters: its SEQUENCE rises with each change of it."""

from datetime import date
from pathlib import Path

import pytest

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.review import gate, preview
from mailer.campaigns.variants import letters
from mailer.campaigns.writing import event, folder
from mailer.errors import ContentError, RefusedError
from mailer.outbox import release
from mailer.sites.site import Site
from tests.acts import campaigning, directory
from tools.verifier import verifier

EVENT = """
[event]
uid = "session"
start = 2097-11-09T15:00:00
end = 2097-11-09T16:30:00
place = "Paris"
"""
READER = "delegation@delegation-sn.example"


def toml(about: str = EVENT) -> str:
    """Return the campaign.toml of a campaign about an event."""
    return campaigning.TOML.format(audience=campaigning.SECTORS) + about


async def sequence(site: Site, number: int) -> int:
    """Return the SEQUENCE in the letters of a campaign."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return (await letters.content_of(session, site, campaign)).sequence


async def invited(site: Site, place: Path, about: str = EVENT) -> int:
    """Release a letter about an event; return its SEQUENCE."""
    number = await campaigning.approved(site, place, toml=toml(about))
    sent = await sequence(site, number)
    await release.release(site, number, by=campaigning.EDITOR, now=clock.now())
    return sent


async def test_the_sequence_rises_with_each_change_of_the_event(
    site: Site, tmp_path: Path
) -> None:
    later = EVENT.replace("T16:30", "T17:00")
    withdrawn = later + 'status = "cancelled"\n'

    sequences = [
        await invited(site, tmp_path, each)
        for each in (EVENT, EVENT, later, withdrawn, EVENT)
    ]

    assert sequences == [0, 0, 1, 2, 3]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_two_letters_about_one_event_do_not_get_the_same_sequence(
    site: Site, tmp_path: Path
) -> None:
    changed = await campaigning.approved(
        site, tmp_path, toml=toml(EVENT.replace("Paris", "Dakar"))
    )
    async with site.database.reading() as session:
        campaign = await lookup.get(session, changed)
        stale = await letters.content_of(session, site, campaign)
    await invited(site, tmp_path)

    with pytest.raises(RefusedError, match="another letter about session"):
        async with site.database.writing() as session:
            await event.record_release(
                session, stale.campaign, stale.sequence, now=clock.now()
            )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_event_without_invitations_cannot_be_cancelled(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path, toml=toml(EVENT + 'status = "cancelled"\n'))
    number = await campaigning.add(site, path)

    checked = await gate.check(site, number, now=clock.now())

    assert [(each.where, each.what) for each in checked.problems] == [
        (
            "campaign.toml, event",
            "session is cancelled, but no letter has announced it",
        )
    ]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_edit_of_the_event_voids_the_approval(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path, toml=toml())
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        assert campaign.event is not None
        campaign.event = campaign.event | {"start": "2097-11-09T14:00:00"}

    with pytest.raises(RefusedError, match="changed after"):
        await release.release(site, number, by=campaigning.EDITOR, now=clock.now())


@pytest.mark.parametrize("store", ["sqlite"])
async def test_the_sample_invitation_is_previewed_with_its_event(site: Site) -> None:
    path = site.root / "campaigns" / "invitation"
    number = await campaigning.add(site, path)

    made = await preview.preview(site, number, READER, now=clock.now())

    assert verifier.verify(made.octets) == []
    assert b"UID:dialogue-session-2027@liaison.example\r\n" in made.octets


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("T16:30", "T14:30", "not after event.start"),
        ("2097-11-09T15:00:00", "2097-11-09", "not both days or both times"),
        ("start = 2097-11-09T15:00:00", "start = 1", "not a local time"),
        ("15:00:00", "15:00:00Z", "not a local time"),
        ("end", "ends", "event has no ends"),
        ('"session"', '"two words"', "not a name"),
        ('place = "Paris"', 'place = "Pa\\nris"', "one line of text"),
        ('place = "Paris"', 'zone = "Paris"', "not a time zone"),
        ('place = "Paris"', 'status = "maybe"', "neither confirmed"),
    ],
)
def test_an_invalid_event_is_refused_with_its_line(
    tmp_path: Path, before: str, after: str, sentence: str
) -> None:
    path = campaigning.write(tmp_path, toml=toml(EVENT.replace(before, after)))

    with pytest.raises(ContentError, match=rf"campaign\.toml, line .*{sentence}"):
        folder.read(path)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_event_of_whole_days_ends_after_its_last_day(
    site: Site, tmp_path: Path
) -> None:
    days = EVENT.replace("T15:00:00", "").replace("2097-11-09T16:30:00", "2097-11-11")
    path = campaigning.write(tmp_path, toml=toml(days))
    number = await campaigning.add(site, path)

    made = await preview.preview(site, number, reader(), now=clock.now())

    assert verifier.verify(made.octets) == []
    assert b"DTSTART;VALUE=3DDATE:20971109\r\n" in made.octets
    assert b"DTEND;VALUE=3DDATE:20971112\r\n" in made.octets
    assert b"name=invitation.ics" in made.octets


def reader() -> str:
    """Return the address of a reader of the campaigns of `toml`."""
    return next(
        entry.address for entry in directory.entries() if entry.kind == "sector"
    )


@pytest.mark.parametrize(
    ("start", "end", "level", "sentence"),
    [
        (
            "03-31T02:30",
            "03-31T04:00",
            "error",
            "start 2097-03-31 02:30 does not exist",
        ),
        ("03-30T22:00", "03-31T02:15", "error", "end 2097-03-31 02:15 does not"),
        ("10-27T02:30", "10-27T04:00", "warning", "start 2097-10-27 02:30 comes"),
        ("10-26T22:00", "10-27T02:00", "warning", "end 2097-10-27 02:00 comes"),
    ],
)
@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_event_when_the_clocks_change_is_refused_or_asked_about(
    site: Site, tmp_path: Path, start: str, end: str, level: str, sentence: str
) -> None:
    changed = EVENT.replace("11-09T15:00", start).replace("11-09T16:30", end)
    number = await campaigning.add(
        site, campaigning.write(tmp_path, toml=toml(changed))
    )

    (problem,) = (await gate.check(site, number, now=clock.now())).problems

    assert (problem.level, problem.where) == (level, "campaign.toml, event")
    assert sentence in problem.what


def test_a_place_that_lacks_a_language_is_shown_in_another_one() -> None:
    table = {"uid": "a", "start": date(2097, 5, 4), "end": date(2097, 5, 5)}
    read = event.read(
        {**table, "place": {"FR": "Genève", "es": "Ginebra"}},
        name="A",
        zone="UTC",
        fault=ContentError,
    )

    assert read is not None
    assert event.place_in(read["places"], "fr") == "Genève"
    assert event.place_in(read["places"], "en") == "Genève"
