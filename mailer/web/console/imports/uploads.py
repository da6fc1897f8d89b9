"""Keeps an uploaded list for a day, until it is applied or forgotten.

A list is a file of its own folder, which has the name of a random token. Only the
user who uploaded it finds it.
"""

import re
import secrets
import shutil
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path

from litestar.exceptions import NotFoundException

from mailer.errors import RefusedError
from mailer.sites.site import Site

FOLDER = "uploads"  # of the site
MAX_SIZE = 5 * 1024 * 1024  # octets of a list
MAX_KEPT = 20  # lists of one user
LASTS = timedelta(days=1)
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
OWNER = ".owner"  # a file with the name of the user
EMPTY = "No file was chosen, or it is empty."
TOO_LARGE = "The file has more than 5 MB. An operator imports it with the command."
MANY = "There are many lists of yours that wait. Apply them, or come back tomorrow."
STRINGS = (EMPTY, TOO_LARGE, MANY)


def keep(site: Site, user: str, name: str, content: bytes, *, now: datetime) -> str:
    """Keep a list; return its token. Raise RefusedError for one that cannot be kept."""
    if not content:
        raise RefusedError(EMPTY)
    if len(content) > MAX_SIZE:
        raise RefusedError(TOO_LARGE)
    root = site.root / FOLDER
    root.mkdir(mode=0o700, exist_ok=True)
    _forget_old(root, now)
    own = [each for each in root.iterdir() if _owner(each) == user]
    if len(own) >= MAX_KEPT:
        raise RefusedError(MANY)
    token = secrets.token_urlsafe(16)
    folder = root / token
    folder.mkdir(mode=0o700)
    for each, octets in ((OWNER, user.encode()), (_plain(name), content)):
        path = folder / each
        path.touch(mode=0o600)
        path.write_bytes(octets)
    return token


def find(site: Site, user: str, token: str) -> Path:
    """Return the file of a list; raise NotFoundException if the user has none."""
    folder = site.root / FOLDER / token
    if not TOKEN.fullmatch(token) or _owner(folder) != user:
        raise NotFoundException
    found = [each for each in folder.iterdir() if each.name != OWNER]
    if len(found) != 1:
        raise NotFoundException
    return found[0]


def forget(site: Site, token: str) -> None:
    """Remove a list that was applied."""
    shutil.rmtree(site.root / FOLDER / token, ignore_errors=True)


def _owner(folder: Path) -> str:
    try:
        return (folder / OWNER).read_text(encoding="utf-8")
    except OSError:
        return ""


def _forget_old(root: Path, now: datetime) -> None:
    oldest = (now - LASTS).timestamp()
    for each in root.iterdir():
        if each.stat().st_mtime < oldest:
            shutil.rmtree(each, ignore_errors=True)


def _plain(name: str) -> str:
    """Return the name of a file without folders, hidden names and odd characters."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    plain = "".join(each for each in last if each.isprintable()).strip(". ")
    stem, dot, suffix = plain.rpartition(".")
    kept = f"{stem[:60]}{dot}{suffix[:8]}" if dot else plain[:60]
    return kept or "list"
