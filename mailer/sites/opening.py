"""Opens a site: reads its settings and keys, and opens its store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mailer.errors import ConfigError
from mailer.links import LinkSigner
from mailer.settings import loading, secrets
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from mailer.store.anchors import Anchoring
from mailer.store.database import open_database
from mailer.users import guard


@asynccontextmanager
async def open_site(path: Path, *, makes: bool = False) -> AsyncIterator[Site]:
    """Open the site of a config.toml; close its store at the end.

    A SQLite store that is not there is made only if this `makes` the site. Raises
    ConfigError where settings or keys cannot be used.
    """
    site = _site(path, makes=makes)
    anchoring = Anchoring(site.root)
    site.database.recorded = anchoring.recorded
    try:
        yield site
    finally:
        await site.database.close()
        anchoring.finish()


def _site(path: Path, *, makes: bool) -> Site:
    settings = loading.load(path)
    root = path.resolve().parent
    signing = _signing_keys(settings, root)
    address = secrets.read_key(
        root / settings.keys.address_file, settings.keys.address, "keys.address_file"
    )
    if address in signing or len(set(signing)) < len(signing):
        raise ConfigError(
            "keys: the same key is given twice; each purpose needs a key of its own"
        )
    return Site(
        root=root,
        settings=settings,
        database=open_database(settings.store, root, makes=makes).guarded(
            guard.require
        ),
        signer=LinkSigner(signing),
        address_key=address,
    )


def _signing_keys(settings: Settings, root: Path) -> tuple[bytes, ...]:
    keys = settings.keys
    if not keys.signing and not (root / keys.signing_file).exists():
        raise ConfigError(
            f"keys.signing_file: {root / keys.signing_file} does not exist",
            code="secret.missing",
        )
    newest = secrets.read_key(
        root / keys.signing_file, keys.signing, "keys.signing_file"
    )
    older = [
        secrets.read_key(root / path, "", "keys.previous_signing_files")
        for path in keys.previous_signing_files
    ]
    return (newest, *older)
