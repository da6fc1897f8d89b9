"""Make the archive of bounces: python -m tools.bounces [FOLDER WITH EXIM UNPACKED].

Needs root and Postfix. Exim is left out if its folder is not given.
"""

import asyncio
import io
import itertools
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tools.bounces import cases, exim, postfix
from tools.bounces.cases import Case
from tools.peers.relay import Relay

ARCHIVE = Path("tests/mailer/feedback/returned/servers.tar.xz")
EACH = 23  # bounces of a configuration
PATIENCE = 90  # seconds for the bounces of a configuration
SENDER = "v.{number}@return.ngo.example"
LETTER = (
    "From: Liaison <letters@ngo.example>\r\nTo: <{to}>\r\nSubject: Monthly letter\r\n"
    "Date: Fri, 27 Nov 2026 10:00:00 +0100\r\nMessage-ID: <{to}.1@ngo.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nDear reader,\r\nhello.\r\n"
)


@dataclass(kw_only=True)
class Made:
    """The bounces made so far, with their truth."""

    relay: Relay
    replies: dict[str, str]  # address → reply
    files: dict[str, bytes] = field(default_factory=dict)
    truth: list[str] = field(default_factory=list)

    def answer(self, step: str, line: str) -> str | None:
        """Refuse the recipients of the cases; take what is returned."""
        if step != "RCPT":
            return None
        address = line.partition("<")[2].partition(">")[0]
        return self.replies.get(address)

    async def gather(self, name: str, sent: list[Case], kinds: set[str]) -> None:
        """Wait for the returned mails of some cases, and keep them."""
        wanted = {
            SENDER.format(number=each.address.split("@")[0]): each for each in sent
        }
        for _ in range(PATIENCE * 10):
            back = {each.recipient for each in self.relay.accepted}
            if wanted.keys() <= back:
                break
            await asyncio.sleep(0.1)
        for mail in self.relay.accepted:
            case = wanted.get(mail.recipient)
            if case is None:
                continue
            kind = "delay" if b"Action: delayed" in mail.octets else "bounce"
            path = f"{name}-{case.address.partition('@')[0]}-{kind}.eml"
            if kind in kinds and path not in self.files:
                self.files[path] = mail.octets
                row = (path, kind, case.address, case.permanence)
                self.truth.append("\t".join(row))
        self.relay.accepted.clear()


def _letter(case: Case) -> bytes:
    return LETTER.format(to=case.address).encode()


async def _by_postfix(
    made: Made, name: str, chosen: list[Case], *, kinds: set[str], language: str = ""
) -> None:
    """Keep what a Postfix returns; with delay notices it keeps mail for long."""
    warning, lifetime = ("1s", "1d") if "delay" in kinds else ("0", "1s")
    with postfix.running(
        made.relay.port, language=language, warning=warning, lifetime=lifetime
    ) as port:
        for case, ret in zip(chosen, itertools.cycle(("HDRS", "FULL")), strict=False):
            sender = SENDER.format(number=case.address.split("@")[0])
            await asyncio.to_thread(
                postfix.send, port, sender, case, _letter(case), ret=ret
            )
        await made.gather(name, chosen, kinds)


async def _by_exim(made: Made, unpacked: Path, choose: Iterable[list[Case]]) -> None:
    """Keep what an Exim returns, in each of its settings."""
    for setting, chosen in zip(exim.SETTINGS, choose, strict=False):
        with tempfile.TemporaryDirectory() as folder:
            server = exim.Exim(unpacked, Path(folder), made.relay.port, setting)
            for case in chosen:
                sender = SENDER.format(number=case.address.split("@")[0])
                await asyncio.to_thread(server.send, sender, case, _letter(case))
            await made.gather(f"exim-{setting}", chosen, {"bounce"})


async def make(unpacked: Path | None) -> Made:
    """Make the bounces of all configurations."""
    every = cases.read()
    lasting = [each for each in every if not each.temporary]
    temporary = [each for each in every if each.temporary]
    choose = (lasting[start : start + EACH] for start in itertools.count(0, EACH))
    relay = Relay(extensions=("8BITMIME", "SIZE 10000000", "ENHANCEDSTATUSCODES"))
    made = Made(relay=relay, replies={each.address: each.reply for each in every})
    relay.script = made.answer
    async with relay:
        for language in ("", *postfix.TEMPLATES):
            name = f"postfix-{language or 'en'}"
            await _by_postfix(
                made, name, next(choose), kinds={"bounce"}, language=language
            )
        await _by_postfix(made, "postfix-expired", temporary[:EACH], kinds={"bounce"})
        await _by_postfix(
            made, "postfix-delay", temporary[EACH : 2 * EACH], kinds={"delay"}
        )
        if unpacked is not None:
            await _by_exim(made, unpacked, choose)
    return made


def write(made: Made) -> None:
    """Write the archive: the files in order, and truth.tsv."""
    head = "# file, kind, recipient, permanence\n"
    made.files["truth.tsv"] = (head + "\n".join(sorted(made.truth)) + "\n").encode()
    with tarfile.open(ARCHIVE, "w:xz") as archive:
        for name in sorted(made.files):
            entry = tarfile.TarInfo(name)
            entry.size = len(made.files[name])
            archive.addfile(entry, io.BytesIO(made.files[name]))


if __name__ == "__main__":
    found = asyncio.run(make(Path(sys.argv[1]) if sys.argv[1:] else None))
    write(found)
    sys.stdout.write(f"{len(found.truth)} returned mails in {ARCHIVE}\n")
