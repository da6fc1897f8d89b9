"""The machine: room on the disk, and files of secrets that only their owner reads."""

import shutil
import stat
from pathlib import Path

from mailer.doctor.finding import Finding, error, ok, warning
from mailer.settings.sections import Settings

SCARCE, SHORT = 200, 1_000  # MiB
MEBI = 1 << 20


def disk(root: Path) -> list[Finding]:
    """Look at the room where the site is."""
    free = shutil.disk_usage(root).free // MEBI
    said = f"{free:,} MiB are free where the site is"
    if free < SCARCE:
        return [
            error("disk", said, "make room: nothing is sent without a mark on disk")
        ]
    if free < SHORT:
        return [warning("disk", said, "make room before the next large campaign")]
    return [ok("disk", said)]


def secrets(settings: Settings, root: Path) -> list[Finding]:
    """Look at who may read the files of secrets; that they are good is known."""
    files = [settings.keys.signing_file, *settings.keys.previous_signing_files]
    files.append(settings.keys.address_file)
    if settings.dkim.selector:
        files.append(settings.dkim.key_file)
        if settings.dkim.ed25519_selector:
            files.append(settings.dkim.ed25519_key_file)
    relays = settings.every_relay.values()
    files += [each.password_file for each in relays if each.user and each.password_file]
    opened = [name for name in files if _open_to_others(root / name)]
    if opened:
        return [
            warning("secrets", f"{name} can be read by others", f"chmod 600 {name}")
            for name in opened
        ]
    return [ok("secrets", "every secret is strong and read by its owner only")]


def _open_to_others(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False  # it comes from the environment
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))
