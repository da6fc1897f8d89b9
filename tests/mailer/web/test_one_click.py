"""/u/: a GET changes nothing, one click unsubscribes, and invalid links are refused."""

import asyncio
from pathlib import Path

import pytest

from mailer.links import NO_MESSAGE, Purpose, Stamp
from mailer.sites.site import Site
from tests.acts import readers
from tests.acts.readers import TOPIC
from tools.peers.serving import ONE_CLICK, serving
from tools.waiting import eventually

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

FORM, MIXED = "application/x-www-form-urlencoded", "multipart/form-data; boundary=cut"
MULTIPART = (
    b'--cut\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n%b\r\n'
    b"One-Click\r\n--cut--\r\n"
)
BODIES = {  # the kind and the octets
    "empty": ("", b""),
    "of another case": (FORM, b"list-unsubscribe=one-click"),
    "with an end of line": (FORM, b"List-Unsubscribe=One-Click\r\n"),
    "text": ("text/plain", b"List-Unsubscribe=One-Click"),
    "JSON": ("application/json", b'{"List-Unsubscribe": "One-Click"}'),
    "multipart": (MIXED, MULTIPART % b""),
    "of an unknown character set": (
        MIXED,
        MULTIPART % b"Content-Type: text/plain; charset=nope\r\n",
    ),
    "multipart without a boundary": ("multipart/form-data", MULTIPART % b""),
    "large": (FORM, b"x" * 300_000),
}
FOREIGN = {"Origin": "https://mail.example", "Referer": "https://mail.example/inbox"}


@pytest.mark.parametrize("rounds", [1, pytest.param(84, marks=pytest.mark.prove)])
async def test_a_get_changes_nothing_however_often(
    site: Site, tmp_path: Path, rounds: int
) -> None:
    """Mail scanners follow every link; some use HEAD."""
    link = await readers.signed(site, tmp_path)
    before = await readers.everything(site)
    async with serving(site) as pages:
        answers = [
            await pages.get(path)
            for _ in range(rounds)
            for path in (
                f"/u/{link.unsubscribe}",
                f"/u/{link.unsubscribe}?leave=yes&List-Unsubscribe=One-Click",
                f"/p/{link.preferences}",
                f"/p/{link.preferences}?act=stop-now",
                f"/c/{link.confirm}",
                f"/c/{link.confirm}?confirm=yes",
            )
        ]
        head = await pages.client.head(f"{pages.url}/u/{link.unsubscribe}")

    assert {answer.status_code for answer in answers} == {200}
    assert (head.status_code, head.content) == (200, b"")
    assert await readers.everything(site) == before


@pytest.mark.parametrize("headers", [{}, FOREIGN], ids=["plain", "foreign origin"])
async def test_one_click_unsubscribes_at_once(
    site: Site, tmp_path: Path, headers: dict[str, str]
) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        answer = await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK, **headers)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert (await readers.standings(site))[TOPIC] == "ended"
    assert await readers.evidence(site) == [(TOPIC, "ended", "one-click")]


@pytest.mark.parametrize("body", BODIES)
async def test_every_post_unsubscribes_whatever_its_body(
    site: Site, tmp_path: Path, body: str
) -> None:
    link = await readers.signed(site, tmp_path)
    kind, octets = BODIES[body]
    async with serving(site) as pages:
        answer = await pages.client.post(
            f"{pages.url}/u/{link.unsubscribe}",
            content=octets,
            headers={"Content-Type": kind} if kind else {},
        )

    assert answer.status_code == 200
    assert "You have unsubscribed from this letter" in answer.text
    assert await readers.evidence(site) == [(TOPIC, "ended", "one-click")]


async def test_a_body_that_is_cut_off_unsubscribes(site: Site, tmp_path: Path) -> None:
    """The client announces more than it sends, and goes away."""
    link = await readers.signed(site, tmp_path)
    head = f"POST /u/{link.unsubscribe} HTTP/1.1\r\nHost: x\r\nContent-Length: 900"
    async with serving(site) as pages:
        port = int(pages.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"{head}\r\n\r\nList-Unsub".encode())
        await writer.drain()
        writer.close()

        async def left() -> bool:
            return (await readers.standings(site))[TOPIC] == "ended"

        await eventually(left, "the subscription has not ended")


async def test_three_clicks_unsubscribe_once(site: Site, tmp_path: Path) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        answers = [
            await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK) for _ in range(3)
        ]

    assert {answer.status_code for answer in answers} == {200}
    assert len(await readers.evidence(site)) == 1


async def test_the_button_of_the_page_unsubscribes(site: Site, tmp_path: Path) -> None:
    link = await readers.signed(site, tmp_path)
    async with serving(site) as pages:
        await pages.post(f"/u/{link.unsubscribe}", {"leave": "yes"})

    assert await readers.evidence(site) == [(TOPIC, "ended", "page")]


async def test_unsubscribing_from_one_letter_keeps_the_others(
    site: Site, tmp_path: Path
) -> None:
    link = await readers.signed(site, tmp_path)
    before = await readers.standings(site)
    async with serving(site) as pages:
        await pages.post(f"/u/{link.unsubscribe}", ONE_CLICK)

    assert await readers.standings(site) == {**before, TOPIC: "ended"}


def _other_at(place: int, token: str) -> str:
    """Return the token with another letter at one place."""
    letter = "A" if token[place] != "A" else "B"
    return token[:place] + letter + token[place + 1 :]


async def test_every_invalid_link_gets_the_same_answer(
    site: Site, tmp_path: Path
) -> None:
    """Changed, cut, of another purpose, or without a message: all get one page."""
    link = await readers.signed(site, tmp_path)
    token = link.unsubscribe
    epoch = site.signer.stamp(token, Purpose.UNSUBSCRIBE).epoch
    wrong = [
        *(_other_at(place, token) for place in (0, 1, len(token) - 3)),
        token[:-1],
        token[:10],
        token + "A",
        token.upper(),
        "x",
        "%00",
        "%F0%9F%98%80",
        "A" * 5000,
        link.preferences,
        link.confirm,
        site.signer.message(Stamp(epoch, 999_999, bytes(8))).unsubscribe,
        site.signer.message(Stamp(epoch, 1, b"a reader")).unsubscribe,
        site.signer.message(Stamp(b"", 1, b"")).unsubscribe,
        site.signer.message(NO_MESSAGE).unsubscribe,
    ]
    before = await readers.everything(site)
    async with serving(site) as pages:
        seen = [await pages.get(f"/u/{each}") for each in wrong]
        acted = [await pages.post(f"/u/{each}", ONE_CLICK) for each in wrong]
        other = await pages.get(f"/p/{token}")

    assert {answer.status_code for answer in (*seen, *acted, other)} == {404}
    assert len({answer.text for answer in (*seen, *acted, other)}) == 1
    assert await readers.everything(site) == before
