"""Answers are filed to the letters they answer, and change nothing by themselves."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from audiences import directory
from mailer.feedback.replies import wording
from mailer.settings.feedback import FeedbackSettings
from mailer.sites.site import Site
from tests.acts import campaigning, readers, returning
from tests.acts.commands import Mailer
from tools.peers.relay import Relay

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
ED = readers.ED


async def named(site: Site, number: int) -> str:
    row = (await campaigning.ledger(site, number))[ED]
    name = (await readers.signed_of(site, row)).message_id
    return f"<{name}@{site.settings.mail.domain}>"


def answer(
    name: str, text: str, *, subject: str = "Re: x", more: str = "", sender: str = ED
) -> bytes:
    return (
        f"From: Someone <{sender}>\nTo: partnerships@liaison.example\n"
        f"Subject: {subject}\nIn-Reply-To: {name}\n{more}\n{text}\n"
    ).encode()


@pytest.mark.parametrize(
    ("subject", "asks"),
    [
        ("Unsubscribe", True),
        ("RE: unsubscribe please", True),
        ("Désabonnement", True),
        ("Désinscription", True),
        ("Baja", True),
        ("Cancelar suscripción", True),
        ("إلغاء الاشتراك", True),
        ("Отписаться", True),
        ("退订", True),
        ("Re: How to unsubscribe members from our list", False),
        ("Bajamar: a project", False),
        ("", False),
    ],
)
def test_a_wish_to_leave_is_read_in_six_languages(subject: str, asks: object) -> None:
    assert wording.asks_to_leave(subject) is asks


async def test_an_answer_is_filed_to_its_letter_and_a_vacation_changes_nothing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    name = await named(site, number)
    before = await readers.everything(site)
    mails = [
        answer(name, "Thank you \x1b[31m very much"),
        answer(name, "I am away.", more="Auto-Submitted: auto-replied\n"),
        answer(name, "Who are you?", sender="stranger@elsewhere.example"),
    ]

    await returning.take(site, mails, of_replies=True)

    stored = await returning.stored(site)
    assert [(each.kind, each.campaign_id) for each in stored] == [
        ("reply", number),
        ("auto-reply", number),
        ("reply", None),
    ]
    assert "\x1b" not in stored[0].text
    assert await readers.everything(site) == before
    assert await returning.suppressed(site) == {}


@ON_SQLITE
async def test_who_has_left_becomes_a_proposal_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    left = answer(
        await named(site, number),
        "I no longer work here. Please write to Ada <ada@csp.sector.example>.",
        more="Auto-Submitted: auto-replied\n",
    )

    await returning.take(site, [left], of_replies=True)
    await returning.take(site, [left], of_replies=True)

    async with site.database.reading() as session:
        [(proposal, _)] = await directory.proposals(session, waiting=True)
    assert proposal.proposed == {
        "note": f"{ED} has left; write to ada@csp.sector.example"
    }
    assert (await campaigning.ledger(site, number))[ED].state == "accepted"


@ON_SQLITE
async def test_the_token_in_a_subject_unsubscribes_once_for_ever(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    row = (await campaigning.ledger(site, number))[ED]
    token = (await readers.signed_of(site, row)).unsubscribe
    mail = answer("<x@y>", "", subject=token, sender="any@elsewhere.example")
    other = "B" if token.startswith("A") else "A"
    forged = answer("<x@y>", "", subject=other + token[1:])

    await returning.take(site, [forged])
    before = await readers.standings(site)
    await returning.take(site, [mail])

    assert before[readers.TOPIC] == "active"
    assert (await readers.standings(site))[readers.TOPIC] == "ended"
    assert (readers.TOPIC, "ended", "mail") in await readers.evidence(site)


async def test_complaints_suppress_and_opt_outs_unsubscribe(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    """The third is no complaint, the fourth encloses nothing of ours."""
    number = await returning.sent(site, relay, tmp_path)
    [first, second, third, fourth, *_] = relay.accepted
    mails = [
        returning.complaint(first, path=first.sender, whole=False),
        returning.complaint(second, "opt-out"),
        returning.complaint(third, "not-spam"),
        returning.complaint(fourth, path="r-00@return.liaison.example", whole=False),
    ]

    recorded = await returning.take(site, mails)

    assert (recorded.kinds, recorded.quarantined) == (
        {"complaint": 2, "opt-out": 1},
        1,
    )
    assert await returning.suppressed(site) == {first.recipient: "complained"}
    ledger = await campaigning.ledger(site, number)
    assert [ledger[each.recipient].state for each in (first, second, third)] == [
        *("complained", "accepted", "accepted"),
    ]
    left = await readers.standings(site, second.recipient)
    assert left[readers.TOPIC] == "ended"


@ON_SQLITE
async def test_the_command_lists_files_and_obeys_answers(
    site: Site, relay: Relay, tmp_path: Path, mailer: Mailer
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    mails = [
        answer(await named(site, number), "Please.", subject="Unsubscribe"),
        answer("<x@y>", "Hello", sender="stranger@elsewhere.example"),
    ]
    await returning.take(site, mails, of_replies=True)
    run = asyncio.to_thread

    listed = (await run(mailer, "replies", "list", "--json-lines")).lines
    shown = await run(mailer, "replies", "show", "2")
    filed = await run(
        mailer, "replies", "file", "2", "--campaign", str(number), "--by", "editor"
    )
    refused = await run(mailer, "replies", "leave", "2", "--by", "editor")
    left = await run(mailer, "replies", "leave", "1", "--by", "editor")

    assert [each["asks_to_leave"] for each in listed] == [True, False]
    assert "Hello" in shown.out
    assert (filed.code, refused.code, left.code) == (0, 1, 0)
    assert (await readers.standings(site))[readers.TOPIC] == "ended"


@ON_SQLITE
async def test_filed_to_its_own_campaign_an_answer_keeps_its_message(
    site: Site, relay: Relay, tmp_path: Path, mailer: Mailer
) -> None:
    first = await returning.sent(site, relay, tmp_path)
    other = await returning.sent(site, relay, tmp_path)
    mail = answer(await named(site, first), "Hello")
    await returning.take(site, [mail], of_replies=True)
    found = []
    for number in (first, other, other):
        filed = await asyncio.to_thread(
            mailer, "replies", "file", "1", "--campaign", str(number), "--by", "editor"
        )
        assert filed.code == 0, filed.err
        (kept,) = await returning.stored(site)
        found.append((kept.campaign_id, kept.message_number is None, kept.evidence))

    assert found == [
        (first, False, "Message-ID"),
        (other, True, "a person"),
        (other, True, "a person"),
    ]


@ON_SQLITE
async def test_a_subject_is_obeyed_if_the_settings_say_so(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    wish = answer(await named(site, number), "", subject="Désabonnement")
    given = FeedbackSettings(leave_by_words=True)
    settings = site.settings.model_copy(update={"feedback": given})

    await returning.take(site, [wish], of_replies=True)
    before = await readers.standings(site)
    await returning.take(
        replace(site, settings=settings), [wish + b"again"], of_replies=True
    )

    assert before[readers.TOPIC] == "active"
    assert (await readers.standings(site))[readers.TOPIC] == "ended"


@ON_SQLITE
async def test_what_an_erased_person_wrote_is_emptied(
    site: Site, relay: Relay, tmp_path: Path, mailer: Mailer
) -> None:
    number = await returning.sent(site, relay, tmp_path)
    mails = [
        answer(await named(site, number), "My secret", subject="Mine"),
        answer("<x@y>", "Another secret", subject="Mine, too"),
        answer("<x@y>", "Not hers", sender="stranger@elsewhere.example"),
    ]
    await returning.take(site, mails, of_replies=True)

    erased = await asyncio.to_thread(
        mailer, "contacts", "erase", ED, "--yes", "--by", "editor"
    )

    assert erased.code == 0, erased.err
    stored = await returning.stored(site)
    assert [each.text for each in stored] == ["", "", "Not hers"]
    assert [each.octets is None for each in stored] == [True, True, False]
