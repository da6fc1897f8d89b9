"""An approval is asked for by a link: it reads, and acts with a mailed code only."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from audiences.record.changes import Author
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.asking import mailed_codes
from mailer.signin import tokens
from mailer.sites.site import Site
from mailer.users import keeping
from mailer.users.checking import UserDetails
from mailer.users.keeping import RoleChange
from mailer.web.console.guard import FIELD
from tests.acts import campaigning
from tests.acts.console import ARABIC, SAME, Visitor, add_user, visitor
from tools.peers.relay import Relay
from tools.peers.serving import Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
AUTHOR, APPROVER, MAIL = "editor", "paul", "paul@unit.int"


def mails(relay: Relay) -> list[tuple[str, str]]:
    """Return subject and text of each mail, without marks of direction and breaks."""
    found = []
    for each in relay.accepted:
        message = message_from_bytes(each.octets, policy=policy.SMTP)
        body = message.get_body(("plain",))
        assert body is not None
        text = re.sub("[\u2066-\u2069]", "", body.get_content())
        subject = re.sub("[\u2066-\u2069]", "", str(message["Subject"]))
        found.append((subject, text))
    return found


class Phone:
    """A browser that has opened the link of a request; nobody is signed in there."""

    def __init__(self, pages: Pages, token: str) -> None:
        self.pages, self.token = pages, token

    async def get(self, path: str = "") -> httpx.Response:
        """Ask for a page of the request."""
        cookie = f"liaison-approve={self.token}"
        return await self.pages.get(f"/approve{path}", Cookie=cookie)

    async def post(self, path: str, **form: str) -> httpx.Response:
        """Send a form of the page."""
        cookie = f"liaison-approve={self.token}"
        filled = {FIELD: tokens.form_token(self.token), **form}
        return await self.pages.post(f"/approve{path}", filled, Cookie=cookie, **SAME)

    async def version(self) -> str:
        """Return the version of the letter that the page shows."""
        found = re.search(r'name="version" value="([^"]+)"', (await self.get()).text)
        assert found is not None
        return found[1]


async def with_address(site: Site, name: str, address: str) -> None:
    """Give a user an address."""
    author = Author(by=name, account=None, because=None, at=clock.now())
    details = UserDetails(address=address)
    async with site.database.writing() as session:
        await keeping.edit(session, name, RoleChange(), details, author, classes=())


async def asked(
    site: Site, pages: Pages, relay: Relay, place: Path
) -> tuple[int, Phone, Visitor]:
    """Write a letter, ask Paul for its approval, and open his link on a telephone."""
    await add_user(site, APPROVER, "approver", address=MAIL)
    number = await campaigning.add(site, campaigning.write(place))
    author = await visitor(site, pages, AUTHOR)
    form = {"approver": APPROVER, "wished_by": "2097-05-02"}
    answer = await author.post(f"/campaigns/{number}/ask", form)
    assert answer.status_code == 303, answer.text
    ((_, text),) = mails(relay)
    token = re.search(r"/approve/([\w-]+)", text)
    assert token is not None
    arrived = await pages.get(f"/approve/{token[1]}")
    assert arrived.status_code == 303
    assert token[1] not in arrived.headers["location"]
    assert f"liaison-approve={token[1]}" in arrived.headers["set-cookie"]
    return number, Phone(pages, token[1]), author


async def test_the_link_reads_and_only_the_mailed_code_approves(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        number, phone, _ = await asked(site, pages, relay, tmp_path)
        page = await phone.get()
        assert "A short letter" in page.text
        assert "2 May 2097" in page.text
        assert "this is short" in (await phone.get("/letter?example=0")).text
        version = await phone.version()
        decided = {"decision": "approve", "version": version}
        assert (await phone.post("/decide", **decided)).status_code == 409
        assert (
            await phone.post("/decide", code="123456", **decided)
        ).status_code == 409
        assert await campaigning.state(site, number) == "in_review"
        await phone.post("/code")
        code = re.search(r"\b\d{6}\b", mails(relay)[-1][1])
        assert code is not None
        undecided = await phone.post("/decide", code=code[0])
        assert f'value="{code[0]}"' in undecided.text  # it is not typed again
        wrong = await phone.post("/decide", code="12345", **decided)
        assert 'value="12345"' not in wrong.text
        answer = await phone.post(
            "/decide", code=f" {code[0].translate(ARABIC)} ", **decided
        )
        assert answer.status_code == 303, answer.text
        assert "You approved it" in (await phone.get()).text
        # answered: what is sent again leads to the page that says so
        again = await phone.post("/decide", decision="return", version=version)
        assert again.headers["location"] == "/approve"

    assert relay.recipients() == [MAIL, MAIL]
    assert await campaigning.state(site, number) == "approved"
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        given = await lookup.current_approval(session, campaign)
    assert given is not None
    assert given.by == APPROVER


@pytest.mark.prove
async def test_five_wrong_codes_end_a_code_and_ten_codes_end_the_link(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        number, phone, _ = await asked(site, pages, relay, tmp_path)
        decided = {"decision": "approve", "version": await phone.version()}
        await phone.post("/code")
        code = re.search(r"\b\d{6}\b", mails(relay)[-1][1])
        assert code is not None
        wrong = "000000" if code[0] != "000000" else "111111"
        for _ in range(mailed_codes.TRIES):
            await phone.post("/decide", code=wrong, **decided)
        late = await phone.post("/decide", code=code[0], **decided)
        assert late.status_code == 409
        answers = [await phone.post("/code") for _ in range(mailed_codes.MAILED)]
        assert answers[-1].status_code == 409
        assert "codes were mailed" in answers[-1].text

    assert await campaigning.state(site, number) == "in_review"
    assert len(relay.accepted) == 1 + mailed_codes.MAILED


async def test_a_letter_is_sent_back_with_a_reason_to_its_author(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    reason = "The date is [wrong](https://evil.example) <b>and</b> {organisation}."
    async with serving(site) as pages:
        await with_address(site, AUTHOR, "editor@unit.int")
        number, phone, author = await asked(site, pages, relay, tmp_path)
        paul = await visitor(site, pages, APPROVER)
        assert "You are asked to approve" in (await paul.get("")).text
        seen = {"version": await phone.version()}
        empty = await paul.post(f"/campaigns/{number}/return", {**seen, "reason": " "})
        assert empty.status_code == 409
        answer = await paul.post(
            f"/campaigns/{number}/return", {**seen, "reason": reason}
        )
        assert answer.status_code == 303
        page = (await author.get(f"/campaigns/{number}")).text
        assert "sent it back" in page
        assert "Mend it, then ask for an approval again." in page
        assert "It waits for the approval" not in page
        assert "<b>and</b>" not in page
        assert "&lt;b&gt;and&lt;/b&gt;" in page
        assert "You are asked to approve" not in (await paul.get("")).text
        assert "It was sent back" in (await phone.get()).text
        await author.post(f"/campaigns/{number}/ask", {"approver": APPROVER})
        assert "Mend it, then" not in (await author.get(f"/campaigns/{number}")).text
    assert relay.recipients() == [MAIL, "editor@unit.int", MAIL]
    assert "[wrong](https://evil.example) <b>and</b>" in mails(relay)[1][1]
    message = message_from_bytes(relay.accepted[1].octets, policy=policy.SMTP)
    html = message.get_body(("html",))
    assert html is not None
    assert 'href="https://evil' not in html.get_content()


async def test_a_letter_changed_meanwhile_is_not_approved(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        number, phone, _ = await asked(site, pages, relay, tmp_path)
        paul = await visitor(site, pages, APPROVER)
        version = await phone.version()
        await campaigning.replace(site, number, campaigning.write(tmp_path))
        answer = await paul.post(f"/campaigns/{number}/approval", {"version": version})
        assert answer.status_code == 409
        assert "changed meanwhile" in answer.text

    assert await campaigning.state(site, number) == "draft"


async def test_a_request_that_is_taken_back_has_no_link(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        number, phone, author = await asked(site, pages, relay, tmp_path)
        assert (await author.post(f"/campaigns/{number}/withdraw")).status_code == 303
        assert (await phone.get()).status_code == 404
        assert (await phone.post("/code")).status_code == 404
        again = await author.post(f"/campaigns/{number}/withdraw")
        assert again.status_code == 409


async def test_a_forged_form_or_another_link_decides_nothing(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    async with serving(site) as pages:
        _, phone, _ = await asked(site, pages, relay, tmp_path)
        cookie = f"liaison-approve={phone.token}"
        forged = {FIELD: tokens.form_token("another")}
        right = {FIELD: tokens.form_token(phone.token)}
        cross = {"Sec-Fetch-Site": "cross-site"}
        answers = [
            await pages.post("/approve/code", forged, Cookie=cookie, **SAME),
            await pages.post("/approve/code", right, Cookie=cookie, **cross),
            await pages.post("/approve/code", right, **SAME),
            await Phone(pages, "wrong").post("/code"),
            await pages.get("/approve"),
        ]

    assert [each.status_code for each in answers] == [403, 403, 404, 404, 404]
    assert len(relay.accepted) == 1


async def test_authors_and_users_without_address_are_not_asked(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await add_user(site, APPROVER, "approver")
    number = await campaigning.add(site, campaigning.write(tmp_path))
    async with serving(site) as pages:
        author = await visitor(site, pages, AUTHOR)
        for name, said in (
            (APPROVER, "no address"),
            (AUTHOR, "wrote"),
            ("x", "no user"),
        ):
            answer = await author.post(f"/campaigns/{number}/ask", {"approver": name})
            assert answer.status_code in {404, 409}, answer.text
            assert said in answer.text
        none = await author.post(f"/campaigns/{number}/ask", {})
        assert "no approver is named" in none.text

    assert relay.accepted == []
