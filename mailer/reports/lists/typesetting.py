"""Sets a document of this folder as a PDF, in a child process with limits."""

import asyncio
import importlib.util
import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import mailer
from mailer.errors import MailerError, RefusedError
from mailer.reports.lists import typesetting_child

# Tried in this order for each character; then every other font of the machine.
FONTS = (
    *("Noto Sans", "Noto Sans Arabic", "Noto Sans CJK SC"),
    *("DejaVu Sans", "Libertinus Serif"),  # the last one comes with typst
)
# A word of each language that is offered, with letters of its own.
WORDS = {
    "ar": "العربية",
    "en": "English",
    "es": "español",
    "fr": "français",
    "ru": "русский",
    "zh": "中文",
}
PACKAGES = "fonts-noto-core and fonts-noto-cjk"
PATIENCE = 300.0  # seconds of a busy machine
_RUN = (  # the folders of typst and of the product
    "import sys; sys.path += sys.argv[1:3];"
    f" from {typesetting_child.__name__} import main; main()"
)


class NoFontError(MailerError):
    """No font of this machine has these characters."""

    def __init__(self, characters: Sequence[str]) -> None:
        super().__init__(f"no font has {' '.join(characters)}")
        self.characters = characters


async def pdf(document: str, values: Mapping[str, Any], *, now: datetime) -> bytes:
    """Return the PDF of a document with these values.

    Raises NoFontError for characters without a font, RefusedError if it takes too much
    time or memory.
    """
    asked = {
        "document": str(Path(__file__).parent / document),
        "values": values,
        "fonts": FONTS,
        "made_at": int(now.timestamp()),
    }
    process = await _start()
    try:
        out, _ = await asyncio.wait_for(
            process.communicate(json.dumps(asked).encode()), PATIENCE
        )
    except TimeoutError:
        raise _too_large() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    match process.returncode:
        case 0:
            return out
        case typesetting_child.NO_FONT:
            raise NoFontError(list(dict.fromkeys("".join(json.loads(out)))))
        case typesetting_child.FAULT:
            raise MailerError(f"{document} cannot be set: {json.loads(out)}")
        case _:
            raise _too_large()


def _too_large() -> RefusedError:
    return RefusedError(
        "the list is too large for a PDF; write it as xlsx or html, or in parts"
    )


async def _start() -> asyncio.subprocess.Process:
    folders = [str(Path(mailer.__path__[0]).parent)]
    if (found := importlib.util.find_spec("typst")) and found.origin:
        folders.append(str(Path(found.origin).parents[1]))
    # isolated and without site-packages: the folder of work has no say in its modules
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-B", "-c", _RUN, *folders),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"HOME": os.environ.get("HOME", "/nonexistent")},  # it may have fonts
    )


async def unshown(*, now: datetime) -> list[str]:
    """Return the languages whose letters no font of this machine has."""
    try:
        await pdf("probe.typ", {"words": " ".join(WORDS.values())}, now=now)
    except NoFontError as fault:
        missing = set(fault.characters)
        return [each for each, word in WORDS.items() if missing & set(word)]
    return []
