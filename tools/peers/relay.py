"""A scripted SMTP server: answers as told, and remembers exactly what it was sent.

It keeps its own account of accepted messages, so that a test can hold the sender's
ledger against what was truly received, and of every line that TLS did not hide.
"""

import asyncio
import base64
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import trustme

from tools.peers.smtp_server import Server, Session, undoubled

DROP = "drop"  # close the connection instead of answering
SILENT = "silent"  # never answer
USER, PASSWORD = "liaison", "correct horse battery staple"
LOGIN = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()

Script = Callable[[str, str], str | None]  # (step, line) → an answer, or None


async def nothing(_step: str) -> None:
    """Answer at once."""


@dataclass(kw_only=True)
class Received:
    """One message the relay accepted, or took without answering."""

    sender: str
    recipient: str
    octets: bytes
    answered: bool = True


@dataclass(kw_only=True)
class Relay(Server):
    """Start, script, and look at what came."""

    script: Script = lambda _step, _line: None
    before: Callable[[str], Awaitable[None]] = nothing  # awaited before an answer
    delay: float = 0.0  # seconds before each answer to a final dot
    accepted: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    in_the_clear: list[str] = field(default_factory=list)  # commands TLS did not hide

    def recipients(self) -> list[str]:
        """Return whom the accepted messages went to."""
        return [message.recipient for message in self.accepted]

    def verbs(self) -> list[str]:
        """Return the first word of every command, in order."""
        return [line.partition(" ")[0] for line in self.commands]

    def heard(self, session: Session, line: str) -> None:
        """Keep a command."""
        self.commands.append(line)
        if not session.hidden:
            self.in_the_clear.append(line)

    async def answer(
        self, session: Session, step: str, argument: str, usual: str
    ) -> str:
        """Answer as the script says, or as usual."""
        session.flush()
        await self.before(step)
        said = self.script(step, argument) or usual
        if step == ".":
            self._account(session, said)
            await asyncio.sleep(self.delay)
        if said == DROP:
            session.close()
        elif said == SILENT:
            await session.gone.wait()
        else:
            session.say(said)
            return said
        return ""

    def _account(self, session: Session, said: str) -> None:
        answered = said not in {DROP, SILENT}
        if said.startswith("2") or not answered:
            self.accepted.append(
                Received(
                    sender=session.sender or "",
                    recipient=session.recipient or "",
                    octets=undoubled(session.octets),
                    answered=answered,
                )
            )


def certified(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Return how a relay with a good certificate of these names speaks TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(made)
    return made
