"""A mailbox whose connection is cut, whose mails vanish, or that is very large."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailer.errors import MailerError
from mailer.feedback.arrivals import imap
from mailer.sites.site import Site
from tests.acts import returning
from tests.mailer.feedback.arrivals.test_imap import box, read
from tools.peers import dovecot
from tools.peers.dovecot import Dovecot
from tools.peers.relay import Relay

pytestmark = [pytest.mark.parametrize("store", ["sqlite"]), pytest.mark.prove]
BYE = b"* BYE Too much to do, come back later\r\n"
MAILS = 170_000
MOST = 20  # commands of one reading, and more


@pytest.fixture
def server() -> Iterator[Dovecot]:
    """A Dovecot with an empty mailbox."""
    with dovecot.running() as running:
        yield running


@dataclass(kw_only=True)
class Cutting:
    """What stands between a client and a server: how many commands it passes on."""

    target: int
    commands: int
    says: bytes  # at the end
    port: int = 0

    async def pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on what both say, until the commands are used up."""
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.target)

        async def back() -> None:
            with contextlib.suppress(ConnectionError):
                while octets := await theirs.read(65_536):
                    writer.write(octets)
                    await writer.drain()

        backwards = asyncio.create_task(back())
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                if self.commands <= 0:
                    break
                self.commands -= 1
                ours.write(line)
        backwards.cancel()
        with contextlib.suppress(ConnectionError):
            writer.write(self.says)
            await writer.drain()
        ours.close()
        writer.close()


@contextlib.asynccontextmanager
async def cutting(target: int, commands: int, says: bytes) -> AsyncIterator[int]:
    """Stand before a server; yield the port."""
    between = Cutting(target=target, commands=commands, says=says)
    listening = await asyncio.start_server(between.pass_on, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


@pytest.mark.parametrize("says", [b"", BYE], ids=["nothing", "BYE"])
@pytest.mark.parametrize("of_replies", [False, True], ids=["emptied", "only read"])
async def test_cut_at_each_command_nothing_is_lost_or_counted_twice(
    site: Site,
    relay: Relay,
    tmp_path: Path,
    server: Dovecot,
    *,
    says: bytes,
    of_replies: bool,
) -> None:
    await returning.sent(site, relay, tmp_path)
    server.deliver(*(returning.report(each) for each in relay.accepted[:3]))
    cut: list[str] = []
    for commands in range(MOST):
        async with cutting(server.plain, commands, says) as port:
            found = box(
                site, server, of_replies=of_replies, security="plain", port=port
            )
            try:
                await read(found)
            except MailerError as fault:
                cut.append(str(fault))

    await read(box(site, server, of_replies=of_replies))
    assert len(cut) >= 4
    assert all("the mailbox cannot be read: " in each for each in cut)
    assert len(await returning.stored(site)) == 3
    assert len(server.kept()) == (3 if of_replies else 0)


async def test_mails_that_another_program_deletes_meanwhile_are_no_fault(
    site: Site, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.deliver(*(f"Subject: {each}\n\nx\n".encode() for each in range(5)))
    sizes = imap.ImapFolder.sizes

    def meanwhile(self: imap.ImapFolder, uids: list[int]) -> dict[int, int]:
        found = sizes(self, uids)
        kept = sorted((server.folder / "mail" / "cur").iterdir())
        for path in kept[:2]:
            path.unlink()
        return found

    monkeypatch.setattr(imap.ImapFolder, "sizes", meanwhile)
    await read(box(site, server, of_replies=False))
    monkeypatch.undo()
    await read(box(site, server, of_replies=False))

    assert 3 <= len(await returning.stored(site)) <= 5
    assert server.kept() == {}


async def test_the_numbers_of_a_large_mailbox_are_read_in_one_line(
    site: Site, server: Dovecot
) -> None:
    """The answer has more than the million octets that imaplib takes."""
    folder = server.folder / "mail" / "cur"
    for number in range(MAILS):
        (folder / f"1700000000.M{number}.host:2,S").touch()
    found = box(site, server, of_replies=True)

    async with found.opened() as opened:
        uids = await asyncio.to_thread(opened.uids, 0)
        later = await asyncio.to_thread(opened.uids, uids[-2])

    assert len(uids) == MAILS
    assert later == uids[-1:]
