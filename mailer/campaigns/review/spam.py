"""Asks SpamAssassin, where it is installed, how much letters look like spam.

One process of its own reads all letters of a campaign, without the network, without
what it learnt from other mail, and within bounded time. Its rules are those of the
machine, so a site may add its own. Where the program is absent nothing is asked.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mailer.composing.skeletons import Gap, Skeleton
from mailer.errors import MailerError
from mailer.rendering.marks import Field

PROGRAM = "spamassassin"
SETTINGS = (
    "report_safe 0",
    "clear_headers",
    "fold_headers 0",
    "use_bayes 0",
)
COUNTS = 0.05  # points; less is for information
STARTING, READING = 30.0, 3.0  # seconds at most, to start and for each letter
_TOKEN = b"A" * 34  # as long as those of links
_READER = {
    Field.TO: b"Reader <reader@reader.example>",
    Field.ATTENDEE: b"ATTENDEE;CN=3DReader:mailto:reader@reader.example",
    Field.NAME: b"Reader",
    Field.ORGANISATION: b"Readers",
    Field.ADDRESS: b"reader@reader.example",
    Field.MESSAGE: b"61cb62af16e743c30867c69f4ebda9",
}


class SpamError(MailerError):
    """SpamAssassin is installed and gave no score."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """What SpamAssassin made of one letter."""

    points: float
    rules: Mapping[str, float]  # those that counted, the worst first

    def worst(self) -> str:
        """Name the rules that speak against the letter, with their points."""
        against = [(rule, each) for rule, each in self.rules.items() if each > 0]
        return ", ".join(f"{rule} {each:.1f}" for rule, each in against)


def installed() -> bool:
    """Whether letters can be scored on this machine."""
    return shutil.which(PROGRAM) is not None


def specimen(skeleton: Skeleton) -> bytes:
    """Return a letter made out to a reader that does not exist."""
    return b"".join(
        _READER.get(piece.field, _TOKEN) if isinstance(piece, Gap) else piece
        for piece in skeleton.pieces
    )


async def scores(letters: Mapping[str, bytes]) -> dict[str, Score]:
    """Return the score of each letter, by the name it is given under."""
    mark = secrets.token_hex(8)  # so that no letter can hold what looks like an answer
    with TemporaryDirectory(prefix="liaison-") as home:
        said = await _ask(mark, home, _write(letters, home))
    answers = [
        line.partition(": ")[2]
        for line in said.decode(errors="replace").splitlines()
        if line.startswith(f"X-Spam-{mark}: ")
    ]
    if len(answers) != len(letters):
        raise SpamError(f"{len(answers)} of {len(letters)} letters were answered for")
    return {name: _read(each) for name, each in zip(letters, answers, strict=True)}


def _write(letters: Mapping[str, bytes], home: str) -> list[str]:
    """Write letters to files whose names are in their order; it reads them sorted."""
    paths = [Path(home, f"{number:05}.eml") for number in range(len(letters))]
    for path, octets in zip(paths, letters.values(), strict=True):
        path.write_bytes(octets)
    return [str(path) for path in paths]


async def _ask(mark: str, home: str, letters: Sequence[str]) -> bytes:
    """Run the program over files; return what it wrote."""
    process = await asyncio.create_subprocess_exec(
        *(PROGRAM, "--local", "--nocreate-prefs", "--prefspath=/dev/null"),
        *(f"--cf={each}" for each in SETTINGS),
        f"--cf=add_header all {mark} _SCORE_ _TESTSSCORES(,)_",
        *letters,
        env={**os.environ, "HOME": home, "LC_ALL": "C"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    patience = STARTING + READING * len(letters)
    try:
        async with asyncio.timeout(patience):
            said, complaint = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise SpamError(f"no answer in {patience:.0f} s") from None
    if process.returncode:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise SpamError(last or f"it ended with {process.returncode}")
    return said


def _read(answer: str) -> Score:
    """Read "1.7 DEAR_SOMETHING=1.999,HTML_MESSAGE=0.001"; "none" where none held."""
    points, _, named = answer.partition(" ")
    rules = {
        rule: float(each)
        for rule, is_scored, each in (part.partition("=") for part in named.split(","))
        if is_scored and abs(float(each)) >= COUNTS
    }
    worst = dict(sorted(rules.items(), key=lambda rule: -rule[1]))
    return Score(points=float(points), rules=worst)
