"""Answers, lost contacts and the quarantine are shown as text and acted on."""

from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning, readers, returning
from tests.acts.console import add_user, visitor
from tests.mailer.feedback.lost.test_lost import ED, add_deputy, heal, lose
from tests.mailer.feedback.test_calendar_replies import OUTLOOK, calendar
from tests.mailer.feedback.test_replies import answer, named
from tools.peers.relay import Relay
from tools.peers.serving import serving

STEWARD = "editor"
PLACE = "/answers"
HOSTILE = "<script>alert(1)</script>"
ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])


REFUSED: list[tuple[str, dict[str, str], int]] = [
    ("2/file", {"campaign": "x"}, 422),
    ("2/file", {"campaign": "9" * 19}, 422),
    ("2/leave", {}, 422),
    ("77/leave", {}, 422),
    (f"{'9' * 30}/leave", {}, 404),
]


async def test_answers_are_read_filed_and_obeyed(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    name = await named(site, number)
    mails = [
        answer(name, HOSTILE, subject="Unsubscribe"),
        answer("<x@y>", "Hello", subject=HOSTILE, sender="other@elsewhere.example"),
        answer(name, "Away.", more="Auto-Submitted: auto-replied\n"),
    ]
    await returning.take(site, mails, of_replies=True)

    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        shown = (await steward.get(PLACE)).text
        robots = (await steward.get(f"{PLACE}?kind=auto-reply&campaign={number}")).text
        empty = await steward.get(f"{PLACE}?kind={HOSTILE}&campaign=x&after={'9' * 30}")
        report = (await steward.get(f"/campaigns/{number}/report")).text
        for path, form, status in (
            *REFUSED,
            ("2/file", {"campaign": str(number)}, 303),
        ):
            assert (await steward.post(f"{PLACE}/{path}", form)).status_code == status
        assert (await steward.post(f"{PLACE}/1/leave", {})).status_code == 303
        after = (await steward.get(f"{PLACE}?done=unsubscribed")).text

    assert "<script>alert" not in shown
    assert shown.count("&lt;script&gt;alert") == 2
    assert "The subject asks to unsubscribe." in shown
    assert "Away." in robots
    assert "Hello" not in robots
    assert empty.status_code == 200
    assert "How well it arrives" in report
    assert f"/console/answers?campaign={number}" in report
    assert "The subject asks to unsubscribe." not in after
    assert [each.campaign_id for each in await returning.stored(site)] == [number] * 3
    assert (await readers.standings(site))[readers.TOPIC] == "ended"


@ON_SQLITE
async def test_the_quarantine_is_believed_or_discarded(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    [first, *_] = relay.accepted
    forged = returning.complaint(first, path="r-00@return.x.example", whole=False)
    await returning.take(site, [forged, forged.replace(b"short", b"long")])
    message = (await campaigning.ledger(site, number))[first.recipient].id

    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        shown = (await steward.get(f"{PLACE}/quarantine")).text
        for path, form, status in (
            ("1/release", {"message": ""}, 422),
            ("1/release", {"message": "999999"}, 422),
            ("1/release", {"message": str(message)}, 303),
            ("1/discard", {}, 422),
            ("2/discard", {}, 303),
        ):
            sent = await steward.post(f"{PLACE}/quarantine/{path}", form)
            assert (path, form, sent.status_code) == (path, form, status)
            assert ('value="999999"' in sent.text) == ("999999" in form.values())
        after = (await steward.get(f"{PLACE}/quarantine?done=discarded")).text

    assert shown.count("Believe it") == 2
    assert "Nothing is quarantined." in after
    assert await returning.suppressed(site) == {first.recipient: "complained"}


@ON_SQLITE
async def test_a_lost_contact_is_shown_asked_about_and_settled(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_deputy(site)
    await lose(site, relay, tmp_path)
    await heal(site, relay)

    async with serving(site) as pages:
        steward = await visitor(site, pages, STEWARD)
        shown = (await steward.get(f"{PLACE}/tasks")).text
        drafted = await steward.post(f"{PLACE}/tasks/ask", {"act": "lost"})
        again = await steward.post(f"{PLACE}/tasks/ask", {"act": "lost"})
        draft = await steward.get(drafted.headers["location"].removeprefix("/console"))
        done = await steward.post(f"{PLACE}/tasks/1/done", {"because": "Ada follows"})
        twice = await steward.post(f"{PLACE}/tasks/1/done", {"because": "Ada follows"})
        after = (await steward.get(f"{PLACE}/tasks")).text

    assert ED in shown
    assert "Draft the letter to the other contacts" in shown
    assert [each.status_code for each in (drafted, again, draft)] == [303, 422, 200]
    assert [each.status_code for each in (done, twice)] == [303, 422]
    assert "No contact is lost." in after


@ON_SQLITE
async def test_who_may_not_see_names_sees_no_answers(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    invited = answer(await named(site, number), calendar(OUTLOOK))
    await returning.take(site, [invited], of_replies=True)
    await add_user(site, "lea", "viewer")

    async with serving(site) as pages:
        viewer = await visitor(site, pages, "lea")
        home = (await viewer.get("")).text
        got = [
            (await viewer.get(f"{PLACE}{each}")).status_code
            for each in ("", "/tasks", "/quarantine")
        ]
        acts = [
            (await viewer.post(f"{PLACE}/{each}")).status_code
            for each in ("1/leave", "tasks/ask", "quarantine/1/discard")
        ]

    assert "/console/answers" not in home
    assert (got, acts) == ([403] * 3, [403] * 3)
