"""Killed between any two steps, by any way in, nothing is lost or counted twice.

What hands the mails over tries again, as its peers in the world do: a mail server keeps
a mail that its pipe or LMTP did not take, a provider repeats its webhook.
"""

import asyncio
import contextlib
import os
import signal
import smtplib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from mailer import clock
from mailer.feedback.arrivals import taking
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from tests.acts import campaigning, hooking, readers, returning
from tools.peers import dovecot
from tools.peers.postgres import free_port
from tools.peers.relay import Received, Relay
from tools.waiting import eventually

# A program that is killed before or after the nth of the calls that take mails in.
KILLED = """
import asyncio, functools, inspect, os, signal, sys
import mailer.feedback.arrivals.imap as imap
import mailer.feedback.arrivals.mailboxes as mailboxes
import mailer.feedback.arrivals.taking as taking
import mailer.feedback.belief.recording as recording
import mailer.feedback.providers.tokens as tokens
import mailer.readers.applying as applying
import mailer.readers.optouts as optouts

left = [int(sys.argv[1])]

def step():
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)

def counted(function):
    if inspect.iscoroutinefunction(function):
        async def call(*arguments, **named):
            step()
            result = await function(*arguments, **named)
            step()
            return result
    else:
        def call(*arguments, **named):
            step()
            result = function(*arguments, **named)
            step()
            return result
    return functools.wraps(function)(call)

for module, name in (
    (imap.ImapFolder, "mails"), (imap.ImapFolder, "remove"), (mailboxes, "_keep"),
    (recording, "known"), (recording, "_insert"), (recording, "apply"),
    (taking, "keep"), (tokens, "bind"), (optouts, "append"),
    (applying, "apply_pending"),
):
    setattr(module, name, counted(getattr(module, name)))
"""
COMMAND = (
    KILLED
    + """
from mailer.cli import main
sys.exit(main.run(["--config", *sys.argv[2:]]))
"""
)
WEBHOOK = (
    KILLED
    + """
import json
from pathlib import Path
from mailer import clock
from mailer.feedback.providers import receiving
from mailer.sites.opening import open_site

async def receive(config, provider):
    body = sys.stdin.buffer.read()
    async with open_site(Path(config)) as site:
        await receiving.receive(site, provider, {}, body, now=clock.now())

asyncio.run(receive(*sys.argv[2:]))
"""
)
STEPS = 16  # more than any way has
KILLED_AT = (1, 4, 6, 9)  # before, within and after the transaction, and at its end
Given = TypeVar("Given")
Way = Callable[["Killing", int], Awaitable[int]]


@dataclass(frozen=True, kw_only=True)
class Killing:
    """A site, the mails that come back to it, and which step ends its program."""

    site: Site
    sent: list[Received]
    leave: bytes  # a mail that unsubscribes its reader
    webhooks: list[bytes]  # of Mailgun, saying the same

    @property
    def config(self) -> str:
        """Return the path of the settings."""
        return str(self.site.root / "config.toml")

    @property
    def mails(self) -> list[tuple[str, bytes]]:
        """Return each mail with its recipient."""
        reports = [(each.sender, returning.report(each)) for each in self.sent]
        return [*reports, (self.site.settings.sender.reply_to, self.leave)]

    def few(self, each: Sequence[Given], step: int) -> Sequence[Given]:
        """Return what is handed over: a bounce and the wish to leave; whole: all."""
        return [each[0], each[-1]] if step < STEPS else each

    async def run(
        self, program: str, step: int, *given: str, stdin: bytes = b""
    ) -> int:
        """Run a program that is killed at a step; return its code."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program, str(step), self.config, *given),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await process.communicate(stdin)
        return process.returncode or 0


async def by_pipe(killing: Killing, step: int) -> int:
    """Hand each mail to a process of its own; return how many were killed."""
    codes = [
        await killing.run(
            *(COMMAND, step, "feedback", "read", "-", "--recipient", recipient),
            stdin=mail,
        )
        for recipient, mail in killing.few(killing.mails, step)
    ]
    return codes.count(-signal.SIGKILL)


async def by_lmtp(killing: Killing, step: int) -> int:
    port = free_port()
    values: dict[tuple[str, str], object] = {
        ("feedback", "listen_port"): port,
        ("feedback", "listen_protocol"): "lmtp",
    }
    edit_toml(Path(killing.config), values)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMAND, str(step), killing.config),
        *("feedback", "listen"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    def hand_over() -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            with smtplib.LMTP("127.0.0.1", port) as client:
                for recipient, mail in killing.mails:
                    client.sendmail("", [recipient], mail)

    async def listens() -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        return process.returncode is not None

    await eventually(listens, "the listener does not listen")
    await asyncio.to_thread(hand_over)
    # not `terminate`, which takes the exit code of a process that has just ended
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)
    return int(await process.wait() == -signal.SIGKILL)


async def by_imap(killing: Killing, step: int) -> int:
    code = await killing.run(COMMAND, step, "feedback", "read")
    return int(code == -signal.SIGKILL)


async def by_webhook(killing: Killing, step: int) -> int:
    codes = [
        await killing.run(WEBHOOK, step, "mailgun", stdin=body)
        for body in killing.few(killing.webhooks, step)
    ]
    return codes.count(-signal.SIGKILL)


@contextlib.asynccontextmanager
async def prepared(
    site: Site, relay: Relay, place: Path, *, by_server: bool
) -> AsyncIterator[Killing]:
    """Send a letter; yield what comes back of it, by a server of IMAP if so asked."""
    number = await returning.sent(site, relay, place)
    (leaving,) = [each for each in relay.accepted if each.recipient == readers.ED]
    sent = [each for each in relay.accepted if each is not leaving][:3]
    token = leaving.octets.partition(b"/u/")[2][:50].decode()
    ledger = await campaigning.ledger(site, number)
    killing = Killing(
        site=site,
        sent=sent,
        leave=f"From: {readers.ED}\nSubject: {token}\n\n".encode(),
        webhooks=[
            await _event(site, each, ledger[each.recipient])
            for each in (*sent, leaving)
        ],
    )
    hooks = {"mailgun_file": "mailgun.key"}
    edit_toml(site.root / "config.toml", {("feedback", "hooks"): hooks})
    if not by_server:
        yield killing
        return
    with dovecot.running() as server:
        server.deliver(*(mail for _, mail in killing.mails))
        (site.root / "imap.password").write_text(dovecot.PASSWORD)
        imap = {
            "host": "127.0.0.1",
            "port": server.tls,
            "user": dovecot.USER,
            "password_file": "imap.password",
            "ca_file": str(server.folder / "ca.pem"),
        }
        edit_toml(site.root / "config.toml", {("feedback", "imap"): imap})
        yield killing


async def _event(site: Site, sent: Received, row: Message) -> bytes:
    """Return a webhook of Mailgun: a message bounced, or its reader unsubscribed."""
    hooks = hooking.hooked(site) if not (site.root / "mailgun.key").exists() else site
    name = (await readers.signed_of(site, row)).message_id
    values = hooking.event("mailgun", sent, f"<{name}@{site.settings.mail.domain}>")
    values["event-data"]["id"] = sent.recipient
    if sent.recipient == readers.ED:
        values["event-data"]["event"] = "unsubscribed"
    return hooking.signed(hooks, "mailgun", values, clock.now())[1]


@pytest.mark.prove
@pytest.mark.parametrize("way", [by_pipe, by_lmtp, by_imap, by_webhook])
async def test_killed_between_any_two_steps_nothing_is_lost_or_counted_twice(
    site: Site, relay: Relay, tmp_path: Path, way: Way
) -> None:
    by_server = way is by_imap
    async with prepared(site, relay, tmp_path, by_server=by_server) as killing:
        killed = 0
        for step in KILLED_AT:
            killed += await way(killing, step)
        for _ in range(2):  # what came, whole; and once more, which changes nothing
            await way(killing, 1_000)
            await taking.decide(site, now=clock.now())

            stored = await returning.stored(site)
            assert [each.kind for each in stored].count("bounce") == 3
            assert [each.kind for each in stored].count("opt-out") == 1
            assert len(stored) == 4
            (number,) = {each.campaign_id for each in stored}
            counted = await campaigning.report(site, number or 0)
            assert counted.states[MessageState.BOUNCED] == 3
            assert (await readers.standings(site))[readers.TOPIC] == "ended"
            assert len(await returning.suppressed(site)) == 3
    assert killed >= 2
