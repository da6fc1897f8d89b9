"""Scores letters with SpamAssassin, where it is installed.

One process reads all letters of a campaign, without network tests, without its Bayes
filter and within a time limit. It uses the rules of the machine, so a site may add its
own.
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
MIN_POINTS = 0.05  # a rule with fewer points only informs
STARTING, READING = 30.0, 3.0  # seconds at most: to start, and for each letter
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
    """SpamAssassin's score of one letter."""

    points: float
    rules: Mapping[str, float]  # rule → points, the worst first

    def worst(self) -> str:
        """Return the rules that count against the letter, with their points."""
        against = [(rule, each) for rule, each in self.rules.items() if each > 0]
        return ", ".join(f"{rule} {each:.1f}" for rule, each in against)


def installed() -> bool:
    """Whether letters can be scored on this machine."""
    return shutil.which(PROGRAM) is not None


def specimen(skeleton: Skeleton) -> bytes:
    """Return a letter to a reader who does not exist."""
    return b"".join(
        _READER.get(piece.field, _TOKEN) if isinstance(piece, Gap) else piece
        for piece in skeleton.pieces
    )


async def scores(letters: Mapping[str, bytes]) -> dict[str, Score]:
    """Return the score of each letter, by its name; raise SpamError if one has none."""
    mark = secrets.token_hex(8)  # random, so that no letter can contain an answer
    with TemporaryDirectory(prefix="liaison-") as home:
        output = await _run(mark, home, _write(letters, home))
    answers = [
        line.partition(": ")[2]
        for line in output.decode(errors="replace").splitlines()
        if line.startswith(f"X-Spam-{mark}: ")
    ]
    if len(answers) != len(letters):
        raise SpamError(f"it scored {len(answers)} of {len(letters)} letters")
    return {name: _read(each) for name, each in zip(letters, answers, strict=True)}


def _write(letters: Mapping[str, bytes], home: str) -> list[str]:
    """Write letters to files named in their order: SpamAssassin reads them sorted."""
    paths = [Path(home, f"{number:05}.eml") for number in range(len(letters))]
    for path, octets in zip(paths, letters.values(), strict=True):
        path.write_bytes(octets)
    return [str(path) for path in paths]


async def _run(mark: str, home: str, letters: Sequence[str]) -> bytes:
    """Run SpamAssassin over files; return its output. Raises SpamError if it fails."""
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
    timeout = STARTING + READING * len(letters)
    try:
        async with asyncio.timeout(timeout):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise SpamError(f"no answer in {timeout:.0f} s") from None
    if process.returncode:
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        raise SpamError(last or f"it ended with {process.returncode}")
    return output


def _read(answer: str) -> Score:
    """Read "1.7 DEAR_SOMETHING=1.999,HTML_MESSAGE=0.001"; "none" if no rule applied."""
    points, _, named = answer.partition(" ")
    rules = {
        rule: float(each)
        for rule, is_scored, each in (part.partition("=") for part in named.split(","))
        if is_scored and abs(float(each)) >= MIN_POINTS
    }
    worst = dict(sorted(rules.items(), key=lambda rule: -rule[1]))
    return Score(points=float(points), rules=worst)
