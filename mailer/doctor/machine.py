"""Checks the machine: room on the disk, and who can read the files of the site."""

import pwd
import shutil
import stat
from pathlib import Path

from mailer.doctor.finding import Finding, error, ok, warning
from mailer.settings import loading
from mailer.settings.sections import Settings

SCARCE, SHORT = 200, 1_000  # MB
MEGA = 1_000_000


def disk(root: Path) -> list[Finding]:
    """Check the free space on the disk of the site."""
    free = shutil.disk_usage(root).free // MEGA
    sentence = f"the disk of the site has {free:,} MB free"
    if free < SCARCE:
        return [
            error("disk", sentence, "make room: without room for marks nothing is sent")
        ]
    if free < SHORT:
        return [warning("disk", sentence, "make room before the next large campaign")]
    return [ok("disk", sentence)]


def web(settings: Settings) -> list[Finding]:
    """Check that pages which other machines reach have a proxy with a certificate."""
    host, proxies = settings.web.host, settings.web.trusted_proxies
    if loading.is_loopback(host):
        return [ok("web", f"the pages listen on {host}, for this machine")]
    if all(each.is_loopback for each in proxies):
        return [
            warning(
                "web",
                f"the pages listen on {host}, and no proxy of another machine is named",
                "put a web server with a certificate in front, and name it in"
                " web.trusted_proxies; or set web.host to 127.0.0.1",
            )
        ]
    return [ok("web", f"the pages listen on {host}, behind a proxy")]


def secrets(settings: Settings, root: Path) -> list[Finding]:
    """Check who can read the files of secrets; opening the site checks the contents."""
    files = [settings.keys.signing_file, *settings.keys.previous_signing_files]
    files.append(settings.keys.address_file)
    if settings.dkim.selector:
        files.append(settings.dkim.key_file)
        if settings.dkim.ed25519_selector:
            files.append(settings.dkim.ed25519_key_file)
    if settings.web.metrics_token_file:
        files.append(settings.web.metrics_token_file)
    relays = settings.every_relay.values()
    files += [each.password_file for each in relays if each.user and each.password_file]
    readable = [name for name in files if _open_to_others(root / name)]
    if readable:
        return [
            error("secrets", f"other users can read {name}", f"chmod 600 {name}")
            for name in readable
        ]
    return [ok("secrets", "each secret is strong, and only its owner can read it")]


def files(root: Path, *, demo: bool, user: int) -> list[Finding]:
    """Check that only the owner can use the site's folder, and does.

    `user` is the number of the account that runs this.
    """
    owner = root.stat().st_uid
    if user == 0 and owner != 0:
        sentence = f"root runs this, but the site belongs to {_account(owner)}"
        return [error("files", sentence, "run mailer as the owner of the site")]
    if _open_to_others(root):
        sentence = f"other users can look into {root}"
        return [error("files", sentence, f"chmod -R go= {root}")]
    if foreign := _of_another(root, owner):
        name, other = foreign
        sentence = f"the site belongs to {_account(owner)}, but {name} to {other}"
        remedy = f"as root: chown -R {_account(owner)} {root}"
        return [error("files", sentence, remedy)]
    if user == 0 and not demo:
        sentence = "root runs this site, so a fault in it can reach the whole machine"
        remedy = "give it to an account of its own, as docs/install.md does"
        return [warning("files", sentence, remedy)]
    return [ok("files", "only the owner can read the files of the site")]


def _of_another(root: Path, owner: int) -> tuple[str, str] | None:
    """Return a file of an SQLite store that another account owns, and that account.

    A command that root ran once leaves such files, and what the owner runs afterwards
    cannot write into them.
    """
    for path in sorted(root.glob("*.db*")):
        if (other := path.lstat().st_uid) != owner:
            return path.name, _account(other)
    return None


def _account(number: int) -> str:
    """Return the name of an account; its number if it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _open_to_others(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False  # the secret is in the environment
    return bool(mode & (stat.S_IRWXG | stat.S_IRWXO))
