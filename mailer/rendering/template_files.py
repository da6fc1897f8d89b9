"""Reads the files of a templates folder: regular files inside it, and no links.

A link could bring a key or a password of the machine into a letter.
"""

from collections.abc import Iterator
from pathlib import Path

from mailer import regular_files
from mailer.errors import ContentError, unreadable

LAYOUT = "_layout"
MAX_FILE = 200_000  # characters of one file of a template
_MAX_OCTETS = 4 * MAX_FILE
MAX_OCTETS_OF_ANY = 20_000_000  # of catalogues and pictures


def text(templates: Path, place: str) -> str:
    """Return the text of a file; `place` is its path in the folder.

    Raises ContentError where it is a link, no regular file, too large or not UTF-8, or
    cannot be read; FileNotFoundError if there is none.
    """
    try:
        octets = content(templates, place, limit=_MAX_OCTETS)
        decoded = octets.decode("utf-8")
    except UnicodeError as fault:
        raise ContentError(place, unreadable(fault)) from None
    if len(decoded) > MAX_FILE:
        raise ContentError(
            place, f"found {len(decoded):,} characters; expected at most {MAX_FILE:,}"
        )
    return decoded


def content(templates: Path, place: str, *, limit: int = MAX_OCTETS_OF_ANY) -> bytes:
    """Return the octets of a file; raise as `text` does."""
    try:
        return regular_files.read(templates, place.split("/"), limit=limit)
    except FileNotFoundError:
        raise
    except ContentError as fault:
        raise ContentError(place, fault.sentence) from None
    except OSError as fault:
        raise ContentError(place, unreadable(fault)) from None


def of_letter_type(templates: Path, name: str) -> Iterator[str]:
    """Yield the places of the MJML and CSS files of a letter type."""
    for folder in (name, LAYOUT):
        for suffix in (".mjml", ".css"):
            paths = sorted((templates / folder).glob(f"*{suffix}"))
            yield from (f"{folder}/{path.name}" for path in paths)
