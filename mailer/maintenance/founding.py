"""Creates a site: its folder, secrets, store and, if asked, the sample directory."""

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain
from pathlib import Path

from audiences.intake import importing
from audiences.intake.lists import sample
from audiences.record import writing
from audiences.reference import bodies, load
from audiences.segments import save
from mailer.calendar import series
from mailer.errors import RefusedError
from mailer.maintenance import schema
from mailer.maintenance.shipped.comparing import RECORD
from mailer.settings import loading, real_names
from mailer.settings.toml import edit_toml
from mailer.sites.bundled import bundled
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.users.models import User
from mailer.users.roles import Grant, UserRole, stored

EDITOR, APPROVER = "editor", "head-of-unit"  # the users of a sample site
USERS = {
    EDITOR: (
        *(UserRole.AUTHOR, UserRole.TRANSLATOR, UserRole.SENDER),
        *(UserRole.STEWARD, UserRole.OPERATOR),
    ),
    APPROVER: (UserRole.AUTHOR, UserRole.APPROVER, UserRole.SENDER, UserRole.ADMIN),
}
SEGMENTS = {
    "official-partners": "kind = ngo and status in (associate, consultative)",
    "education-ngos": "segment(official-partners) and fields has ED",
    "dakar-ngos": "kind = ngo and served_by = dakar",
    "african-states": "kind in (delegation, natcom) and country in region(AFR)",
}
Progress = Callable[[str], None]


async def create_site(
    folder: Path,
    *,
    with_sample: bool,
    with_bodies: bool = False,
    store: str | None = None,
    values: Mapping[tuple[str, str], object] | None = None,
    production: bool = False,
    now: datetime,
    progress: Progress = lambda _step: None,
) -> Path:
    """Create a site with the values of (section, key) pairs; return its config.toml.

    Raises RefusedError if the folder has files of a site, or if the settings of a site
    in production name what no reader can reach; ConfigError where a value is wrong. If
    it fails, what it made is removed. `progress` is called before each long step. A
    site with the sample directory is a demonstration. `with_bodies` adds the sectors
    and field offices of the reference data, without contacts.
    """
    config = folder / "config.toml"
    settings = dict(values or {})
    if with_sample:
        settings["site", "demo"] = True
    if store is not None:
        settings["store", "url"] = store
    made = _to_make(folder)
    try:
        _write_files(folder, config, settings)
        if production:
            _refuse_examples(config)
        progress("making the store")
        async with open_site(config, makes=True) as site:
            await _make_store(site, now, with_bodies=with_bodies)
            if with_sample:
                progress("loading the sample directory")
                await _sample(site, now)
    except BaseException:
        _remove(made)
        raise
    return config


def _remove(made: Sequence[Path]) -> None:
    """Remove what was made, as far as that is possible: the first fault is said."""
    for path in made:
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _to_make(folder: Path) -> list[Path]:
    """Return the paths that a site gets, so that they are removed if a step fails.

    Raises RefusedError if the folder has one of them.
    """
    if folder.exists() and not folder.is_dir():
        raise RefusedError(f"{folder} is not a folder; name one, or one to make")
    names = ("config.toml", "templates", "secrets", "mailer.db", "campaigns")
    for path in (folder / name for name in names):
        if path.exists():
            raise RefusedError(f"{path} exists; a new site needs a folder without it")
    return [folder / name for name in names] if folder.exists() else [folder]


async def _make_store(site: Site, now: datetime, *, with_bodies: bool) -> None:
    """Make the tables of a site, and fill those of the reference data."""
    await schema.upgrade(site.database, now=now)
    async with site.database.writing() as session:
        writing.note(session, "founded", "store", by="init", at=now)
        await load.load_reference(session)
        if with_bodies:
            await bodies.load_bodies(session, now=now)


def _refuse_examples(config: Path) -> None:
    """Raise RefusedError if the settings name examples or this machine."""
    faults = real_names.faults(loading.load(config))
    if faults:
        raise RefusedError(f"no site was made: {'; '.join(faults)}")


def _write_files(
    folder: Path, config: Path, settings: Mapping[tuple[str, str], object]
) -> None:
    """Write a site's files; raise OSError if that fails, as on a full disk."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(bundled("config.toml"), config)
    edit_toml(config, settings)
    templates = bundled("templates")
    for place in (folder / "templates", folder / "templates" / RECORD):
        _copy(templates, place, leave_out="sample")
    for path in sorted(templates.glob("*/sample")):
        _copy(path, folder / "campaigns" / path.parent.name)
    _close_to_others(config, folder / "templates", folder / "campaigns")
    keys = folder / "secrets"
    keys.mkdir(mode=0o700)
    for name in ("signing.key", "address.key"):
        path = keys / name
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48) + "\n", encoding="utf-8")


def _copy(source: Path, place: Path, *, leave_out: str = "") -> None:
    """Copy a folder; raise OSError with the number of the first fault."""
    for path in sorted(source.rglob("*")):
        within = path.relative_to(source)
        if leave_out in within.parts:
            continue
        copied = place / within
        if path.is_dir():
            copied.mkdir(parents=True, exist_ok=True)
        else:
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copied)


def _close_to_others(*copied: Path) -> None:
    """Let only the owner read what was copied; a copy keeps its mode."""
    for path in chain(copied, *(each.rglob("*") for each in copied)):
        path.chmod(0o700 if path.is_dir() else 0o600)


def users(now: datetime) -> list[User]:
    """Return the users of a sample site: one writes and sends, the other approves."""
    return [
        User(
            name=name,
            roles=stored(Grant(role=role) for role in held),
            added_at=now,
            updated_at=now,
        )
        for name, held in USERS.items()
    ]


async def _sample(site: Site, now: datetime) -> None:
    """Import the sample directory; add its users, segments and series."""
    table = sample.sample()
    async with site.database.connection() as held:
        _, report = await importing.run(
            held, table, key=site.address_key, basis=None, by="init", now=lambda: now
        )
    if report.faults:
        first = report.faults[0]
        raise RefusedError(f"the sample directory: {first.value}: {first.reason}")
    async with site.database.writing() as session:
        made = users(now)
        session.add_all(made)
        for each in made:
            about, roles = f"user {each.name}", {"roles": [None, sorted(each.roles)]}
            writing.note(session, "added", about, by="init", at=now, detail=roles)
        for name, rule in SEGMENTS.items():
            await save.save(session, name, rule, by="init", now=now)
        await series.add(
            session,
            "monthly-letter",
            "first Tuesday, 10:00, Europe/Paris",
            zone="Europe/Paris",
            by="init",
            now=now,
            office=site.settings.office.office,
        )
