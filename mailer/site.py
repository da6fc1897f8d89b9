"""The wiring: one site with its settings, store, keys, templates and catalogues.

The only place where these meet; everything else is handed what it needs.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from audiences.languages import named
from mailer import config
from mailer.config import Settings
from mailer.database import Database, open_database
from mailer.errors import ConfigError
from mailer.links import Signer
from mailer.rendering import catalogue as catalogues
from mailer.rendering.catalogue import Catalogue


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site, opened."""

    root: Path
    settings: Settings
    database: Database
    signer: Signer
    address_key: bytes

    @property
    def templates(self) -> Path:
        """Return the folder of templates and catalogues."""
        return self.root / self.settings.site.templates

    @cached_property
    def catalogues(self) -> Mapping[str, Catalogue]:
        """Return the catalogues of every language offered."""
        return catalogues.load_all(self.templates)

    def catalogue(self, language: str) -> Catalogue:
        """Return a language's catalogue; the default's words for one not offered."""
        known = self.catalogues
        if language in known:
            return known[language]
        return replace(known[self.settings.languages.default], language=language)

    def sender_name(self, language: str) -> str:
        """Return how the sender is called in a language."""
        settings = self.settings
        return named(settings.sender.names, language, settings.site.name)

    def postal(self, language: str) -> str:
        """Return the sender's postal address as readers of a language write it."""
        return named(self.settings.sender.postal, language)


def now() -> datetime:
    """Return the present instant; nobody else in mailer asks the clock for it."""
    return datetime.now(UTC)


def bundled(name: str) -> Path:
    """Return a file or folder that comes with the program."""
    installed = Path(__file__).parent / "bundled" / name
    return installed if installed.exists() else Path(__file__).parent.parent / name


@asynccontextmanager
async def open_site(path: Path) -> AsyncIterator[Site]:
    """Open the site of a config.toml, and close its store at the end."""
    site = _site(path)
    try:
        yield site
    finally:
        await site.database.close()


def _site(path: Path) -> Site:
    settings = config.load(path)
    root = path.resolve().parent
    return Site(
        root=root,
        settings=settings,
        database=open_database(settings.store, root),
        signer=Signer(_signing_keys(settings, root)),
        address_key=config.secret(
            root / settings.keys.address_file,
            settings.keys.address,
            "keys.address_file",
        ),
    )


def _signing_keys(settings: Settings, root: Path) -> tuple[bytes, ...]:
    keys = settings.keys
    if not keys.signing and not (root / keys.signing_file).exists():
        raise ConfigError(
            f"keys.signing_file: {root / keys.signing_file} does not exist;"
            " `mailer init` makes it"
        )
    newest = config.secret(root / keys.signing_file, keys.signing, "keys.signing_file")
    older = [
        config.secret(root / path, "", "keys.previous_signing_files")
        for path in keys.previous_signing_files
    ]
    return (newest, *older)
