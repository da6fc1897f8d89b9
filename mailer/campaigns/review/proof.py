"""Proves a template before anything is rendered for readers: does it end, is it small.

The letter is assembled once in a process of its own, with the campaign's own words and
all its blocks, under limits of time and memory. What goes wrong there is a problem with
its file and line; this process, and the mail it sends, never notice.
"""

import asyncio
import json
import resource
import signal
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import FrameType

from audiences.languages import OFFERED
from mailer.campaigns.writing import parsing
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.rendering.language import catalogues
from mailer.rendering.render import render
from mailer.rendering.source import Source
from mailer.sites.bundled import PACKAGE

SECONDS = 3  # of computing; a letter takes some milliseconds
MEMORY = 1 << 30  # octets of address space
PATIENCE = 30  # seconds on the clock, on a machine with much to do


async def prove(templates: Path, name: str, texts: Mapping[str, str]) -> None:
    """Raise ContentError where a template does not make letters within limits."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer.campaigns.review.proof"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=PACKAGE.parent,
    )
    task = {"templates": str(templates), "name": name, "texts": dict(texts)}
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate(json.dumps(task).encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        said = b""
    if process.returncode == 0:
        return
    try:
        fault = json.loads(said)
    except ValueError:
        fault = {
            "where": f"{name}/body.mjml",
            "sentence": "it takes more time or memory than a letter may",
        }
    raise ContentError(str(fault["where"]), str(fault["sentence"]))


def main() -> int:
    """Read the task, render it within the limits, say what was wrong."""
    task = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))
    signal.signal(signal.SIGVTALRM, _too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        _render(Path(task["templates"]), task["name"], task["texts"])
    except ContentError as fault:
        json.dump({"where": fault.where, "sentence": fault.sentence}, sys.stdout)
        return 1
    return 0


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _render(templates: Path, name: str, texts: Mapping[str, str]) -> None:
    kind = letter_types.load(templates, name)
    types = letter_types.block_types(templates)
    for language, text in texts.items():
        where = f"{language}.md"
        written = parsing.parse(
            text, language=language, types=types, allowed=kind.blocks, where=where
        )
        known = catalogues.load(templates, language if language in OFFERED else "en")
        render(
            Source(
                template=name,
                catalogue=known,
                wanted=None,
                subject=written.subject,
                preheader=written.preheader,
                blocks=written.blocks,
                reference="X/1",
                day=date(2027, 5, 4),
                sender_name="X",
                postal="X",
                topic_name=None if kind.service else "X",
                site_url="https://x.example",
            ),
            templates,
        )


if __name__ == "__main__":
    raise SystemExit(main())
