"""Readers who would get a text again are counted, and a person is asked."""

from pathlib import Path

import pytest
from sqlalchemy import update

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.review import gate
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.reports import repeated
from mailer.sites.site import Site
from mailer.web.console import sentences
from tests.acts import campaigning
from tests.acts.commands import Mailer, shown
from tests.mailer.cli.test_acting import on_terminal

pytestmark = pytest.mark.prove

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
BOTH = "(kind = sector or kind = field_office) and sub(monthly-letter)"  # 10 and 54


async def repeats(site: Site, number: int) -> list[str]:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return await repeated.repeats(session, campaign, now=clock.now())


async def test_readers_of_both_campaigns_are_counted(
    site: Site, tmp_path: Path
) -> None:
    first = await campaigning.released(site, tmp_path)
    second = await campaigning.approved(site, tmp_path, audience=BOTH)
    (sentence,) = await repeats(site, second)
    said = sentences.told(sentence, "fr")

    assert sentence.startswith(
        f"10 of its readers have the same text from campaign {first}, A short letter,"
    )
    assert said.startswith("Destinataires qui ont déjà ce texte, par la lettre")


@on_sqlite
async def test_another_text_or_other_readers_repeat_nothing(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    text = campaigning.TEXT + "One more word.\n"
    other_text = await campaigning.approved(site, tmp_path, en=text)
    others = await campaigning.approved(site, tmp_path, audience=campaigning.OFFICES)

    assert await repeats(site, other_text) == []
    assert await repeats(site, others) == []


@on_sqlite
@pytest.mark.parametrize("state", MessageState)
async def test_a_reader_who_did_not_get_it_gets_nothing_twice(
    site: Site, tmp_path: Path, state: MessageState
) -> None:
    await campaigning.released(site, tmp_path)
    async with site.database.writing() as session:
        await session.execute(update(Message).values(state=state, reason="test"))
    number = await campaigning.approved(site, tmp_path)
    unreached = {"refused", "bounced", "set_aside", "expired", "cancelled", "skipped"}

    assert bool(await repeats(site, number)) == (state not in unreached)


@on_sqlite
async def test_the_check_warns_of_a_text_that_has_gone_out(
    site: Site, tmp_path: Path
) -> None:
    first = await campaigning.released(site, tmp_path)
    number = await campaigning.add(site, campaigning.write(tmp_path))
    checked = await gate.check(site, number, now=clock.now(), scored=False)

    assert checked.ok
    assert any(
        f"the same text has gone out in campaign {first}" in each.what
        for each in checked.problems
    )


def twice(mailer: Mailer, place: Path) -> None:
    """Release a campaign, import it once more, and approve that."""
    path = str(campaigning.write(place))
    for number in ("1", "2"):
        assert mailer("campaigns", "import", path).code == 0
        mailer("campaigns", "approve", number, "--by", "head-of-unit")
        if number == "1":
            assert mailer("campaigns", "release", "1", "--by", "editor").code == 0


def state(mailer: Mailer) -> str:
    """Return the state of the campaign that was imported last."""
    return str(mailer("campaigns", "list", "--json").json[0]["state"])


@on_sqlite
@pytest.mark.parametrize(
    ("command", "done"),
    [
        ("campaigns release 2 --expect 10 --by editor", "sending"),
        ("campaigns schedule 2 --at 2090-06-01T10:00Z --by editor", "scheduled"),
    ],
)
@pytest.mark.parametrize(("more", "answer"), [("", "n"), ("", "y"), (" --again", "")])
def test_a_text_sent_again_is_a_question_on_a_terminal(
    mailer: Mailer,
    folder: Path,
    tmp_path: Path,
    command: str,
    done: str,
    more: str,
    answer: str,
) -> None:
    twice(mailer, tmp_path)
    said = on_terminal(folder, command + more, answer)

    assert "10 of its readers have the same text from campaign 1" in shown(said)
    assert ("Send the same text again?" in said) == (not more)
    assert state(mailer) == ("approved" if answer == "n" else done)


@on_sqlite
def test_without_a_terminal_it_is_said_and_goes_on(
    mailer: Mailer, tmp_path: Path
) -> None:
    twice(mailer, tmp_path)
    ran = mailer("campaigns", "release", "2", "--by", "editor")

    assert ran.code == 0
    assert "10 of its readers have the same text from campaign 1" in shown(ran.err)
    assert state(mailer) == "sending"
