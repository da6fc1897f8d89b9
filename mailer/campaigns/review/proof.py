"""Proves that a template renders within limits of time and memory.

A separate process renders the campaign's texts once, with all their blocks. A fault
there becomes a ContentError with its file and line; the calling process goes on.
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

SECONDS = 3  # of processor time; a letter takes some milliseconds
MEMORY = 1 << 30  # octets of address space
TIMEOUT = 30  # seconds on the clock, for a busy machine


async def prove(templates: Path, name: str, texts: Mapping[str, str]) -> None:
    """Raise ContentError if a template does not render within the limits.

    `texts` are the campaign's texts as written, by language.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer.campaigns.review.proof"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=PACKAGE.parent,
    )
    task = {"templates": str(templates), "name": name, "texts": dict(texts)}
    try:
        async with asyncio.timeout(TIMEOUT):
            output, _ = await process.communicate(json.dumps(task).encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        output = b""
    if process.returncode == 0:
        return
    try:
        fault = json.loads(output)
    except ValueError:
        fault = {
            "where": f"{name}/body.mjml",
            "sentence": f"rendering failed, or took more than {SECONDS} s of processor"
            f" time or {MEMORY >> 20} MB of memory",
        }
    raise ContentError(str(fault["where"]), str(fault["sentence"]))


def main() -> int:
    """Render the task on stdin within the limits; return 1 if it fails.

    A ContentError is written to stdout as JSON.
    """
    task = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))
    signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        _render(Path(task["templates"]), task["name"], task["texts"])
    except ContentError as fault:
        json.dump({"where": fault.where, "sentence": fault.sentence}, sys.stdout)
        return 1
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _render(templates: Path, name: str, texts: Mapping[str, str]) -> None:
    kind = letter_types.load(templates, name)
    types = letter_types.block_types(templates)
    for language, text in texts.items():
        where = f"{language}.md"
        translation = parsing.parse(
            text, language=language, types=types, allowed=kind.blocks, where=where
        )
        known = catalogues.load(templates, language if language in OFFERED else "en")
        render(
            Source(
                template=name,
                catalogue=known,
                wanted=None,
                subject=translation.subject,
                preheader=translation.preheader,
                blocks=translation.blocks,
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
