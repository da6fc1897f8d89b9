"""Opens a site: reads its settings and secrets, connects its store. For edges only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mailer.errors import ConfigError
from mailer.links import LinkSigner
from mailer.settings import loading, secrets
from mailer.settings.sections import Settings
from mailer.sites.site import Site
from mailer.store.database import open_database


@asynccontextmanager
async def open_site(path: Path) -> AsyncIterator[Site]:
    """Open the site of a config.toml, and close its store at the end."""
    site = _site(path)
    try:
        yield site
    finally:
        await site.database.close()


def _site(path: Path) -> Site:
    settings = loading.load(path)
    root = path.resolve().parent
    return Site(
        root=root,
        settings=settings,
        database=open_database(settings.store, root),
        signer=LinkSigner(_signing_keys(settings, root)),
        address_key=secrets.secret(
            root / settings.keys.address_file,
            settings.keys.address,
            "keys.address_file",
        ),
    )


def _signing_keys(settings: Settings, root: Path) -> tuple[bytes, ...]:
    keys = settings.keys
    if not keys.signing and not (root / keys.signing_file).exists():
        raise ConfigError(
            f"keys.signing_file: {root / keys.signing_file} does not exist",
            code="secret.missing",
        )
    newest = secrets.secret(root / keys.signing_file, keys.signing, "keys.signing_file")
    older = [
        secrets.secret(root / path, "", "keys.previous_signing_files")
        for path in keys.previous_signing_files
    ]
    return (newest, *older)
