"""Replaces the signing key of a site; links signed with former keys stay valid.

A key's file is named after the day on which it began. The settings are changed in one
step, so an interrupted rotation leaves the site with its former key.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailer.errors import RefusedError
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site

_BEGAN = re.compile(r"signing-(\d{8})(?:-\d+)?\.key")
_MONTH = timedelta(days=30.4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotated:
    """A rotation: the new key's file, former files in use, and those no longer used."""

    key: Path
    former: tuple[Path, ...]
    unused: tuple[Path, ...]


def rotate_signing(site: Site, *, now: datetime) -> Rotated:
    """Make a new signing key, and put it into config.toml with the former ones.

    Former keys that were replaced more than `keys.previous_months` ago are left out.
    Raises RefusedError where the key is in the environment.
    """
    keys = site.settings.keys
    if keys.signing:
        raise RefusedError(
            "keys.signing: the key is in MAILER_KEYS__SIGNING; put it into a file,"
            " name that in keys.signing_file, then rotate"
        )
    every = (keys.signing_file, *keys.previous_signing_files)
    oldest = now - keys.previous_months * _MONTH
    path = _make(site.root, every[0].parent, now)
    ended = [now, *(_began(each) for each in every[:-1])]
    former = [
        each
        for each, end in zip(every, ended, strict=True)
        if end is None or end > oldest
    ]
    values: Mapping[tuple[str, str], object] = {
        ("keys", "signing_file"): path.as_posix(),
        ("keys", "previous_signing_files"): [each.as_posix() for each in former],
    }
    edit_toml(site.root / "config.toml", values)
    unused = tuple(each for each in every if each not in former)
    return Rotated(key=path, former=tuple(former), unused=unused)


def _make(root: Path, folder: Path, now: datetime) -> Path:
    """Write a new key into a file of its own, for its owner only; return its path."""
    number, name = 1, f"signing-{now:%Y%m%d}"
    while (root / folder / f"{name}.key").exists():
        number += 1
        name = f"signing-{now:%Y%m%d}-{number}"
    path = folder / f"{name}.key"
    handle = os.open(root / path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def _began(path: Path) -> datetime | None:
    """Return when a key began; None if its name does not say so."""
    named = _BEGAN.fullmatch(path.name)
    return datetime.strptime(f"{named[1]}+0000", "%Y%m%d%z") if named else None
